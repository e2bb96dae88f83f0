package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/settings"
)

// endpoints are what a process serves over HTTP from its start on: the probes and, once it is
// available, the API on one port, and the metrics on another, which has the probes too.
type endpoints struct {
	v      *settings.Values
	log    logr.Logger
	redact func(string) string // removes the secrets of the settings
	ready  readyState
	// pinger is the store, which readiness checks. It is set before the component store is ready.
	pinger pinger
	// api is the API once it is available. apiAvailable is then closed; it is nil if the process
	// has no API.
	api          atomic.Pointer[http.Handler]
	apiAvailable chan struct{}
	// dashboard is the handler of the port of the dashboard, if it has one of its own.
	dashboard atomic.Pointer[http.Handler]

	main            httpServer
	metricsServer   httpServer
	dashboardServer httpServer
}

// expectAPI makes the process report that its API is not available yet. It precedes serve.
func (e *endpoints) expectAPI() {
	e.apiAvailable = make(chan struct{})
	e.ready.set(componentAPI, "the API is not available yet")
}

// offerAPI makes the API available. It is called once, after expectAPI.
func (e *endpoints) offerAPI(h http.Handler) {
	e.api.Store(&h)
	e.ready.set(componentAPI, "")
	close(e.apiAvailable)
}

// pinger is a store whose connection can be checked.
type pinger interface {
	Ping(ctx context.Context) error
}

// serverShutdown limits the wait for requests in progress when the process ends.
const serverShutdown = 2 * time.Second

// serve opens both ports. Readiness fails as soon as ctx ends; the ports stay open until
// closePorts is called, while the workers release their runs.
func (e *endpoints) serve(ctx context.Context, gatherer prometheus.Gatherer) error {
	l, err := listen(ctx, e.v.Port, "PORT", "port")
	if err != nil {
		return err
	}
	m, err := listen(ctx, e.v.MetricsPort, "METRICS_PORT", "metrics-port")
	if isPortInUse(err) && e.v.IsDefault(&e.v.MetricsPort) {
		e.log.Info("the default port for metrics is in use; using a free one", "port", e.v.MetricsPort)
		m, err = listen(ctx, 0, "METRICS_PORT", "metrics-port")
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	// Clients that use up the connections of the main port must not make the process look dead.
	mux.Handle("/", e.probes(ctx))
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	e.main, e.metricsServer = serveHTTP(l, e.handler(ctx), e.log), serveHTTP(m, mux, e.log)
	if e.v.DashboardPort != 0 {
		d, err := listen(ctx, e.v.DashboardPort, "DASHBOARD_PORT", "dashboard-port")
		if err != nil {
			e.closePorts(0)
			return err
		}
		e.dashboardServer = serveHTTP(d, e.dashboardHandler(ctx), e.log)
	}
	e.log.Info("serving probes and metrics", "listenAddress", e.main.addr, "metricsAddress", e.metricsServer.addr)
	return nil
}

// closePorts closes both ports after the requests in progress, or after the given time.
func (e *endpoints) closePorts(within time.Duration) {
	for _, s := range []httpServer{e.main, e.metricsServer, e.dashboardServer} {
		if s.stop == nil {
			continue
		}
		if err := s.stop(within); err != nil {
			e.log.Error(err, "failed to shut down a server", "listenAddress", s.addr)
		}
	}
}

// handler returns the handler of the main port. lifetime ends at the signal.
func (e *endpoints) handler(lifetime context.Context) http.Handler {
	probes := e.probes(lifetime)
	starting := probes
	if e.apiAvailable != nil {
		starting = httpapi.Unready(probes, mcpPath)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api := e.api.Load(); api != nil {
			(*api).ServeHTTP(w, r)
			return
		}
		starting.ServeHTTP(w, r)
	})
}

// dashboardHandler returns the handler of the port of the dashboard. lifetime ends at the signal.
func (e *endpoints) dashboardHandler(lifetime context.Context) http.Handler {
	probes := e.probes(lifetime)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := dashboardRoot(probes)
		if board := e.dashboard.Load(); board != nil {
			h = withDashboard(*board, h)
		}
		h.ServeHTTP(w, r)
	})
}

// probes returns the handler of the probes. lifetime ends at the signal.
func (e *endpoints) probes(lifetime context.Context) http.Handler {
	mux := http.NewServeMux()
	alive := func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") }
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /health", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, req *http.Request) { e.serveReadiness(lifetime, w, req) })
	return mux
}
