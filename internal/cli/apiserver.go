package cli

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/evidence"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

// apiParts are what the API of a process is made of, in addition to its settings.
type apiParts struct {
	store     store.Store
	resources service.Resources
	backends  *apiBackends
	metrics   prometheus.Registerer // nil: no metrics
	log       logr.Logger
	// local makes every caller an administrator, for a socket that only the owner can open.
	local bool
}

// newAPI returns the API of a process. Its streams end with ctx. Paths that are not of the API are
// handled by extra, which may be nil.
func newAPI(ctx context.Context, v *settings.Values, parts apiParts, extra http.Handler) (http.Handler, error) {
	trusted, err := prefixes(v, &v.TrustedProxies)
	if err != nil {
		return nil, err
	}
	key, err := evidenceKey(v)
	if err != nil {
		return nil, err
	}
	authenticator := service.NewAuthenticator(parts.store, v.APIKey.Reveal())
	limits := httpapi.DefaultLimits()
	limits.Key.Requests, limits.Crawls.Requests = v.APIRate, v.APICrawlsPerDay
	s, err := httpapi.New(httpapi.Options{
		Services: service.New(service.Dependencies{
			Store: parts.store, Resources: parts.resources, Authenticator: authenticator, Endpoints: parts.backends.webhooks,
			EvidenceKey: key, Process: service.Process{Version: buildVersion(), DataFolder: embeddedFolder(v)}, Log: parts.log,
		}),
		Version: buildVersion(), Authenticate: authenticator.Authenticate, Anonymous: v.AnonymousRead, Local: parts.local,
		Limiter: parts.backends.limiter, Limits: limits, Idempotency: parts.store,
		CORSOrigins: v.CORSOrigins, TrustedProxies: trusted, Log: parts.log, Metrics: parts.metrics, Stop: ctx, Extra: extra,
	})
	if err != nil {
		return nil, fmt.Errorf("create the API: %w", err)
	}
	if parts.local {
		return s.Handler(), nil
	}
	return withMCP(s, authenticator.Authenticate, v.AnonymousRead)
}

// evidenceKey returns the key that signs evidence packs, or nil if there is none.
func evidenceKey(v *settings.Values) (ed25519.PrivateKey, error) {
	key, err := evidence.ParsePrivateKey(v.EvidenceKey.Reveal())
	if err != nil {
		return nil, &exitError{exitUsage, v.InvalidValue(&v.EvidenceKey, "", "an Ed25519 private key in PEM (PKCS #8), or its seed of 32 bytes in base64")}
	}
	return key, nil
}

// apiNamespace returns the namespace whose resources the API serves.
func apiNamespace(v *settings.Values, kubernetes bool) string {
	if v.APINamespace != "" {
		return v.APINamespace
	}
	if kubernetes {
		if b, err := os.ReadFile(namespaceFile); err == nil {
			return strings.TrimSpace(string(b))
		}
	}
	return kubestore.DefaultNamespace
}

// localCaller is the user of this machine, who may do everything.
func localCaller() service.Caller {
	return service.Caller{Actor: "local", Scopes: []store.APIScope{store.ScopeAdmin}, Trigger: store.TriggerCLI}
}
