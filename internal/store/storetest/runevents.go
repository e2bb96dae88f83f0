package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// event returns an event of run r with an ID.
func event(id string, kind store.RunEventType) store.RunEvent {
	return store.RunEvent{ID: id, Type: kind, At: at(1), Message: "message of " + id}
}

func putRuns(t *testing.T, s store.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		must(t, s.PutRun(t.Context(), store.Run{ID: id, Company: "c", State: store.RunRunning}))
	}
}

func appendEvents(t *testing.T, s store.Store, run string, events ...store.RunEvent) {
	t.Helper()
	must(t, s.AppendRunEvents(t.Context(), store.Fence{}, run, events))
}

// listEvents returns all events of a run, which it reads in pages of limit events. It verifies
// that they are numbered from 1 without gaps.
func listEvents(t *testing.T, s store.Store, run string, limit int) (all []store.RunEvent) {
	t.Helper()
	for {
		some, err := s.ListRunEvents(t.Context(), run, int64(len(all)), limit)
		must(t, err)
		if len(some) > limit {
			t.Fatalf("a page with limit %d has %d events", limit, len(some))
		}
		for i, e := range some {
			if want := int64(len(all) + i + 1); e.Sequence != want || e.RunID != run {
				t.Fatalf("event %s of run %s has the sequence number %d, want %d of run %s", e.ID, e.RunID, e.Sequence, want, run)
			}
		}
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
	}
}

func runEventOrder(t *testing.T, s store.Store) {
	putRuns(t, s, "r", "r2")
	want := store.RunEvent{ID: "a", At: at(5), Type: store.RunHostSlowed, Host: "x.example", URL: "https://x.example/$a.b?c", DocumentID: "d", Reason: "RetryAfter", Message: "Überlastet 😀"}
	appendEvents(t, s, "r", want, event("b", store.RunFailure))
	appendEvents(t, s, "r2", event("a", store.RunFailure))
	appendEvents(t, s, "r")
	appendEvents(t, s, "r", event("c", store.RunFailure), event("d", store.RunFailure), event("e", store.RunFailure))
	want.RunID, want.Sequence = "r", 1
	for _, limit := range []int{1, 2, 5, 500} {
		all := listEvents(t, s, "r", limit)
		ids := ""
		for _, e := range all {
			ids += e.ID
		}
		if ids != "abcde" {
			t.Fatalf("the events in pages of %d are %s, want abcde", limit, ids)
		}
		all[0].At = all[0].At.UTC()
		if !reflect.DeepEqual(all[0], want) {
			t.Errorf("appended %+v, got %+v", want, all[0])
		}
	}
	if all := listEvents(t, s, "r2", 9); len(all) != 1 {
		t.Errorf("the other run has the events %+v", all)
	}
}

func runEventIdempotence(t *testing.T, s store.Store) {
	putRuns(t, s, "r")
	first := event("a", store.RunFailure)
	appendEvents(t, s, "r", first, event("b", store.RunFailure), first)
	changed := first
	changed.Message = "another message"
	appendEvents(t, s, "r", event("c", store.RunFailure), changed, event("b", store.RunFailure))
	all := listEvents(t, s, "r", 10)
	if len(all) != 3 || all[2].ID != "c" || all[0].Message != first.Message {
		t.Errorf("the events are %+v", all)
	}
}

// runEventContention appends events as a worker and a controller do that write at once. Each
// batch is appended twice, as after a lost response.
func runEventContention(t *testing.T, s store.Store) {
	const writers, batches, size = 6, 8, 3
	putRuns(t, s, "r")
	lease, err := s.AcquireLease(t.Context(), "run/c", "w", time.Minute)
	must(t, err)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			var f store.Fence
			if w%2 == 0 {
				f = store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}
			}
			for b := range batches {
				events := make([]store.RunEvent, size)
				for i := range events {
					events[i] = event(fmt.Sprintf("%d-%02d-%d", w, b, i), store.RunFailure)
				}
				for range 2 {
					if err := s.AppendRunEvents(t.Context(), f, "r", events); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	all := listEvents(t, s, "r", store.MaxLimit)
	if len(all) != writers*batches*size {
		t.Errorf("%d events were appended, want %d", len(all), writers*batches*size)
	}
	last := map[byte]string{} // by writer
	for _, e := range all {
		if e.ID <= last[e.ID[0]] {
			t.Errorf("event %s comes after event %s", e.ID, last[e.ID[0]])
		}
		last[e.ID[0]] = e.ID
	}
}

func runEventBounds(t *testing.T, s store.Store) {
	putRuns(t, s, "r")
	var batch []store.RunEvent
	for i := range store.MaxRunEventBatch + 1 {
		batch = append(batch, event(fmt.Sprint("first-", i), store.RunFailure))
	}
	if err := s.AppendRunEvents(t.Context(), store.Fence{}, "r", batch); err == nil {
		t.Error("a batch over the limit was accepted")
	}
	if err := s.AppendRunEvents(t.Context(), store.Fence{}, "r", []store.RunEvent{{Type: store.RunFailure}}); err == nil {
		t.Error("an event without an ID was accepted")
	}
	for n := 0; n <= store.MaxRunEvents; n += store.MaxRunEventBatch {
		for i := range batch {
			batch[i] = event(fmt.Sprint(n, "-", i), store.RunFailure)
		}
		appendEvents(t, s, "r", batch[:store.MaxRunEventBatch]...)
	}
	appendEvents(t, s, "r", event("dropped", store.RunFailure), event("end", store.RunStateChanged))
	all := listEvents(t, s, "r", store.MaxLimit)
	if len(all) != store.MaxRunEvents+1 || all[store.MaxRunEvents].ID != "end" {
		t.Errorf("the run has %d events, the last one is %+v", len(all), all[len(all)-1])
	}
}

func runEventFencing(t *testing.T, s store.Store) {
	if err := s.AppendRunEvents(t.Context(), store.Fence{}, "none", []store.RunEvent{event("a", store.RunFailure)}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("append to a run that does not exist: %v", err)
	}
	putRuns(t, s, "r")
	old, err := s.AcquireLease(t.Context(), "run/c", "old", time.Minute)
	must(t, err)
	must(t, s.ReleaseLease(t.Context(), old))
	_, err = s.AcquireLease(t.Context(), "run/c", "new", time.Minute)
	must(t, err)
	if err := s.AppendRunEvents(t.Context(), store.Fence{LeaseName: old.Name, Epoch: old.Epoch}, "r", []store.RunEvent{event("a", store.RunFailure)}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("append with an outdated epoch: %v", err)
	}
	for _, run := range []string{"none", "r"} {
		if all := listEvents(t, s, run, 9); len(all) > 0 {
			t.Errorf("run %s has the events %+v", run, all)
		}
	}
}

func runEventWatch(t *testing.T, s store.Store) {
	const batches, size = 12, 7
	putRuns(t, s, "r", "other")
	appendEvents(t, s, "r", event("before", store.RunFailure), event("first", store.RunFailure))
	var watches []store.RunEventWatch
	for range 2 {
		w, err := s.WatchRunEvents(t.Context(), "r", 1)
		must(t, err)
		defer w.Stop()
		watches = append(watches, w)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for b := range batches {
			var batch []store.RunEvent
			for i := range size {
				batch = append(batch, event(fmt.Sprint(b, "-", i), store.RunFailure))
			}
			for _, run := range []string{"other", "r"} {
				if err := s.AppendRunEvents(t.Context(), store.Fence{}, run, batch); err != nil {
					t.Error(err)
				}
			}
		}
	})
	defer wg.Wait()
	for _, w := range watches {
		for n := int64(2); n <= 2+batches*size; n++ {
			e, ok := <-w.Events()
			if !ok {
				t.Fatalf("the watch ended: %v", w.Err())
			}
			if e.Sequence != n || e.RunID != "r" {
				t.Fatalf("the watch sent event %d of run %s, want %d of run r", e.Sequence, e.RunID, n)
			}
		}
	}
}

func runEventWatchEnd(t *testing.T, s store.Store) {
	putRuns(t, s, "r")
	appendEvents(t, s, "r", event("a", store.RunFailure), event("b", store.RunFailure))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended, err := s.WatchRunEvents(ctx, "r", 0)
	must(t, err)
	stopped, err := s.WatchRunEvents(t.Context(), "r", 0) // an event that is not received does not block Stop
	must(t, err)
	<-ended.Events()
	cancel()
	stopped.Stop()
	for range ended.Events() { // until it is closed
	}
	if err := errors.Join(ended.Err(), stopped.Err()); err != nil {
		t.Errorf("the watches ended with %v", err)
	}
}

func runEventDeletion(t *testing.T, s store.Store) {
	for _, r := range []store.Run{
		{ID: "r1", Company: "c", State: store.RunFailed}, {ID: "r2", Company: "c", State: store.RunRunning}, {ID: "r3", Company: "d", State: store.RunRunning},
	} {
		must(t, s.PutRun(t.Context(), r))
		appendEvents(t, s, r.ID, event("a", store.RunFailure))
	}
	check := func(what string, want map[string]int) {
		t.Helper()
		for run, n := range want {
			if all := listEvents(t, s, run, 9); len(all) != n {
				t.Errorf("after %s, run %s has %d events, want %d", what, run, len(all), n)
			}
		}
	}
	_, err := s.ExpireRuns(t.Context(), "c", 1, at(0))
	must(t, err)
	check("the expiry of r1", map[string]int{"r1": 0, "r2": 1, "r3": 1})
	must(t, s.DeleteCompany(t.Context(), "c"))
	check("the deletion of c", map[string]int{"r2": 0, "r3": 1})
}
