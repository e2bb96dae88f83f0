package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestDeleteFencesAHangingWorkerOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	deleteHanging(t, s)
}

func TestDeleteFencesAHangingWorkerOnMongoDB(t *testing.T) {
	t.Parallel()
	deleteHanging(t, openMongo(t, startMongo(t)))
}

// deleteHanging tries to delete a run while its worker renews the lease, and deletes it
// after the lease has expired.
func deleteHanging(t *testing.T, s store.Store) {
	q := &Queue{Runs: s}
	const company = "default/acme"
	l, err := s.AcquireLease(t.Context(), run.LeaseName(company), "worker/r", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Run{ID: "r", Company: company, State: store.RunRunning, Fence: store.Fence{LeaseName: l.Name, Epoch: l.Epoch}}
	if err := s.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := q.Delete(t.Context(), r.ID); !runner.IsRunBusy(err) {
		t.Fatalf("while the worker renews its lease: %v", err)
	}
	if _, err := s.GetRun(t.Context(), r.ID); err != nil {
		t.Fatalf("the run of a live worker was deleted: %v", err)
	}
	if _, err := s.RenewLease(t.Context(), l, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(timeout); ; {
		err := q.Delete(t.Context(), r.ID)
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
	if err := s.PutDocument(t.Context(), r.Fence, store.Document{ID: "d", Company: company, URL: "https://example.com/"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the worker's late write of a document: %v", err)
	}
	if _, err := s.AcquireLease(t.Context(), l.Name, "another", time.Second); err != nil {
		t.Errorf("the lease of the company after the deletion: %v", err)
	}
}
