package run

import (
	"context"
	"errors"
	"testing"

	"github.com/klauspost/compress/s2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// claimedRun returns a store with a run, and the lease of the worker that claimed it.
func claimedRun(t *testing.T) (store.Store, store.Run, store.Lease) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(context.Background()) })
	return st, store.Run{ID: "r1", Company: "example.com", State: store.RunPending, Task: []byte(`{}`)}, acquireLease(t, st)
}

func acquireLease(t *testing.T, st store.Store) store.Lease {
	t.Helper()
	l, err := st.AcquireLease(t.Context(), LeaseName("example.com"), "test/r1", DefaultLeaseDuration)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestACompleteRunDeletesCheckpointPartsOfEarlierWorkers(t *testing.T) {
	t.Parallel()
	st, rec, l := claimedRun(t)
	for _, n := range []int{0, 1, 30, 400} { // 30 and 400 belong to an earlier snapshot
		blob := append(make([]byte, 7), byte(n/30))
		blob = append(blob, s2.Encode(nil, []byte("{}"))...)
		if err := st.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(rec.ID, n), blob); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := newSite(t).runner(t, st).Execute(t.Context(), task(), rec, l, nil)
	if err != nil || rep.Run.State != store.RunComplete {
		t.Fatalf("the run ended as %+v, %v", rep.Run, err)
	}
	for _, n := range []int{0, 1, 30, 400} {
		if _, err := st.GetCheckpoint(t.Context(), store.CheckpointKey(rec.ID, n)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("part %d of its checkpoint: %v", n, err)
		}
	}
}

// A run without a task is not retried: the next crawl is a new run.
func TestAFailedRunWithoutATaskDeletesItsCheckpoint(t *testing.T) {
	t.Parallel()
	st, rec, l := claimedRun(t)
	rec.Task = nil
	rep, err := newSite(t).runner(t, fullStore{st}).Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, errFull) || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("the run ended as %+v, %v", rep.Run, err)
	}
	if entries, err := readCheckpoint(t.Context(), st, rec.ID); err != nil || len(entries) > 0 {
		t.Errorf("%d entries of its checkpoint are left, %v", len(entries), err)
	}
}

func TestARunWithADamagedCheckpointStartsAnewWhenRetried(t *testing.T) {
	t.Parallel()
	st, rec, l := claimedRun(t)
	// Part 0 has the form of a snapshot (its time, then 2 bytes in s2), but is not JSON.
	if err := st.PutCheckpoint(t.Context(), store.Fence{}, rec.ID, append(make([]byte, 8), s2.Encode(nil, []byte("{{"))...)); err != nil {
		t.Fatal(err)
	}
	r := newSite(t).runner(t, st)
	rep, err := r.Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, crawl.ErrCheckpoint) || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("the run ended as %+v, %v", rep.Run, err)
	}
	rep, err = r.Execute(t.Context(), task(), rep.Run, acquireLease(t, st), nil)
	if err != nil || rep.Run.State != store.RunComplete || len(rep.Documents) != 2 {
		t.Fatalf("the retry ended as %+v, %v", rep.Run, err)
	}
}

// fullStore fails to write documents.
type fullStore struct{ Store }

var errFull = errors.New("the disk is full")

func (fullStore) CommitDocument(context.Context, store.Fence, store.Commit) (store.Committed, error) {
	return store.Committed{}, errFull
}

func TestARunThatFailedWithAnInternalErrorResumesWhenRetried(t *testing.T) {
	t.Parallel()
	st, rec, l := claimedRun(t)
	s := newSite(t)
	rep, err := s.runner(t, fullStore{st}).Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, errFull) || rep.Run.State != store.RunFailed || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("the run ended as %+v, %v", rep.Run, err)
	}
	entries, err := readCheckpoint(t.Context(), st, rec.ID)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d entries of its checkpoint are left, %v", len(entries), err)
	}
	rep, err = s.runner(t, st).Execute(t.Context(), task(), rep.Run, acquireLease(t, st), nil)
	if err != nil || rep.Run.State != store.RunComplete || len(rep.Documents) != 2 {
		t.Fatalf("the resumed run ended as %+v, %v", rep.Run, err)
	}
	if entries, err = readCheckpoint(t.Context(), st, rec.ID); err != nil || len(entries) > 0 {
		t.Errorf("%d entries of its checkpoint are left in the end, %v", len(entries), err)
	}
}

func TestCheckpointPartsOfAnEarlierSnapshotAreNotRead(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	c := &checkpoints{storage: s, pages: newPageLog(s.company, s.runID)}
	for _, e := range []struct {
		entry    string
		snapshot bool
	}{{"first", true}, {"a", false}, {"b", false}, {"second", true}, {"c", false}} {
		if err := c.Save(t.Context(), []byte(e.entry), e.snapshot); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := readCheckpoint(t.Context(), s.store, s.runID)
	if err != nil || len(entries) != 2 || string(entries[0]) != "second" || string(entries[1]) != "c" {
		t.Errorf("read %q, %v", entries, err)
	}
	if err := c.delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if entries, err = readCheckpoint(t.Context(), s.store, s.runID); err != nil || len(entries) > 0 {
		t.Errorf("after the deletion: %q, %v", entries, err)
	}
}
