package queue

import (
	"testing"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

func TestAPoolTellsOfTheEndOfARunOnceItIsInTheStore(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	p := b.newPool(b.store, "one")
	states := make(chan string, 1)
	p.Ended = func(company string) {
		r, err := b.store.GetRun(t.Context(), "run-1")
		states <- company + " " + string(r.State)
		if err != nil {
			t.Error(err)
		}
	}
	b.start(p)
	b.order("run-1", 0)
	if got, want := <-states, demo.Domain+" "+string(store.RunComplete); got != want {
		t.Errorf("told is %q, want %q", got, want)
	}
}
