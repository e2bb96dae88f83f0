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
	Inbox      *Inbox
	Overview   *Overview
	Search     *Search
	Statistics *Statistics
	Webhooks   *Webhooks
	Health     *Health
	System     *System
	Keys       *Keys
	Manifests  *Manifests
	Sessions   *Sessions
	AuditLog   *AuditLog
	Incidents  *Incidents
	Schedule   *Schedule
}

// Store is the part of the store that the use cases use together.
type Store interface {
	CompaniesStore
	CrawlsStore
	DocumentsStore
	ChangesStore
	InboxStore
	SearchStore
	StatisticsStore
	WebhooksStore
	HealthStore
	SystemStore
	IncidentsStore
	store.APIKeys
	store.Sessions
	Auditor
	AuditStore
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
	// Settings are those of the process, without secrets, for System.
	Settings []Setting
	Log      logr.Logger
}

// New returns the use cases over a store and resources.
func New(d Dependencies) Services {
	guard := NewGuard(d.Store, d.Log)
	changes := &Changes{Guard: guard, Store: d.Store, Resources: d.Resources}
	return Services{
		Companies:  &Companies{Guard: guard, Store: d.Store, Resources: d.Resources},
		Crawls:     &Crawls{Guard: guard, Store: d.Store, Resources: d.Resources},
		Documents:  NewDocuments(guard, d.Store, d.Resources, d.EvidenceKey),
		Changes:    changes,
		Inbox:      newInboxOf(d, changes),
		Overview:   &Overview{Guard: guard, Store: d.Store, Resources: d.Resources},
		Search:     &Search{Guard: guard, Store: d.Store, Resources: d.Resources},
		Statistics: &Statistics{Guard: guard, Store: d.Store, Resources: d.Resources},
		Webhooks:   &Webhooks{Guard: guard, Store: d.Store, Resources: d.Resources, Endpoints: endpointsOf(d)},
		Health:     &Health{Guard: guard, Store: d.Store, Resources: d.Resources, Process: d.Process},
		System:     &System{Guard: guard, Store: d.Store, Resources: d.Resources, Config: d.Settings, DataFolder: d.Process.DataFolder},
		Keys:       &Keys{Guard: guard, Store: d.Store, Authenticator: d.Authenticator},
		Manifests:  &Manifests{Guard: guard, Client: d.Resources.Client},
		Sessions:   &Sessions{Guard: guard, Store: d.Store},
		AuditLog:   &AuditLog{d.Store},
		Incidents:  &Incidents{Guard: guard, Store: d.Store, Resources: d.Resources},
		Schedule:   &Schedule{Guard: guard, Resources: d.Resources},
	}
}

// newInboxOf returns the inbox, with the objection periods of the companies.
func newInboxOf(d Dependencies, changes *Changes) *Inbox {
	inbox := NewInbox(changes, d.Store)
	inbox.ObjectionUntil = d.Resources.objectionUntil
	return inbox
}
