// Package controllertest tests both controllers with a real manager on every backend: an
// API server, MongoDB, and the embedded store.
package controllertest

import (
	"context"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/run/records"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

// backend is the environment of one test: the running controllers, the client of the users,
// and the store of the runs.
type backend struct {
	t         *testing.T
	client    client.Client
	namespace string
	store     store.Store
	queue     *queue.Queue
	events    *eventLog
}

// openEmbedded opens an empty embedded store and closes it after the test.
func openEmbedded(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// start runs both controllers on a manager until the test ends.
func start(t *testing.T, m ctrl.Manager, s store.Store, events *eventLog) {
	t.Helper()
	startWith(t, m, m.GetClient(), s, events)
}

// startWith is start with another client for the controllers.
func startWith(t *testing.T, m ctrl.Manager, k client.Client, s store.Store, events *eventLog) {
	t.Helper()
	startJobs(t, m, &crawljob.Reconciler{Client: k, Runner: &queue.Queue{Runs: s}, Recorder: events}, s)
}

// startJobs is start with another reconciler of CrawlJobs.
func startJobs(t *testing.T, m ctrl.Manager, jobs *crawljob.Reconciler, s store.Store) {
	t.Helper()
	skip := true
	o := func() controller.Options {
		return controller.Options{MaxConcurrentReconciles: 4, SkipNameValidation: &skip}
	}
	companies := &company.Reconciler{Client: jobs.Client, Records: records.Records{Store: s}, Recorder: jobs.Recorder}
	if err := index.Register(t.Context(), m.GetFieldIndexer()); err != nil {
		t.Fatal(err)
	}
	if err := jobs.SetupWithManager(m, o()); err != nil {
		t.Fatal(err)
	}
	if err := companies.SetupWithManager(m, o()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the manager ended: %v", err)
		}
	})
	if !m.GetCache().WaitForCacheSync(t.Context()) {
		t.Fatal("the caches did not sync")
	}
}

// options returns the options of all managers.
func options() ctrl.Options {
	return ctrl.Options{Scheme: scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"}}
}

// overStore returns a backend on a store.
func overStore(t *testing.T, s store.Store) *backend {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m, err := kubestore.NewManager(ctx, s, options(), "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	k := kubestore.NewClient(s, scheme)
	log := &eventLog{stored: k}
	start(t, m, s, log)
	return &backend{t: t, client: k, namespace: "default", store: s, queue: &queue.Queue{Runs: s}, events: log}
}

// timeout bounds every wait of a test. It is long enough for a busy machine; no test asserts
// on time.
const timeout = 2 * time.Minute

// await polls ok until it returns true. After the timeout it fails the test with the last
// message of ok.
func (b *backend) await(what string, ok func() (bool, string)) {
	b.t.Helper()
	b.awaitFor(timeout, what, ok)
}

// awaitFor is await with another timeout.
func (b *backend) awaitFor(limit time.Duration, what string, ok func() (bool, string)) {
	b.t.Helper()
	deadline := time.Now().Add(limit)
	last := ""
	for time.Now().Before(deadline) {
		done, now := ok()
		if done {
			return
		}
		last = now
		<-time.After(20 * time.Millisecond)
	}
	b.t.Fatalf("timed out waiting for %s: %s", what, last)
}
