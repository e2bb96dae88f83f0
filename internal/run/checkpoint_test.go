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

// queued is a store with one run that a worker has the lease for.
func queued(t *testing.T) (store.Store, store.Run, store.Lease) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(context.Background()) })
	return st, store.Run{ID: "r1", Company: "example.com", State: store.RunPending, Task: []byte(`{}`)}, leased(t, st)
}

func leased(t *testing.T, st store.Store) store.Lease {
	t.Helper()
	l, err := st.AcquireLease(t.Context(), LeaseName("example.com"), "test/r1", DefaultLeaseDuration)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestARunThatEndsDropsWhatAWorkerBeforeLeftOfItsJournal(t *testing.T) {
	t.Parallel()
	st, rec, l := queued(t)
	for _, n := range []int{0, 1, 30, 400} { // the 30 and 400 are of a whole entry long ago
		blob := append(make([]byte, 7), byte(n/30))
		blob = append(blob, s2.Encode(nil, []byte("{}"))...)
		if err := st.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(rec.ID, n), blob); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := newSite(t).runner(t, st).Execute(t.Context(), task(), rec, l, nil)
	if err != nil || rep.Run.State != store.RunComplete {
		t.Fatalf("it ended as %+v, %v", rep.Run, err)
	}
	for _, n := range []int{0, 1, 30, 400} {
		if _, err := st.GetCheckpoint(t.Context(), store.CheckpointKey(rec.ID, n)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("part %d of its journal: %v", n, err)
		}
	}
}

// Nobody tries a run again that was in no queue: the next crawl is a new run.
func TestARunOfNoQueueLeavesNoJournal(t *testing.T) {
	t.Parallel()
	st, rec, l := queued(t)
	rec.Task = nil
	rep, err := newSite(t).runner(t, full{st}).Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, errFull) || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("it ended as %+v, %v", rep.Run, err)
	}
	if entries, err := readCheckpoint(t.Context(), st, rec.ID); err != nil || len(entries) > 0 {
		t.Errorf("of its journal %d entries are left, %v", len(entries), err)
	}
}

func TestARunWhoseJournalIsDamagedBeginsAnewWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	st, rec, l := queued(t)
	// Part 0 is a whole entry in form (its time, then s2 of 2 bytes), but no JSON.
	if err := st.PutCheckpoint(t.Context(), store.Fence{}, rec.ID, append(make([]byte, 8), s2.Encode(nil, []byte("{{"))...)); err != nil {
		t.Fatal(err)
	}
	r := newSite(t).runner(t, st)
	rep, err := r.Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, crawl.ErrCheckpoint) || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("it ended as %+v, %v", rep.Run, err)
	}
	rep, err = r.Execute(t.Context(), task(), rep.Run, leased(t, st), nil)
	if err != nil || rep.Run.State != store.RunComplete || len(rep.Documents) != 2 {
		t.Fatalf("when it was tried again it ended as %+v, %v", rep.Run, err)
	}
}

// full is a store that takes no documents.
type full struct{ store.Store }

var errFull = errors.New("the disk is full")

func (full) PutDocument(context.Context, store.Fence, store.Document) error { return errFull }

func TestARunThatOurOwnFaultEndedGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	st, rec, l := queued(t)
	s := newSite(t)
	rep, err := s.runner(t, full{st}).Execute(t.Context(), task(), rec, l, nil)
	if !errors.Is(err, errFull) || rep.Run.State != store.RunFailed || rep.Run.StopReason != string(crawl.StopInternal) {
		t.Fatalf("it ended as %+v, %v", rep.Run, err)
	}
	entries, err := readCheckpoint(t.Context(), st, rec.ID)
	if err != nil || len(entries) == 0 {
		t.Fatalf("of its journal %d entries are left, %v", len(entries), err)
	}
	rep, err = s.runner(t, st).Execute(t.Context(), task(), rep.Run, leased(t, st), nil)
	if err != nil || rep.Run.State != store.RunComplete || len(rep.Documents) != 2 {
		t.Fatalf("when it went on it ended as %+v, %v", rep.Run, err)
	}
	if entries, err = readCheckpoint(t.Context(), st, rec.ID); err != nil || len(entries) > 0 {
		t.Errorf("of its journal %d entries are left in the end, %v", len(entries), err)
	}
}
