package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
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
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/run/records"
	"github.com/clausea/crawler/internal/run/retention"
	"github.com/clausea/crawler/internal/run/sampler"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

// process holds what the operator and standalone commands share: a store, workers that
// crawl in this process, and the ports.
type process struct {
	endpoints
	role      string // the name of the command
	startedAt time.Time
	store     store.Store
	metrics   processMetrics
	pool      *queue.Pool
	runner    *run.Runner // without its store until openStore
	close     []func()
}

// The process exits within 25 s of a signal, even if a dependency does not respond: 15 s
// for runs and reconciles to finish, 2 s more to release the leader lock, and up to 5 s to
// close the store's connections. Another process takes over unfinished runs once their
// leases expire.
const (
	drainTimeout    = 15 * time.Second
	shutdownTimeout = 17 * time.Second
)

// gcPercent is the garbage collection target, unless GOGC is set to a value other than
// Go's default of 100. Most of the heap is the long-lived cache of resources, so with 100
// garbage would take as much memory again. With 5,000 Companies and 10,000 CrawlJobs the
// process uses 171 MiB instead of 217 MiB (hack/bench, part scale).
const gcPercent = 50

// newProcess creates what needs no store, and serves probes and metrics. openStore must follow.
// onConnect is passed to newFetcher.
func (a *app) newProcess(ctx context.Context, role string, onConnect func(network, addr string) error) (*process, error) {
	if previous := debug.SetGCPercent(gcPercent); previous != 100 {
		debug.SetGCPercent(previous)
	}
	p := &process{endpoints: endpoints{v: a.values, log: a.log, redact: a.redact.String}, role: role, startedAt: time.Now()}
	ctrl.SetLogger(libraryLog(a.log))
	stopTracing, err := a.startTracing(ctx, role)
	if err != nil {
		return nil, err
	}
	p.close = append(p.close, stopTracing)
	if p.metrics, err = newProcessMetrics(); err != nil {
		p.end()
		return nil, err
	}
	fetcher, err := newMeasuredFetcher(a.values, onConnect, p.metrics.fetch)
	if err != nil {
		p.end()
		return nil, err
	}
	p.close = append(p.close, fetcher.Close)
	engine, closeEngine, err := newEngine(ctx, a.values, fetcher, p.metrics.render, a.log.WithName("worker"))
	if err != nil {
		p.end()
		return nil, err
	}
	p.close = append(p.close, closeEngine)
	pdf, err := newPDFReader()
	if err != nil {
		p.end()
		return nil, err
	}
	p.runner = &run.Runner{Engine: engine, Log: a.log.WithName("worker"), WorkerID: workerIdentity(), LeaseDuration: a.values.LeaseDuration, Metrics: p.metrics.crawl, HostLeaseMetrics: p.metrics.hostLeases, PDF: pdf, MaxHostHold: hostlease.DefaultMaxHold}
	p.ready.set(componentStore, "the store is not open yet")
	if role == settings.CommandStandalone {
		p.expectAPI()
	}
	if embeddedFolder(a.values) != "" {
		// Another process that owns the folder explains the failure better than its port does.
		if err := p.openStore(ctx); err != nil {
			p.end()
			return nil, err
		}
	}
	if err := p.serve(ctx, prometheus.Gatherers{p.metrics.registry, prometheus.GathererFunc(controllerMetrics)}); err != nil {
		p.end()
		return nil, err
	}
	p.close = append(p.close, func() { p.closePorts(serverShutdown) })
	return p, nil
}

// openStore opens the store, unless it is open, and creates the workers.
func (p *process) openStore(ctx context.Context) (err error) {
	if p.store != nil {
		return nil
	}
	opened, err := openProcessStore(ctx, p.v, p.log, &p.ready)
	if err != nil {
		return err
	}
	p.store = measuredStore{opened, p.metrics.store}
	p.pinger = p.store
	p.close = append(p.close, func() { _ = p.store.Close(context.WithoutCancel(ctx)) })
	p.ready.set(componentStore, "")
	p.runner.Store = p.store
	p.pool = &queue.Pool{
		Store: p.store, Defaults: crawlJobOptions(p.v), MaxConcurrentRuns: p.v.MaxConcurrentCrawls, Log: p.log.WithName("worker"), Runner: p.runner,
	}
	return nil
}

// queue returns the queue of runs for the controllers.
func (p *process) queue() *queue.Queue {
	return &queue.Queue{Runs: p.store, Log: p.log.WithName("queue"), Metrics: p.metrics.crawl}
}

// end releases the resources of the process in reverse order of creation.
func (p *process) end() {
	for i := len(p.close) - 1; i >= 0; i-- {
		p.close[i]()
	}
}

// newScheme returns a scheme with the resources of this project and of Kubernetes.
func newScheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		return nil, fmt.Errorf("create the scheme: %w", err)
	}
	return s, nil
}

// managerOptions returns the Manager options of both deployment modes. The process serves
// probes and metrics itself.
func (p *process) managerOptions(scheme *runtime.Scheme) ctrl.Options {
	drain := drainTimeout
	return ctrl.Options{
		// The controllers do not use managed fields, which are a third of an object.
		Cache:  cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Scheme: scheme, Logger: libraryLog(p.log), GracefulShutdownTimeout: &drain,
		Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
	}
}

// endedBuffer is the number of run completions that can wait to be processed. The
// controller finds any further ones when it requeues their CrawlJobs.
const endedBuffer = 256

// setUp registers the workers, both controllers and the deletion of expired runs with the
// Manager. It sets the fields of jobs that both deployment modes share. definition is nil
// outside a cluster.
func (p *process) setUp(ctx context.Context, m ctrl.Manager, jobs *crawljob.Reconciler, definition company.Definition) error {
	ended := make(chan event.TypedGenericEvent[string], endedBuffer)
	p.pool.RunEnded = func(company string) {
		select {
		case ended <- event.TypedGenericEvent[string]{Object: company}:
		default: // this process is not the leader; the leader polls
		}
	}
	o := func() controller.Options {
		return controller.Options{MaxConcurrentReconciles: p.v.MaxConcurrentReconciles}
	}
	if err := index.Register(ctx, m.GetFieldIndexer()); err != nil {
		return err
	}
	jobs.Client, jobs.RunEnded, jobs.Redact, jobs.Trace = m.GetClient(), ended, p.redact, traceReconcile
	if err := jobs.SetupWithManager(m, o()); err != nil {
		return err
	}
	companies := &company.Reconciler{Client: m.GetClient(), Records: records.Records{Store: p.store}, Recorder: jobs.Recorder, Redact: p.redact, Definition: definition}
	if err := companies.SetupWithManager(m, o()); err != nil {
		return err
	}
	cleaner := &retention.Cleaner{Runs: p.store, Keep: p.v.RunRetentionCount, MaxAge: p.v.RunRetentionAge, Log: p.log}
	if err := m.Add(cleaner); err != nil {
		return fmt.Errorf("add the run cleaner: %w", err)
	}
	measure := &sampler.Sampler{Runs: p.store, Companies: m.GetClient(), Metrics: p.metrics.queue, Log: p.log}
	if err := m.Add(measure); err != nil {
		return fmt.Errorf("add the metrics of the queue: %w", err)
	}
	if err := m.Add(&sampler.DocumentSampler{Documents: p.store, Metrics: p.metrics.documents, Log: p.log}); err != nil {
		return fmt.Errorf("add the metrics of the documents: %w", err)
	}
	if err := p.addHeartbeat(m); err != nil {
		return err
	}
	if p.v.MaxConcurrentCrawls > 0 {
		if err := m.Add(p.pool); err != nil {
			return fmt.Errorf("add the workers: %w", err)
		}
	}
	return nil
}

// run runs the Manager and the server until both have stopped. A shutdown after a signal
// is not an error.
func (p *process) run(ctx context.Context, m ctrl.Manager) error {
	p.log.Info("started", "role", p.role, "version", buildVersion(), "store", storeKind(p.v), "listenAddress", p.main.addr, "metricsAddress", p.metricsServer.addr, "maxConcurrentCrawls", p.v.MaxConcurrentCrawls)
	err := runUntilShutdown(ctx, m.Start, shutdownTimeout)
	p.closePorts(serverShutdown)
	if err != nil {
		return fmt.Errorf("run the controllers: %w", err)
	}
	return nil
}

// errShutdownTimeout reports that the Manager did not stop in time.
var errShutdownTimeout = errors.New("timed out waiting for the controllers and workers to stop")

// runUntilShutdown runs start until it returns, at most for d after ctx ends. Goroutines
// that are still running then end with the process.
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

// exitAfterSignal returns nil if a signal ended the command, because another process
// resumes unfinished work. It logs err in that case.
func (a *app) exitAfterSignal(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		a.log.Error(err, "stopped by a signal before all work was finished")
	}
	a.log.Info("stopped")
	return nil
}
