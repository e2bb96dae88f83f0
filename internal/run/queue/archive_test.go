package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func openEmbedded(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func TestArchiveFencesAHangingWorkerOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	archiveHanging(t, openEmbedded(t))
}

func TestArchiveFencesAHangingWorkerOnMongoDB(t *testing.T) {
	t.Parallel()
	archiveHanging(t, openMongo(t, startMongo(t)))
}

// putRun stores a run of acme with a request and a checkpoint.
func putRun(t *testing.T, s store.Store, r store.Run) {
	t.Helper()
	r.Company = "default/acme"
	if err := errors.Join(
		s.PutRun(t.Context(), r),
		s.PutRunRequest(t.Context(), r.ID, store.RequestCancel),
		s.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(r.ID, 1), []byte("frontier")),
	); err != nil {
		t.Fatal(err)
	}
}

// expectArchived fails the test unless a run is archived, and returns its record.
func expectArchived(t *testing.T, s store.Store, id string) store.Run {
	t.Helper()
	r, err := s.GetRun(t.Context(), id)
	if err != nil {
		t.Fatalf("get the archived run: %v", err)
	}
	if r.ArchivedAt.IsZero() || !r.Ended() || r.FinishedAt.IsZero() {
		t.Errorf("the archived run is %+v", r)
	}
	if request, err := s.GetRunRequest(t.Context(), id); err != nil || request != "" {
		t.Errorf("the archived run has the request %q, %v", request, err)
	}
	if _, err := s.GetCheckpoint(t.Context(), store.CheckpointKey(id, 1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the archived run has a checkpoint: %v", err)
	}
	return r
}

// expectLastCrawl fails the test unless a run is the last crawl of a company.
func expectLastCrawl(t *testing.T, s store.Store, company, id string) {
	t.Helper()
	rec, err := s.GetRun(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.GetCompany(t.Context(), company)
	if err != nil || c.LastCrawl.RunID != id || c.LastCrawl.State != rec.State || c.LastCrawl.StopReason != rec.StopReason {
		t.Errorf("the last crawl is %+v, %v, want %s", c.LastCrawl, err, id)
	}
}

// archiveHanging archives a run while its worker is alive, and after its lease has expired.
func archiveHanging(t *testing.T, s store.Store) {
	q := &Queue{Runs: s}
	l, err := s.AcquireLease(t.Context(), run.LeaseName("default/acme"), "worker/r", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Run{ID: "r", Company: "default/acme", State: store.RunRunning, Fence: store.Fence{LeaseName: l.Name, Epoch: l.Epoch}, Documents: store.DocumentCounts{New: 3}}
	putRun(t, s, r)
	if err := q.Archive(t.Context(), r.ID); !runner.IsRunBusy(err) {
		t.Fatalf("while the worker renews its lease: %v", err)
	}
	if got, err := s.GetRun(t.Context(), r.ID); err != nil || got.State != store.RunRunning {
		t.Fatalf("the run of a live worker was archived: %+v, %v", got, err)
	}
	if _, err := s.RenewLease(t.Context(), l, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(timeout); ; {
		err := q.Archive(t.Context(), r.ID)
		if err == nil {
			break
		}
		if !runner.IsRunBusy(err) || time.Now().After(deadline) {
			t.Fatalf("after the lease has expired: %v", err)
		}
	}
	r.State = store.RunComplete
	if err := s.PutRun(t.Context(), r); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the worker's late write of the run: %v", err)
	}
	if err := s.PutCheckpoint(t.Context(), r.Fence, store.CheckpointKey(r.ID, 1), nil); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the worker's late write of a checkpoint: %v", err)
	}
	if err := s.PutDocument(t.Context(), r.Fence, store.Document{ID: "d", Company: r.Company, URL: "https://example.com/"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the worker's late write of a document: %v", err)
	}
	if got := expectArchived(t, s, r.ID); got.State != store.RunFailed || got.StopReason != runner.ReasonCancelled || got.Message != archivedMessage || got.Documents.New != 3 {
		t.Errorf("the run of the hanging worker is %+v", got)
	}
	expectLastCrawl(t, s, r.Company, r.ID)
	if _, err := s.AcquireLease(t.Context(), l.Name, "another", time.Second); err != nil {
		t.Errorf("the lease of the company after the run was archived: %v", err)
	}
}

func TestArchiveKeepsTheRecordOfARunWithItsFinalState(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	q := &Queue{Runs: s}
	for state, want := range map[store.RunState]store.Run{
		store.RunPending:     {State: store.RunFailed, StopReason: runner.ReasonCancelled, Message: archivedMessage},
		store.RunInterrupted: {State: store.RunFailed, StopReason: runner.ReasonCancelled, Message: archivedMessage},
		store.RunComplete:    {State: store.RunComplete, StopReason: "Converged", Message: "Found 3 documents."},
		store.RunFailed:      {State: store.RunFailed, StopReason: "Converged", Message: "Found 3 documents."},
	} {
		r := store.Run{ID: string(state), State: state, Task: []byte(`{}`), Progress: store.Progress{Fetched: 7}, Coverage: []store.Coverage{{Type: "imprint"}}}
		if r.Ended() {
			r.StopReason, r.Message, r.FinishedAt = want.StopReason, want.Message, time.Now()
		}
		putRun(t, s, r)
		var first time.Time
		for range 2 { // the second call changes nothing
			if err := q.Archive(t.Context(), r.ID); err != nil {
				t.Fatal(err)
			}
			got := expectArchived(t, s, r.ID)
			if got.State != want.State || got.StopReason != want.StopReason || got.Message != want.Message || got.Progress.Fetched != 7 || len(got.Coverage) != 1 {
				t.Errorf("a run that was %s is %+v", state, got)
			}
			if first.IsZero() {
				first = got.ArchivedAt
			}
			if !got.ArchivedAt.Equal(first) {
				t.Errorf("a run that was %s was archived at %v and again at %v", state, first, got.ArchivedAt)
			}
		}
	}
}

func TestArchiveDoesNotWaitForAnotherRunOfTheCompany(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	q := &Queue{Runs: s}
	putRun(t, s, store.Run{ID: "r", State: store.RunRunning, Fence: store.Fence{}})
	if _, err := s.AcquireLease(t.Context(), run.LeaseName("default/acme"), "worker/next", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := q.Archive(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	expectArchived(t, s, "r")
}

func TestArchiveWaitsForAWorkerThatTakesTheRunOver(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	q := &Queue{Runs: s}
	putRun(t, s, store.Run{ID: "r", State: store.RunRunning, Fence: store.Fence{}})
	if _, err := s.AcquireLease(t.Context(), run.LeaseName("default/acme"), "successor/r", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := q.Archive(t.Context(), "r"); !runner.IsRunBusy(err) {
		t.Errorf("while another worker claims the run: %v", err)
	}
}

func TestAnArchivedRunIsNotQueuedAgain(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	q := &Queue{Runs: s}
	spec := runner.RunSpec{RunID: "old", Company: "default/acme", CrawlJob: types.NamespacedName{Namespace: "default", Name: "nightly"}, CrawlJobUID: "uid-1"}
	if _, err := q.Ensure(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if err := q.Archive(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	// A controller whose cache is behind still sees the deleted CrawlJob.
	if status, err := q.Ensure(t.Context(), spec); err != nil || status.State != runner.StateFailed {
		t.Errorf("the archived run was queued again: %+v, %v", status, err)
	}
	spec.RunID, spec.CrawlJobUID = "new", "uid-2"
	if status, err := q.Ensure(t.Context(), spec); err != nil || status.State != runner.StatePending {
		t.Errorf("the run of a new CrawlJob of the same name is %+v, %v", status, err)
	}
	for id, uid := range map[string]string{"old": "uid-1", "new": "uid-2"} {
		want := store.CrawlJobReference{Namespace: "default", Name: "nightly", UID: uid}
		if r, err := s.GetRun(t.Context(), id); err != nil || r.CrawlJob != want {
			t.Errorf("run %s has the CrawlJob %+v, want %+v, %v", id, r.CrawlJob, want, err)
		}
	}
}
