package queue

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// patience bounds what a test waits for; no test asserts on time.
const patience = 5 * time.Minute

// bed is a store, and workers that crawl the demo company's real site.
type bed struct {
	t      *testing.T
	store  store.Store
	queue  *Queue
	engine *crawl.Engine
	site   *demo.Site
}

func newBed(t *testing.T) *bed {
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
	f, err := fetch.New(fetch.Config{
		Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: site.CAFile, ConnectTo: []fetch.ConnectTo{to},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return &bed{t: t, store: s, queue: &Queue{Runs: s}, engine: crawl.New(f), site: site}
}

// pool starts workers under a name; stop ends them as a signal does.
func (b *bed) pool(holder string) (stop func()) {
	b.t.Helper()
	return b.start(b.newPool(b.store, holder))
}

func (b *bed) newPool(s store.Store, holder string) *Pool {
	return &Pool{
		Store: s, Slots: 2, Poll: 50 * time.Millisecond, Log: logr.Discard(),
		Runner: &run.Runner{Engine: b.engine, Store: s, Log: logr.Discard(), Holder: holder},
	}
}

func (b *bed) start(p *Pool) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Start(ctx) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("pool %s: %v", p.Runner.Holder, err)
		}
	}
	b.t.Cleanup(stop)
	return stop
}

func (b *bed) order(id string, delay time.Duration) {
	b.t.Helper()
	o := Order{
		RunID: id, Company: demo.Domain, Attempts: 3, Target: v1alpha1.Target{
			Domains: []v1alpha1.Domain{demo.Domain}, ExpectedTypes: []v1alpha1.DocumentType{"privacy_policy", "terms_of_service"},
			Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: delay}},
		},
	}
	if err := b.queue.Start(b.t.Context(), o); err != nil {
		b.t.Fatal(err)
	}
}

// await waits until a run is as ok wants it.
func (b *bed) await(id, what string, ok func(store.Run) bool) store.Run {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	var last store.Run
	for time.Now().Before(deadline) {
		r, err := b.queue.Observe(b.t.Context(), id)
		if err != nil {
			b.t.Fatal(err)
		}
		if last = r; ok(r) {
			return r
		}
		<-time.After(20 * time.Millisecond)
	}
	b.t.Fatalf("run %s: %s did not come about: %+v", id, what, last)
	return last
}

func in(state store.RunState) func(store.Run) bool { return func(r store.Run) bool { return r.State == state } }

// fetching says that a worker has fetched a page and goes on.
func fetching(r store.Run) bool { return r.State == store.RunRunning && r.Progress.Fetched > 0 }

// underWay orders a crawl and waits until a worker has fetched a page; the site answers
// for no more of them until release.
func (b *bed) underWay(id string) (release func()) {
	b.t.Helper()
	release = b.site.Hold(8)
	b.order(id, 0)
	b.await(id, "a page", fetching)
	return release
}

func TestAnOrderIsCrawledOnceByOneOfManyPools(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for i := range 3 {
		b.pool(fmt.Sprint("pool-", i))
	}
	b.order("r1", 0)
	b.order("r1", 0)
	r := b.await("r1", "completion", in(store.RunComplete))
	if r.Attempts != 1 || r.Documents.New < 10 || r.StopReason == "" {
		t.Errorf("it ended as %+v", r)
	}
	docs, _, err := b.store.ListDocuments(t.Context(), demo.Domain, store.ListOptions{})
	if err != nil || int64(len(docs)) != r.Documents.New {
		t.Errorf("%d documents of %d are there, %v", len(docs), r.Documents.New, err)
	}
}

func TestWhatTheOwnerAsksEndsTheCrawlSo(t *testing.T) {
	t.Parallel()
	for ask, want := range map[store.RunRequest]store.RunState{
		store.RequestStop: store.RunComplete, store.RequestSuspend: store.RunInterrupted, store.RequestCancel: store.RunFailed,
	} {
		t.Run(string(ask), func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.pool("pool")
			release := b.underWay("r1")
			if err := b.queue.Ask(t.Context(), "r1", ask); err != nil {
				t.Fatal(err)
			}
			b.await("r1", string(want), in(want))
			release()
			if ask != store.RequestSuspend {
				return
			}
			before, _, err := b.store.ListDocuments(t.Context(), demo.Domain, store.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			b.order("r1", 0)
			r := b.await("r1", "completion after it was suspended", in(store.RunComplete))
			if r.Documents.New < int64(len(before)) {
				t.Errorf("of %d documents that it had found before, %d are counted", len(before), r.Documents.New)
			}
		})
	}
}

func TestARunThatNobodyHasTakenUpIsEndedWhereItLies(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for ask, want := range map[store.RunRequest]store.RunState{
		store.RequestStop: store.RunComplete, store.RequestSuspend: store.RunInterrupted, store.RequestCancel: store.RunFailed,
	} {
		id := "r-" + string(ask)
		b.order(id, 0)
		if err := b.queue.Ask(t.Context(), id, ask); err != nil {
			t.Fatal(err)
		}
		b.await(id, string(want), in(want))
	}
}

func TestAPoolThatShutsDownGivesItsRunsBack(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	stop := b.pool("old")
	release := b.underWay("r1")
	stop()
	release()
	r := b.await("r1", "its return", in(store.RunPending))
	if r.Attempts != 0 {
		t.Errorf("a shutdown counted as attempt %d", r.Attempts)
	}
	b.pool("new")
	r = b.await("r1", "completion", in(store.RunComplete))
	if r.Attempts != 1 || r.Worker != "new" || r.Documents.New < 10 {
		t.Errorf("it ended as %+v", r)
	}
}

func TestALostWorkersRunIsTakenOverAndAPoisonedOneIsGivenUp(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int32]store.RunState{1: store.RunComplete, 3: store.RunFailed} {
		b := newBed(t)
		b.order("r1", 0)
		r := b.await("r1", "the queue", in(store.RunPending))
		// As a worker leaves it that was killed: at work, and its lease has run out.
		l, err := b.store.AcquireLease(t.Context(), run.LeaseName(demo.Domain), "dead/r1", time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		r.State, r.Worker, r.Attempts, r.Heartbeat = store.RunRunning, "dead", attempts, time.Now()
		r.Fence = store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
		if err := b.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		b.pool("alive")
		got := b.await("r1", string(want), in(want))
		if want == store.RunFailed && got.StopReason != v1alpha1.ReasonWorkerLost || want == store.RunComplete && got.Attempts != 2 {
			t.Errorf("after %d lost workers it ended as %+v", attempts, got)
		}
		if err := b.store.PutRun(t.Context(), r); !errors.Is(err, store.ErrFenced) {
			t.Errorf("the dead worker's late write: %v", err)
		}
	}
}

func TestOneRunOfACompanyIsCrawledAtATime(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	s := &wanted{Store: b.store, holder: "pool/r2"}
	b.start(b.newPool(s, "pool"))
	release := b.underWay("r1")
	b.order("r2", 0)
	b.await("r2", "its place in the queue", func(store.Run) bool { return s.refused.Load() > 0 })
	for id, state := range map[string]store.RunState{"r1": store.RunRunning, "r2": store.RunPending} {
		if r, err := b.queue.Observe(t.Context(), id); err != nil || r.State != state {
			t.Errorf("while one run of a company is crawled, %s is %s, %v", id, r.State, err)
		}
	}
	release()
	for _, id := range []string{"r1", "r2"} {
		b.await(id, "completion", in(store.RunComplete))
	}
}

// wanted is a store that counts how often a holder did not get a lease.
type wanted struct {
	store.Store
	holder  string
	refused atomic.Int64
}

func (w *wanted) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	l, err := w.Store.AcquireLease(ctx, name, holder, ttl)
	if holder == w.holder && errors.Is(err, store.ErrConflict) {
		w.refused.Add(1)
	}
	return l, err
}
