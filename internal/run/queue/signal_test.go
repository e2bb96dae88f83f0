package queue

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// interleavedStore calls then once, after the first read of a run.
type interleavedStore struct {
	store.Store
	once sync.Once
	then func(store.Run)
}

func (s *interleavedStore) GetRun(ctx context.Context, id string) (store.Run, error) {
	r, err := s.Store.GetRun(ctx, id)
	if err == nil {
		s.once.Do(func() { s.then(r) })
	}
	return r, err
}

func TestSignalLeavesARunThatIsClaimedMeanwhileToItsWorker(t *testing.T) {
	t.Parallel()
	for signal, request := range requests {
		f := newFixture(t)
		f.enqueue("r1")
		p := f.newPool(f.store, "pool")
		p.init()
		q := &Queue{Runs: &interleavedStore{Store: f.store, then: func(r store.Run) {
			if _, _, err := p.claim(t.Context(), r); err != nil {
				t.Errorf("claim: %v", err)
			}
		}}}
		status, err := q.Signal(t.Context(), "r1", signal)
		if err != nil || status.State != runner.StateRunning {
			t.Errorf("after %s the status is %+v, %v", signal, status, err)
		}
		r, err := f.store.GetRun(t.Context(), "r1")
		if err != nil || r.State != store.RunRunning || r.Worker != "pool" {
			t.Errorf("after %s the run is %+v, %v", signal, r, err)
		}
		if got, err := f.store.GetRunRequest(t.Context(), "r1"); err != nil || got != request {
			t.Errorf("after %s the worker reads %q, %v", signal, got, err)
		}
	}
}

func TestARunCancelledWhileItIsClaimedStaysFailed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.enqueue("r1")
	r := f.await("r1", "the queue", in(store.RunPending))
	p := f.newPool(&interleavedStore{Store: f.store, then: func(store.Run) {
		if _, err := f.queue.Signal(t.Context(), "r1", runner.SignalCancel); err != nil {
			t.Error(err)
		}
	}}, "pool")
	p.init()
	if _, _, err := p.claim(t.Context(), r); !errors.Is(err, errNotClaimable) {
		t.Errorf("claim: %v", err)
	}
	f.await("r1", "failure", in(store.RunFailed))
}

func TestAnInterruptedRunCanBeCancelledAfterALaterRunOfItsCompany(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	l, err := f.store.AcquireLease(t.Context(), run.LeaseName(demo.Domain), "old/r1", -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Run{ID: "r1", Company: demo.Domain, State: store.RunInterrupted, Fence: store.Fence{LeaseName: l.Name, Epoch: l.Epoch}}
	if err := f.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.AcquireLease(t.Context(), l.Name, "new/r2", time.Hour); err != nil {
		t.Fatal(err)
	}
	status, err := f.queue.Signal(t.Context(), "r1", runner.SignalCancel)
	if err != nil || status.State != runner.StateFailed || status.Reason != runner.ReasonCancelled {
		t.Fatalf("the status is %+v, %v", status, err)
	}
	f.await("r1", "failure", in(store.RunFailed))
	expectLastCrawl(t, f.store, demo.Domain, "r1")
}

func TestSignalEndsTheRunOfAWorker(t *testing.T) {
	t.Parallel()
	for signal, want := range map[runner.Signal]store.RunState{
		runner.SignalStop: store.RunComplete, runner.SignalSuspend: store.RunInterrupted, runner.SignalCancel: store.RunFailed,
	} {
		t.Run(string(signal), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.startPool("pool")
			release := f.enqueueAndHold("r1")
			if _, err := f.queue.Signal(t.Context(), "r1", signal); err != nil {
				t.Fatal(err)
			}
			f.await("r1", string(want), in(want))
			release()
			if signal != runner.SignalSuspend {
				return
			}
			before, _, err := f.store.ListDocuments(t.Context(), demo.Domain, store.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			f.enqueue("r1")
			r := f.await("r1", "completion after it was suspended", in(store.RunComplete))
			if r.Documents.New < int64(len(before)) {
				t.Errorf("the run counts %d new documents; %d were found before it was suspended", r.Documents.New, len(before))
			}
		})
	}
}

func TestSignalEndsAWaitingRunAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for signal, want := range map[runner.Signal]runner.State{
		runner.SignalStop: runner.StateComplete, runner.SignalSuspend: runner.StateInterrupted, runner.SignalCancel: runner.StateFailed,
	} {
		id := "r-" + string(signal)
		f.enqueue(id)
		status, err := f.queue.Signal(t.Context(), id, signal)
		if err != nil || status.State != want {
			t.Errorf("%s returns %+v, %v; want %s", signal, status, err, want)
		}
		if status, err = f.queue.Status(t.Context(), id); err != nil || status.State != want {
			t.Errorf("after %s the status is %+v, %v; want %s", signal, status, err, want)
		}
	}
}

func TestRunsThatDoNotExistAreNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.queue.Status(t.Context(), "none"); !runner.IsRunNotFound(err) {
		t.Errorf("Status: %v", err)
	}
	if _, err := f.queue.Signal(t.Context(), "none", runner.SignalStop); !runner.IsRunNotFound(err) {
		t.Errorf("Signal: %v", err)
	}
	if err := f.queue.Archive(t.Context(), "none"); err != nil {
		t.Errorf("Archive: %v", err)
	}
}

func TestARunThatExpiresBeforeAWorkerHasClaimedItFailsWithTheCause(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.enqueue("r1")
	r := f.await("r1", "the queue", in(store.RunPending))
	r.Message = "No pod could be created: exceeded quota: none."
	if err := f.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	status, err := f.queue.Signal(t.Context(), "r1", runner.SignalExpire)
	if err != nil || status.State != runner.StateFailed || status.Reason != v1alpha1.ReasonDeadlineExceeded || status.Message != "The crawl did not start before its deadline. "+r.Message {
		t.Errorf("the status is %+v, %v", status, err)
	}
	if r := f.await("r1", "its end", in(store.RunFailed)); r.FinishedAt.IsZero() || !r.StartedAt.IsZero() {
		t.Errorf("the run is %+v", r)
	}
}
