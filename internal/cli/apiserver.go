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
	"github.com/clausea/crawler/internal/telemetry"
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
	// dashboardOnly leaves the API out.
	dashboardOnly bool
}

// useCases are the use cases of a process, which its API and its dashboard share.
type useCases struct {
	service.Services
	authenticator *service.Authenticator
}

// newUseCases returns the use cases of a process.
func newUseCases(v *settings.Values, parts apiParts) (useCases, error) {
	key, err := evidenceKey(v)
	if err != nil {
		return useCases{}, err
	}
	authenticator := service.NewAuthenticator(parts.store, v.APIKey.Reveal())
	return useCases{service.New(service.Dependencies{
		Store: parts.store, Resources: parts.resources, Authenticator: authenticator, Endpoints: parts.backends.webhooks,
		EvidenceKey: key, Process: service.Process{Version: buildVersion(), DataFolder: embeddedFolder(v)}, Settings: shownSettings(v), Log: parts.log,
	}), authenticator}, nil
}

// shownSettings returns the settings of a process for its operators, without secrets.
func shownSettings(v *settings.Values) (rows []service.Setting) {
	redact := telemetry.NewRedactor(v.Secrets()...)
	for _, e := range v.Effective() {
		// A URL may contain a password.
		rows = append(rows, service.Setting{Name: e.Name, Value: redact.String(e.Value), Source: e.Source, OverriddenBy: e.OverriddenBy})
	}
	return rows
}

// newAPI returns the API of a process. Its streams end with ctx. Paths that are not of the API are
// handled by extra, which may be nil.
func newAPI(ctx context.Context, v *settings.Values, parts apiParts, u useCases, extra http.Handler) (http.Handler, error) {
	trusted, err := prefixes(v, &v.TrustedProxies)
	if err != nil {
		return nil, err
	}
	limits := httpapi.DefaultLimits()
	limits.Key.Requests, limits.Crawls.Requests = v.APIRate, v.APICrawlsPerDay
	s, err := httpapi.New(httpapi.Options{
		Services: u.Services,
		Version:  buildVersion(), Authenticate: u.authenticator.Authenticate, Anonymous: v.AnonymousRead, Local: parts.local,
		Limiter: parts.backends.limiter, Limits: limits, Idempotency: parts.store,
		CORSOrigins: v.CORSOrigins, TrustedProxies: trusted, Log: parts.log, Metrics: parts.metrics, Stop: ctx, Extra: extra,
	})
	if err != nil {
		return nil, fmt.Errorf("create the API: %w", err)
	}
	if parts.local {
		return s.Handler(), nil
	}
	return withMCP(s, u.authenticator.Authenticate, v.AnonymousRead)
}

// newLocalAPI returns the API whose callers are administrators.
func newLocalAPI(ctx context.Context, v *settings.Values, parts apiParts) (http.Handler, error) {
	parts.local = true
	u, err := newUseCases(v, parts)
	if err != nil {
		return nil, err
	}
	return newAPI(ctx, v, parts, u, nil)
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
