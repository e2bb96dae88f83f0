package queue

import (
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestRunsAssignedToOtherWorkersDoNotStarveThePool(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	put := func(r store.Run) {
		t.Helper()
		if err := f.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2*store.MaxLimit + 1 {
		id := fmt.Sprintf("a%04d", i)
		put(store.Run{ID: id, Company: id, State: store.RunPending, AssignedWorker: "job-" + id, Priority: int32(i % 2), Task: []byte(`{}`)})
	}
	put(store.Run{ID: "b", Company: "b", State: store.RunPending, Task: []byte(`{}`)})
	p := f.newPool(f.store, "pool")
	p.init()
	if r, _, ok := p.claimNext(t.Context()); !ok || r.ID != "b" {
		t.Errorf("claimed %q, %t; want b", r.ID, ok)
	}
}

func TestPoolDoesNotChangeItsRunner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.newPool(f.store, "pool")
	before := *p.Runner
	f.enqueue("r1")
	f.start(p)
	f.await("r1", "completion", in(store.RunComplete))
	if p.Runner.LeaseDuration != before.LeaseDuration || p.Runner.WorkerID != before.WorkerID {
		t.Errorf("the runner was changed from %+v to %+v", before, *p.Runner)
	}
}
