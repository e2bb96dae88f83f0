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

// addAPI adds the API, the delivery of its webhooks and the dashboard to a process that runs a
// Manager.
func (e *endpoints) addAPI(ctx context.Context, m ctrl.Manager, parts apiParts) error {
	var err error
	if parts.resources.CompanyChanges, err = service.CountCompanyChanges(ctx, m.GetCache()); err != nil {
		return err
	}
	u, err := newUseCases(e.v, parts)
	if err != nil {
		return err
	}
	h, err := e.newWeb(ctx, parts, u)
	if err != nil {
		return err
	}
	runnables := []manager.Runnable{&apiStart{cache: m.GetCache(), handler: h, endpoints: e}}
	if !parts.dashboardOnly {
		measured, err := telemetry.NewWebhookMetrics(parts.metrics)
		if err != nil {
			return err
		}
		runnables = append(runnables, notify.New(notify.Options{
			Store: parts.store, Client: parts.backends.webhooks, Holder: workerIdentity(), Namespace: parts.resources.Namespace, Metrics: measured, Log: e.log.WithName("webhooks"),
		}))
	}
	for _, r := range runnables {
		if err := m.Add(r); err != nil {
			return fmt.Errorf("add the API: %w", err)
		}
	}
	return nil
}

// newWeb returns the handler of the main port: the API and the dashboard, or one of them.
func (e *endpoints) newWeb(ctx context.Context, parts apiParts, u useCases) (http.Handler, error) {
	board, err := newDashboard(ctx, e.v, u.Services, parts, e.log.WithName("dashboard"))
	if err != nil {
		return nil, err
	}
	probes := e.probes(ctx)
	if parts.dashboardOnly {
		return withDashboard(board, dashboardRoot(probes)), nil
	}
	api, err := newAPI(ctx, e.v, parts, u, probes)
	if err != nil {
		return nil, err
	}
	switch {
	case board == nil:
		e.log.Info("the dashboard is not served, because it has no user; set DASHBOARD_PASSWORD")
	case e.v.DashboardPort != 0:
		e.dashboard.Store(&board)
		return api, nil
	}
	return withDashboard(board, api), nil
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
