package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func leaseHolder(t *testing.T, s store.Store) {
	a, err := s.AcquireLease(t.Context(), "l", "a", time.Hour)
	must(t, err)
	if a.Epoch != 1 || a.Holder != "a" {
		t.Errorf("the first lease is %+v", a)
	}
	if l, err := s.AcquireLease(t.Context(), "l", "b", time.Hour); !errors.Is(err, store.ErrConflict) || l.Holder != "a" {
		t.Errorf("a held lease: %+v, %v", l, err)
	}
	if l, err := s.AcquireLease(t.Context(), "l", "a", time.Hour); err != nil || l.Epoch != 1 {
		t.Errorf("its holder again: %+v, %v", l, err)
	}
	if l, err := s.RenewLease(t.Context(), a, 2*time.Hour); err != nil || l.Epoch != 1 || !l.Expires.After(a.Expires) {
		t.Errorf("renewed: %+v, %v", l, err)
	}
	must(t, s.ReleaseLease(t.Context(), a))
	b, err := s.AcquireLease(t.Context(), "l", "b", time.Hour)
	must(t, err)
	if b.Epoch != 2 {
		t.Errorf("after a release the epoch is %d", b.Epoch)
	}
	if _, err := s.RenewLease(t.Context(), a, time.Hour); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a stale renewal: %v", err)
	}
	must(t, s.ReleaseLease(t.Context(), a)) // a stale release is no error and frees nothing
	if _, err := s.AcquireLease(t.Context(), "l", "c", time.Hour); !errors.Is(err, store.ErrConflict) {
		t.Errorf("after a stale release: %v", err)
	}
}

func leaseIdle(t *testing.T, s store.Store) {
	l, err := s.AcquireLease(t.Context(), "l", "a", time.Hour)
	must(t, err)
	if l.IdleFor < 24*time.Hour {
		t.Errorf("a lease that never was has been idle for %s", l.IdleFor)
	}
	if l, err = s.AcquireLease(t.Context(), "l", "a", time.Hour); err != nil || l.IdleFor != 0 {
		t.Errorf("its holder's again, it has been idle for %s, %v", l.IdleFor, err)
	}
	if _, err := s.RenewLease(t.Context(), l, -time.Minute); err != nil {
		t.Errorf("given up as of a minute ago: %v", err)
	}
	l, err = s.AcquireLease(t.Context(), "l", "b", time.Hour)
	must(t, err)
	if l.Epoch != 2 || l.IdleFor < time.Minute || l.IdleFor > 2*patience {
		t.Errorf("after it was given up a minute ago: %+v", l)
	}
	must(t, s.ReleaseLease(t.Context(), l))
	if l, err = s.AcquireLease(t.Context(), "l", "c", time.Hour); err != nil || l.IdleFor < 24*time.Hour {
		t.Errorf("after a release: %+v, %v", l, err)
	}
}

func leaseContention(t *testing.T, s store.Store) {
	for round := range 5 {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				switch _, err := s.AcquireLease(t.Context(), fmt.Sprint("race", round), fmt.Sprint(i), time.Hour); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d hold one lease", won.Load())
		}
	}
}

func leaseEpochs(t *testing.T, s store.Store) {
	last := int64(0)
	for i := range 5 {
		l, err := s.AcquireLease(t.Context(), "l", fmt.Sprint("h", i%2), -time.Second) // expired at once
		must(t, err)
		if l.Epoch != last+1 {
			t.Errorf("epoch %d after %d", l.Epoch, last)
		}
		last = l.Epoch
	}
}

// fencing tries every write of a run with the epoch of a worker that lost its lease.
func fencing(t *testing.T, s store.Store) {
	old, err := s.AcquireLease(t.Context(), "run/x", "zombie", -time.Second)
	must(t, err)
	now, err := s.AcquireLease(t.Context(), "run/x", "owner", time.Hour)
	must(t, err)
	writes := func(ctx context.Context, f store.Fence) map[string]error {
		_, _, version := s.AppendVersion(ctx, f, store.Version{DocumentID: "d", ContentHash: "h"}, "text")
		_, snapshot := s.PutSnapshot(ctx, f, "c", []byte("page"), "")
		return map[string]error{
			"run":        s.PutRun(ctx, store.Run{ID: "r", Company: "c", Fence: f}),
			"run swap":   s.CompareAndSwapRun(ctx, store.Run{ID: "r", Company: "c", Fence: f}, ""),
			"checkpoint": s.PutCheckpoint(ctx, f, "r", []byte("x")),
			"page":       s.PutPages(ctx, f, []store.FetchedPage{{Company: "c", URL: "https://x.example/"}}),
			"page drop":  s.DeleteStalePages(ctx, f, "c", "r"),
			"document":   s.PutDocument(ctx, f, store.Document{ID: "d", Company: "c", URL: "https://x.example/"}),
			"version":    version,
			"snapshot":   snapshot,
			// Last, for the owner's is to be there until then.
			"checkpoint drop": s.DeleteCheckpoints(ctx, f, "r"),
		}
	}
	for what, err := range writes(t.Context(), store.Fence{LeaseName: old.Name, Epoch: old.Epoch}) {
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("a stale %s: %v", what, err)
		}
	}
	if _, err := s.GetDocument(t.Context(), "d"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a refused document is there: %v", err)
	}
	for what, err := range writes(t.Context(), store.Fence{LeaseName: now.Name, Epoch: now.Epoch}) {
		if err != nil {
			t.Errorf("the owner's %s: %v", what, err)
		}
	}
	if err := s.PutDocument(t.Context(), store.Fence{LeaseName: "never", Epoch: 1}, store.Document{ID: "e"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a write under a lease that never was: %v", err)
	}
}
