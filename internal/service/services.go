package service

import (
	"crypto/ed25519"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

// Services are all use cases.
type Services struct {
	Companies  *Companies
	Crawls     *Crawls
	Documents  *Documents
	Changes    *Changes
	Search     *Search
	Statistics *Statistics
	Webhooks   *Webhooks
	Health     *Health
	Keys       *Keys
	Manifests  *Manifests
}

// Store is the part of the store that the use cases use together.
type Store interface {
	CompaniesStore
	CrawlsStore
	DocumentsStore
	ChangesStore
	SearchStore
	StatisticsStore
	WebhooksStore
	HealthStore
	store.APIKeys
	Auditor
}

// Dependencies are what the use cases need.
type Dependencies struct {
	Store         Store
	Resources     Resources
	Authenticator *Authenticator // may be nil
	// EvidenceKey signs evidence packs. It may be nil.
	EvidenceKey ed25519.PrivateKey
	// Endpoints sends pings to webhooks. Nil: a client that reaches public IP addresses only.
	Endpoints WebhookEndpoints
	// Process is what Health reports about the process.
	Process Process
	Log     logr.Logger
}

// New returns the use cases over a store and resources.
func New(d Dependencies) Services {
	guard := NewGuard(d.Store, d.Log)
	return Services{
		Companies:  &Companies{Guard: guard, Store: d.Store, Resources: d.Resources},
		Crawls:     &Crawls{Guard: guard, Store: d.Store, Resources: d.Resources},
		Documents:  NewDocuments(guard, d.Store, d.Resources, d.EvidenceKey),
		Changes:    &Changes{Guard: guard, Store: d.Store, Resources: d.Resources},
		Search:     &Search{Guard: guard, Store: d.Store, Resources: d.Resources},
		Statistics: &Statistics{Guard: guard, Store: d.Store, Resources: d.Resources},
		Webhooks:   &Webhooks{Guard: guard, Store: d.Store, Resources: d.Resources, Endpoints: endpointsOf(d)},
		Health:     &Health{Guard: guard, Store: d.Store, Resources: d.Resources, Process: d.Process},
		Keys:       &Keys{Guard: guard, Store: d.Store, Authenticator: d.Authenticator},
		Manifests:  &Manifests{Guard: guard, Client: d.Resources.Client},
	}
}
