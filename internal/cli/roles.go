package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/run/turns"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// process is what the long-running commands have in common: a store, workers that crawl
// in this process, and a port with probes and metrics.
type process struct {
	v        *settings.Values
	log      logr.Logger
	store    store.Store
	registry *prometheus.Registry
	pool     *queue.Pool
	close    []func()
	// serverAddr gets the address of the port once it is there.
	serverAddr chan string
}

// The process ends within 25 s of a signal, whatever does not answer: 15 s are for
// what runs to end, 2 s more for the leader's lock, and up to 5 s for the store's
// connections. What had no time to end is another process's after its lease.
const (
	drainTimeout    = 15 * time.Second
	shutdownTimeout = 17 * time.Second
)

// gcPercent is how much a role's heap may grow before it is collected, unless GOGC
// says something else than Go's own 100. Most of a role's heap is the cache of its
// resources, which stays: with 100, the garbage beside it takes as much again. At 5,000
// Companies and 10,000 CrawlJobs this is 171 MiB instead of 217 (hack/bench, part scale).
const gcPercent = 50

// newProcess makes what a long-running command needs; connecting is as newFetcher has it.
func (a *app) newProcess(ctx context.Context, connecting func(network, at string) error) (*process, error) {
	if asked := debug.SetGCPercent(gcPercent); asked != 100 {
		debug.SetGCPercent(asked)
	}
	r := &process{v: a.values, log: a.log, registry: telemetry.NewRegistry(buildVersion()), serverAddr: make(chan string, 1)}
	ctrl.SetLogger(a.log)
	fetcher, err := newFetcher(a.values, connecting)
	if err != nil {
		return nil, err
	}
	r.close = append(r.close, fetcher.Close)
	metrics, err := newCrawlMetrics(r.registry)
	if err != nil {
		r.end()
		return nil, err
	}
	drawn, err := newRenderMetrics(r.registry)
	if err != nil {
		r.end()
		return nil, err
	}
	engine, closeEngine, err := newEngine(ctx, a.values, fetcher, drawn, a.log.WithName("worker"))
	if err != nil {
		r.end()
		return nil, err
	}
	r.close = append(r.close, closeEngine)
	if r.store, err = openStore(ctx, a.values); err != nil {
		r.end()
		return nil, err
	}
	r.close = append(r.close, func() { _ = r.store.Close(context.WithoutCancel(ctx)) })
	pdf, err := newPDFReader()
	if err != nil {
		r.end()
		return nil, err
	}
	r.pool = &queue.Pool{
		Store: r.store, Slots: a.values.MaxConcurrentCrawls, Lease: a.values.LeaseDuration, Log: a.log.WithName("worker"),
		Runner: &run.Runner{Engine: engine, Store: r.store, Log: a.log.WithName("worker"), Holder: workerIdentity(), Metrics: metrics, PDF: pdf, HostTenure: turns.DefaultTenure},
	}
	return r, nil
}

// end frees what the role holds, the newest first.
func (r *process) end() {
	for i := len(r.close) - 1; i >= 0; i-- {
		r.close[i]()
	}
}

// newScheme has the resources of this project and of Kubernetes.
func newScheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		return nil, fmt.Errorf("make the scheme: %w", err)
	}
	return s, nil
}

// managerOptions are those that both homes share. Probes and metrics are the role's own.
func (r *process) managerOptions(scheme *runtime.Scheme) ctrl.Options {
	drain := drainTimeout
	return ctrl.Options{
		// Who last wrote a field is nothing to the controllers, and a third of an object.
		Cache:  cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Scheme: scheme, Logger: r.log, GracefulShutdownTimeout: &drain,
		Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
	}
}

// endedBuffer is how many ends of runs wait to be looked at; those of more are found
// when their turn comes.
const endedBuffer = 256

// setUp registers the workers and both controllers; of jobs, what the homes have in
// common is filled in.
func (r *process) setUp(ctx context.Context, m ctrl.Manager, jobs *crawljob.Reconciler) error {
	ended := make(chan event.TypedGenericEvent[string], endedBuffer)
	r.pool.Ended = func(company string) {
		select {
		case ended <- event.TypedGenericEvent[string]{Object: company}:
		default: // nobody leads here, and who does looks by itself
		}
	}
	o := func() controller.Options {
		return controller.Options{MaxConcurrentReconciles: r.v.MaxConcurrentReconciles}
	}
	jobs.Client, jobs.Ended = m.GetClient(), ended
	if err := jobs.SetupWithManager(ctx, m, o()); err != nil {
		return err
	}
	companies := &company.Reconciler{Client: m.GetClient(), Documents: company.Stored{Store: r.store}, Recorder: jobs.Recorder}
	if err := companies.SetupWithManager(m, o()); err != nil {
		return err
	}
	if r.v.MaxConcurrentCrawls > 0 {
		if err := m.Add(r.pool); err != nil {
			return fmt.Errorf("add the workers: %w", err)
		}
	}
	return nil
}

// serve answers probes and metrics until ctx ends and what serves is over. Readiness
// goes with the signal, at once; the port stays while crawls are given back.
func (r *process) serve(ctx context.Context, until <-chan struct{}) (address string, wait func() error, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(r.v.Port))
	if err != nil {
		return "", nil, fmt.Errorf("listen on port %d: %w; PORT or --port names another, and 0 is any that is free", r.v.Port, err)
	}
	srv := &http.Server{Handler: r.probes(ctx), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	return l.Addr().String(), func() error {
		<-until
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err := srv.Shutdown(end)
		if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
			err = errors.Join(err, serr)
		}
		return err
	}, nil
}

// pingTimeout bounds the store's answer to a probe.
const pingTimeout = 2 * time.Second

func (r *process) probes(process context.Context) http.Handler {
	mux := http.NewServeMux()
	alive := func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") }
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /health", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), pingTimeout)
		defer cancel()
		switch {
		case process.Err() != nil:
			http.Error(w, "shutting down", http.StatusServiceUnavailable)
		case r.store.Ping(ctx) != nil:
			http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		default:
			_, _ = fmt.Fprintln(w, "ok")
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{r.registry, prometheus.GathererFunc(controllerMetrics)}, promhttp.HandlerOpts{}))
	return mux
}

// run starts the manager and serves until both are over. A signal is a clean end.
func (r *process) run(ctx context.Context, m ctrl.Manager) error {
	done := make(chan struct{})
	address, wait, err := r.serve(ctx, done)
	if err != nil {
		return err
	}
	r.log.Info("started", "address", address, "crawls", r.v.MaxConcurrentCrawls)
	r.serverAddr <- address
	err = runUntilShutdown(ctx, m.Start, shutdownTimeout)
	close(done)
	if serr := wait(); serr != nil {
		r.log.Error(serr, "port not closed cleanly")
	}
	if err != nil {
		return fmt.Errorf("run the controllers: %w", err)
	}
	return nil
}

// errShutdownTimeout says that what ran had not ended in its time.
var errShutdownTimeout = errors.New("not all of it ended in time")

// runUntilShutdown runs start until it ends by itself, or for so long after ctx has ended. What
// has not ended then ends with the process.
func runUntilShutdown(ctx context.Context, start func(context.Context) error, d time.Duration) error {
	ended := make(chan error, 1)
	go func() { ended <- start(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(d):
		return errShutdownTimeout
	}
}

// exitAfterSignal is how a role that was told to end has ended: cleanly, whatever came of
// its work, which goes on elsewhere. err is logged for whoever wants to know.
func (a *app) exitAfterSignal(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		a.log.Error(err, "ended by a signal before all was done")
	}
	a.log.Info("stopped")
	return nil
}
