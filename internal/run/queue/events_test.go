package queue

import (
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/store"
)

// states returns the changes of state of a run, in order.
func (f *fixture) states(id string) (states []string) {
	f.t.Helper()
	events, err := f.store.ListRunEvents(f.t.Context(), id, 0, store.MaxLimit)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range events {
		if e.Type == store.RunStateChanged {
			states = append(states, e.Reason)
		}
	}
	return states
}

// awaitStates waits until the run has recorded changes of state. The event of a state is written
// after the record. A worker that loses its lease on a loaded machine claims the run again, so that
// Running can be repeated.
func (f *fixture) awaitStates(want ...string) {
	f.t.Helper()
	for deadline := time.Now().Add(timeout); ; {
		got := slices.Compact(f.states("r"))
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("the states of the run are %v, want %v", got, want)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func TestARunRecordsItsStates(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	defer f.site.Hold(8)()
	f.enqueue("r")
	want := []string{"Pending"}
	f.awaitStates(want...)
	f.startPool("a")
	f.await("r", "progress", fetching)
	signal := func(signal runner.Signal) {
		if _, err := f.queue.Signal(t.Context(), "r", signal); err != nil {
			t.Error(err)
		}
	}
	signal(runner.SignalSuspend)
	want = append(want, "Running", "Interrupted")
	f.awaitStates(want...)
	f.enqueue("r")
	want = append(want, "Pending", "Running")
	f.awaitStates(want...)
	signal(runner.SignalSuspend)
	want = append(want, "Interrupted")
	f.awaitStates(want...)
	signal(runner.SignalCancel) // no worker has the run
	f.awaitStates(append(want, "Failed")...)
	events, err := f.store.ListRunEvents(t.Context(), "r", 0, store.MaxLimit)
	if err != nil || !slices.ContainsFunc(events, func(e store.RunEvent) bool { return e.Message == "Attempt 1: a claimed the run." }) {
		t.Errorf("the events are %+v, %v", events, err)
	}
}
