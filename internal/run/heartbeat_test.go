package run

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/store"
)

func TestAHeartbeatStoresTheProgressAndTheDocuments(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	var progress latestProgress
	found := newFoundSet()
	h := heartbeat{storage: s, record: store.Run{ID: s.runID, Company: s.company, State: store.RunRunning}, progress: progress.get, documents: found.counts, bytes: func() int64 { return 7 }}
	progress.set(crawl.Progress{Fetched: 7, Skipped: map[crawl.SkipReason]int{crawl.SkipRobots: 2}})
	found.add(Found{Document: store.Document{URL: oldURL}, Change: Created})
	if err := h.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	rec, err := s.store.GetRun(t.Context(), s.runID)
	if err != nil || rec.Progress.Fetched != 7 || rec.Progress.Skipped[string(crawl.SkipRobots)] != 2 || rec.Documents.New != 1 || rec.Bytes != 7 || time.Since(rec.Heartbeat) > time.Minute {
		t.Errorf("stored %+v, %v", rec, err)
	}
}

func TestAHeartbeatStoresTheHostThatTheRunWaitsFor(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	if _, err := s.store.AcquireLease(t.Context(), hostlease.LeaseName("help.example"), "another crawl", time.Hour); err != nil {
		t.Fatal(err)
	}
	hosts := hostlease.New(hostlease.Config{Store: s.store, Holder: "this crawl", Log: logr.Discard()})
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := hosts.Acquire(ctx, "help.example")
		waiting <- err
	}()
	var progress latestProgress
	h := heartbeat{
		storage: s, record: store.Run{ID: s.runID, Company: s.company, State: store.RunRunning}, hosts: hosts,
		progress: progress.get, documents: newFoundSet().counts, bytes: func() int64 { return 0 },
	}
	stored := func() string {
		if err := h.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		rec, err := s.store.GetRun(t.Context(), s.runID)
		if err != nil {
			t.Fatal(err)
		}
		return rec.WaitingForHost
	}
	for deadline := time.Now().Add(time.Minute); stored() != "help.example"; {
		if time.Now().After(deadline) {
			t.Fatal("the record does not have the host")
		}
	}
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("Acquire: %v", err)
	}
	if got := stored(); got != "" {
		t.Errorf("a run that no longer waits has the host %s", got)
	}
}

func TestRepeatStopsOnlyAfterTheCallInProgress(t *testing.T) {
	t.Parallel()
	started, finish := make(chan struct{}, 1), make(chan struct{})
	var running atomic.Bool
	stop := repeat(t.Context(), time.Millisecond, func(context.Context) {
		running.Store(true)
		defer running.Store(false)
		select {
		case started <- struct{}{}:
		default:
		}
		<-finish
	})
	<-started
	time.AfterFunc(20*time.Millisecond, func() { close(finish) })
	stop()
	if running.Load() {
		t.Error("stop returned during a call")
	}
}

func TestALostLeaseEndsTheRunAndAHeldOneIsReleased(t *testing.T) {
	t.Parallel()
	r := &Runner{Store: openStore(t), Log: logr.Discard(), WorkerID: "w", LeaseDuration: 300 * time.Millisecond}
	acquire := func(holder string) store.Lease {
		t.Helper()
		lease, err := r.Store.AcquireLease(t.Context(), LeaseName("example.com"), holder, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return lease
	}
	lease := acquire("a")
	_, release := r.renewLease(t.Context(), lease)
	release()
	lease = acquire("b") // fails if it was not released

	if _, err := r.Store.RenewLease(t.Context(), lease, -time.Second); err != nil {
		t.Fatal(err)
	}
	acquire("c")
	ctx, release := r.renewLease(t.Context(), lease)
	defer release()
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, store.ErrFenced) {
		t.Errorf("the cause is %v, want ErrFenced", cause)
	}
}
