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
		t.Errorf("acquiring a held lease: %+v, %v", l, err)
	}
	if l, err := s.AcquireLease(t.Context(), "l", "a", time.Hour); err != nil || l.Epoch != 1 {
		t.Errorf("acquiring it again as its holder: %+v, %v", l, err)
	}
	if l, err := s.RenewLease(t.Context(), a, 2*time.Hour); err != nil || l.Epoch != 1 || !l.Expires.After(a.Expires) {
		t.Errorf("the renewed lease is %+v, %v", l, err)
	}
	must(t, s.ReleaseLease(t.Context(), a))
	b, err := s.AcquireLease(t.Context(), "l", "b", time.Hour)
	must(t, err)
	if b.Epoch != 2 {
		t.Errorf("after a release the epoch is %d", b.Epoch)
	}
	if _, err := s.RenewLease(t.Context(), a, time.Hour); !errors.Is(err, store.ErrFenced) {
		t.Errorf("renewing an outdated lease: %v", err)
	}
	must(t, s.ReleaseLease(t.Context(), a)) // releasing an outdated lease has no effect
	if _, err := s.AcquireLease(t.Context(), "l", "c", time.Hour); !errors.Is(err, store.ErrConflict) {
		t.Errorf("acquiring a held lease after an outdated release: %v", err)
	}
}

func leaseIdleTime(t *testing.T, s store.Store) {
	l, err := s.AcquireLease(t.Context(), "l", "a", time.Hour)
	must(t, err)
	if l.IdleFor < 24*time.Hour {
		t.Errorf("a new lease has been idle for %s", l.IdleFor)
	}
	if l, err = s.AcquireLease(t.Context(), "l", "a", time.Hour); err != nil || l.IdleFor != 0 {
		t.Errorf("a held lease has been idle for %s, %v", l.IdleFor, err)
	}
	if _, err := s.RenewLease(t.Context(), l, -time.Minute); err != nil {
		t.Errorf("renewing with a negative ttl: %v", err)
	}
	l, err = s.AcquireLease(t.Context(), "l", "b", time.Hour)
	must(t, err)
	if l.Epoch != 2 || l.IdleFor < time.Minute || l.IdleFor > 2*waitTimeout {
		t.Errorf("a lease that expired a minute ago: %+v", l)
	}
	must(t, s.ReleaseLease(t.Context(), l))
	if l, err = s.AcquireLease(t.Context(), "l", "c", time.Hour); err != nil || l.IdleFor < 24*time.Hour {
		t.Errorf("a released lease: %+v, %v", l, err)
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
			t.Errorf("%d holders acquired the lease", won.Load())
		}
	}
}

func leaseEpochs(t *testing.T, s store.Store) {
	last := int64(0)
	for i := range 5 {
		l, err := s.AcquireLease(t.Context(), "l", fmt.Sprint("h", i%2), -time.Second) // expires at once
		must(t, err)
		if l.Epoch != last+1 {
			t.Errorf("epoch %d after %d", l.Epoch, last)
		}
		last = l.Epoch
	}
}

// fencing attempts every fenced write with the epoch of a worker that lost its lease.
func fencing(t *testing.T, s store.Store) {
	old, err := s.AcquireLease(t.Context(), "run/x", "stale worker", -time.Second)
	must(t, err)
	now, err := s.AcquireLease(t.Context(), "run/x", "owner", time.Hour)
	must(t, err)
	writes := func(ctx context.Context, f store.Fence) map[string]error {
		_, _, version := s.AppendVersion(ctx, f, store.Version{DocumentID: "d", ContentHash: "h"}, "text")
		_, snapshot := s.PutSnapshot(ctx, f, "c", []byte("page"), "")
		_, commit := s.CommitDocument(ctx, f, newCommit("c", "committed", "r", store.ChangeCreated, "text"))
		return map[string]error{
			"commit":      commit,
			"run":         s.PutRun(ctx, store.Run{ID: "r", Company: "c", Fence: f}),
			"run swap":    s.CompareAndSwapRun(ctx, store.Run{ID: "r", Company: "c", Fence: f}, ""),
			"checkpoint":  s.PutCheckpoint(ctx, f, "r", []byte("x")),
			"page":        s.PutPages(ctx, f, []store.FetchedPage{{Company: "c", RunID: "r", URL: "https://x.example/"}}),
			"page expiry": s.ExpirePages(ctx, f, "c", 3),
			"document":    s.PutDocument(ctx, f, store.Document{ID: "d", Company: "c", URL: "https://x.example/"}),
			"version":     version,
			"snapshot":    snapshot,
			// Last, because the other writes need the owner's checkpoint.
			"checkpoint deletion": s.DeleteCheckpoints(ctx, f, "r"),
		}
	}
	for what, err := range writes(t.Context(), store.Fence{LeaseName: old.Name, Epoch: old.Epoch}) {
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("%s with an outdated epoch: %v", what, err)
		}
	}
	if _, err := s.GetDocument(t.Context(), "d"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a fenced document was stored: %v", err)
	}
	if n, err := s.LatestChange(t.Context()); err != nil || n != 0 {
		t.Errorf("a fenced commit appended change %d, %v", n, err)
	}
	for what, err := range writes(t.Context(), store.Fence{LeaseName: now.Name, Epoch: now.Epoch}) {
		if err != nil {
			t.Errorf("%s of the owner: %v", what, err)
		}
	}
	if err := s.PutDocument(t.Context(), store.Fence{LeaseName: "never", Epoch: 1}, store.Document{ID: "e"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("write under a lease that does not exist: %v", err)
	}
}
