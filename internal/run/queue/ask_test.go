package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// meanwhile is a store in which something happens just after a run was read.
type meanwhile struct {
	store.Store
	happens func(store.Run)
}

func (m *meanwhile) GetRun(ctx context.Context, id string) (store.Run, error) {
	r, err := m.Store.GetRun(ctx, id)
	if err == nil {
		m.happens(r)
	}
	return r, err
}

func TestARunThatIsTakenUpWhileItsOwnerAsksIsLeftToItsWorker(t *testing.T) {
	t.Parallel()
	for _, ask := range []store.RunRequest{store.RequestStop, store.RequestSuspend, store.RequestCancel} {
		b := newBed(t)
		b.order("r1", 0)
		p := b.newPool(b.store, "pool")
		p.init()
		owner := &Queue{Runs: &meanwhile{b.store, func(r store.Run) {
			if _, _, err := p.take(t.Context(), r); err != nil {
				t.Errorf("take it up: %v", err)
			}
		}}}
		if err := owner.Ask(t.Context(), "r1", ask); err != nil {
			t.Fatal(err)
		}
		r, err := b.queue.Observe(t.Context(), "r1")
		if err != nil || r.State != store.RunRunning || r.Worker != "pool" {
			t.Errorf("asked to %s, under its worker's hands it is %+v, %v", ask, r, err)
		}
		if got, err := b.store.GetRunRequest(t.Context(), "r1"); err != nil || got != ask {
			t.Errorf("its worker reads %q, %v", got, err)
		}
	}
}

func TestARunThatItsOwnerEndsWhileItIsTakenUpStaysEnded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.order("r1", 0)
	r := b.await("r1", "the queue", in(store.RunPending))
	p := b.newPool(&meanwhile{b.store, func(store.Run) {
		if err := b.queue.Ask(t.Context(), "r1", store.RequestCancel); err != nil {
			t.Error(err)
		}
	}}, "pool")
	p.init()
	if _, _, err := p.take(t.Context(), r); !errors.Is(err, errNotNow) {
		t.Errorf("it was taken up: %v", err)
	}
	b.await("r1", "its end", in(store.RunFailed))
}

func TestASuspendedRunCanBeCancelledThoughItsCompanyWasCrawledSince(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	l, err := b.store.AcquireLease(t.Context(), run.LeaseName(demo.Domain), "old/r1", -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Run{ID: "r1", Company: demo.Domain, State: store.RunInterrupted, Fence: store.Fence{LeaseName: l.Name, Epoch: l.Epoch}}
	if err := b.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.AcquireLease(t.Context(), l.Name, "new/r2", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := b.queue.Ask(t.Context(), "r1", store.RequestCancel); err != nil {
		t.Fatal(err)
	}
	b.await("r1", "its end", in(store.RunFailed))
}
