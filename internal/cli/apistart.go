package cli

import (
	"context"
	"fmt"
	"net/http"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/telemetry"
)

// addAPI adds the API and the delivery of its webhooks to a process that runs a Manager.
func (e *endpoints) addAPI(ctx context.Context, m ctrl.Manager, parts apiParts) error {
	var err error
	if parts.resources.CompanyChanges, err = service.CountCompanyChanges(ctx, m.GetCache()); err != nil {
		return err
	}
	h, err := newAPI(ctx, e.v, parts, e.probes(ctx))
	if err != nil {
		return err
	}
	measured, err := telemetry.NewWebhookMetrics(parts.metrics)
	if err != nil {
		return err
	}
	sender := notify.New(notify.Options{
		Store: parts.store, Client: parts.backends.webhooks, Holder: workerIdentity(), Namespace: parts.resources.Namespace, Metrics: measured, Log: e.log.WithName("webhooks"),
	})
	for _, r := range []manager.Runnable{sender, &apiStart{cache: m.GetCache(), handler: h, endpoints: e}} {
		if err := m.Add(r); err != nil {
			return fmt.Errorf("add the API: %w", err)
		}
	}
	return nil
}

// apiStart makes the API available once the caches have listed the resources. It is a Runnable of
// the Manager.
type apiStart struct {
	cache     cache.Cache
	handler   http.Handler
	endpoints *endpoints
}

// Start implements manager.Runnable.
func (s *apiStart) Start(ctx context.Context) error {
	for _, kind := range []client.Object{&v1alpha1.Company{}, &v1alpha1.CrawlJob{}} {
		_, err := s.cache.GetInformer(ctx, kind)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the process ends
		}
		if err != nil {
			return fmt.Errorf("list the resources for the API: %w", err)
		}
	}
	s.endpoints.offerAPI(s.handler)
	return nil
}

// NeedLeaderElection implements manager.LeaderElectionRunnable. All processes serve the API.
func (s *apiStart) NeedLeaderElection() bool { return false }
