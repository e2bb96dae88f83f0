package queue

import (
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestRunsThatAreReservedForOthersStarveNobody(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	put := func(r store.Run) {
		t.Helper()
		if err := b.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2*store.MaxLimit + 1 {
		id := fmt.Sprintf("a%04d", i)
		put(store.Run{ID: id, Company: id, State: store.RunPending, AssignedWorker: "job-" + id, Priority: int32(i % 2), Task: []byte(`{}`)})
	}
	put(store.Run{ID: "b", Company: "b", State: store.RunPending, Task: []byte(`{}`)})
	p := b.newPool(b.store, "pool")
	p.init()
	if r, _, ok := p.next(t.Context()); !ok || r.ID != "b" {
		t.Errorf("it took %q up, %t", r.ID, ok)
	}
}
