package queue

import (
	"context"
	"crypto/rand"
	"net/netip"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// timeout bounds every wait of a test. It is long enough for a busy machine; no test asserts
// on time.
const timeout = 2 * time.Minute

// fixture is an embedded store, and a crawl engine that crawls the demo site.
type fixture struct {
	t      *testing.T
	store  store.Store
	queue  *Queue
	engine *crawl.Engine
	site   *demo.Site
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	to, err := fetch.ParseConnectTo(":443:" + site.Addr)
	if err != nil {
		t.Fatal(err)
	}
	client, err := fetch.New(fetch.Config{
		Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: site.CAFile, ConnectTo: []fetch.ConnectTo{to},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &fixture{t: t, store: s, queue: &Queue{Runs: s}, engine: crawl.New(client), site: site}
}

// startPool starts a pool with a worker ID. stop shuts the pool down as SIGTERM does.
func (f *fixture) startPool(worker string) (stop func()) {
	f.t.Helper()
	return f.start(f.newPool(f.store, worker))
}

func (f *fixture) newPool(s store.Store, worker string) *Pool {
	return &Pool{
		Store: s, MaxConcurrentRuns: 2, PollInterval: 50 * time.Millisecond, Log: logr.Discard(),
		Runner: &run.Runner{Engine: f.engine, Store: s, Log: logr.Discard(), WorkerID: worker},
	}
}

func (f *fixture) start(p *Pool) (stop func()) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Start(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			f.t.Errorf("pool %s: %v", p.Runner.WorkerID, err)
		}
	}
	f.t.Cleanup(stop)
	return stop
}

// enqueue queues a crawl of the demo company.
func (f *fixture) enqueue(id string) {
	f.t.Helper()
	spec := runner.RunSpec{
		RunID: id, Company: demo.Domain, MaxAttempts: 3, Target: v1alpha1.Target{
			Domains: []v1alpha1.Domain{demo.Domain}, ExpectedTypes: []v1alpha1.DocumentType{"privacy_policy", "terms_of_service"},
			Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{}},
		},
	}
	if _, err := f.queue.Ensure(f.t.Context(), spec); err != nil {
		f.t.Fatal(err)
	}
}

// await waits until a run satisfies ok, and returns the run. It fails the test at once if
// the run ends without satisfying ok.
func (f *fixture) await(id, what string, ok func(store.Run) bool) store.Run {
	f.t.Helper()
	var last store.Run
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); {
		r, err := f.store.GetRun(f.t.Context(), id)
		if err != nil {
			f.t.Fatal(err)
		}
		if last = r; ok(r) {
			return r
		}
		if r.State == store.RunComplete || r.State == store.RunFailed {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	f.t.Fatalf("run %s: no %s: %+v", id, what, last)
	return last
}

// awaitLastCrawl waits until a run is the last crawl of the demo company.
func (f *fixture) awaitLastCrawl(id string) {
	f.t.Helper()
	var c store.CompanySummary
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		var err error
		if c, err = f.store.GetCompany(f.t.Context(), demo.Domain); err == nil && c.LastCrawl.RunID == id {
			return
		}
	}
	f.t.Errorf("the last crawl is %+v, want %s", c.LastCrawl, id)
}

// in matches runs in a state.
func in(state store.RunState) func(store.Run) bool {
	return func(r store.Run) bool { return r.State == state }
}

// fetching matches running runs of which a page is fetched.
func fetching(r store.Run) bool { return r.State == store.RunRunning && r.Progress.Fetched > 0 }

// enqueueAndHold queues a crawl and waits until a worker has fetched a page. The site
// delays its later responses until release is called.
func (f *fixture) enqueueAndHold(id string) (release func()) {
	f.t.Helper()
	release = f.site.Hold(8)
	f.enqueue(id)
	f.await(id, "page", fetching)
	return release
}

// startMongo starts a replica set for one test.
func startMongo(t *testing.T) (uri string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set.URI
}

// openMongo opens an empty database for one test.
func openMongo(t *testing.T, uri string) store.Store {
	t.Helper()
	s, err := mongo.Open(t.Context(), uri, "test_"+rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
