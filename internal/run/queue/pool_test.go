package queue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

func TestARunIsExecutedOnceByOneOfManyPools(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 3 {
		f.startPool(fmt.Sprint("pool-", i))
	}
	f.enqueue("r1")
	f.enqueue("r1")
	r := f.await("r1", "completion", in(store.RunComplete))
	if r.Attempts != 1 || r.Documents.New < 10 || r.StopReason == "" {
		t.Errorf("the run ended as %+v", r)
	}
	docs, _, err := f.store.ListDocuments(t.Context(), demo.Domain, store.ListOptions{})
	if err != nil || int64(len(docs)) != r.Documents.New {
		t.Errorf("%d documents are stored, the run counts %d, %v", len(docs), r.Documents.New, err)
	}
}

func TestDefaultsOfThePoolApplyWhereARunSetsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	options := crawl.DefaultOptions()
	options.MaxPages = 2
	p := f.newPool(f.store, "one")
	p.Defaults = &options
	f.start(p)
	f.enqueue("defaults")
	if r := f.await("defaults", "completion", in(store.RunComplete)); r.StopReason != string(crawl.StopPageLimit) || r.Progress.Fetched != 2 {
		t.Errorf("the run without a page limit fetched %d pages and ended with %s", r.Progress.Fetched, r.StopReason)
	}
	pages := int32(3)
	spec := runner.RunSpec{
		RunID: "limits", Company: demo.Domain, MaxAttempts: 3, Target: v1alpha1.Target{Domains: []v1alpha1.Domain{demo.Domain}},
		Limits: &v1alpha1.CrawlLimits{MaxPages: &pages, Delay: &metav1.Duration{}},
	}
	if _, err := f.queue.Ensure(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if r := f.await("limits", "completion", in(store.RunComplete)); r.StopReason != string(crawl.StopPageLimit) || r.Progress.Fetched != 3 {
		t.Errorf("the run with a page limit of 3 fetched %d pages and ended with %s", r.Progress.Fetched, r.StopReason)
	}
}

func TestPoolReportsTheEndOfARunOnceItIsStored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.newPool(f.store, "one")
	states := make(chan string, 1)
	p.RunEnded = func(company string) {
		r, err := f.store.GetRun(t.Context(), "run-1")
		states <- company + " " + string(r.State)
		if err != nil {
			t.Error(err)
		}
	}
	f.start(p)
	f.enqueue("run-1")
	if got, want := <-states, demo.Domain+" "+string(store.RunComplete); got != want {
		t.Errorf("the pool reported %q, want %q", got, want)
	}
}

func TestPoolReleasesItsRunsOnShutdown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	stop := f.startPool("old")
	release := f.enqueueAndHold("r1")
	stop()
	release()
	r := f.await("r1", "release", in(store.RunPending))
	if r.Attempts != 0 {
		t.Errorf("the shutdown counts as attempt %d", r.Attempts)
	}
	f.startPool("new")
	r = f.await("r1", "completion", in(store.RunComplete))
	if r.Attempts != 1 || r.Worker != "new" || r.Documents.New < 10 {
		t.Errorf("the run ended as %+v", r)
	}
}

func TestARunOfALostWorkerIsTakenOverUntilItsAttemptsAreUsedUp(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int32]store.RunState{1: store.RunComplete, 3: store.RunFailed} {
		f := newFixture(t)
		f.enqueue("r1")
		r := f.await("r1", "the queue", in(store.RunPending))
		// A worker that is killed leaves a running run with an expired lease.
		l, err := f.store.AcquireLease(t.Context(), run.LeaseName(demo.Domain), "dead/r1", time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		r.State, r.Worker, r.Attempts, r.Heartbeat = store.RunRunning, "dead", attempts, time.Now()
		r.Fence = store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
		if err := f.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		f.startPool("alive")
		got := f.await("r1", string(want), in(want))
		if want == store.RunFailed && got.StopReason != v1alpha1.ReasonWorkerLost || want == store.RunComplete && (got.Attempts != 2 || got.Takeovers != 1) {
			t.Errorf("after %d lost workers the run ended as %+v", attempts, got)
		}
		if want == store.RunFailed {
			f.awaitLastCrawl("r1")
		}
		if err := f.store.PutRun(t.Context(), r); !errors.Is(err, store.ErrFenced) {
			t.Errorf("the dead worker's late write: %v", err)
		}
	}
}

func TestOneRunOfACompanyIsExecutedAtATime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := &leaseCounter{Store: f.store, holder: "pool/r2"}
	f.start(f.newPool(s, "pool"))
	release := f.enqueueAndHold("r1")
	f.enqueue("r2")
	f.await("r2", "lease conflict", func(store.Run) bool { return s.conflicts.Load() > 0 })
	for id, state := range map[string]runner.State{"r1": runner.StateRunning, "r2": runner.StatePending} {
		if status, err := f.queue.Status(t.Context(), id); err != nil || status.State != state {
			t.Errorf("while one run of a company is executed, %s is %s, %v", id, status.State, err)
		}
	}
	release()
	for _, id := range []string{"r1", "r2"} {
		f.await(id, "completion", in(store.RunComplete))
	}
}

// leaseCounter counts the conflicts of a holder that tries to acquire a lease.
type leaseCounter struct {
	store.Store
	holder    string
	conflicts atomic.Int64
}

func (c *leaseCounter) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	l, err := c.Store.AcquireLease(ctx, name, holder, ttl)
	if holder == c.holder && errors.Is(err, store.ErrConflict) {
		c.conflicts.Add(1)
	}
	return l, err
}
