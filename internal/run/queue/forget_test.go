package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestARunIsForgottenBehindAWorkerThatStandsStillOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	forgotten(t, s)
}

func TestARunIsForgottenBehindAWorkerThatStandsStillOnMongoDB(t *testing.T) {
	t.Parallel()
	forgotten(t, openMongo(t, startMongo(t)))
}

// forgotten has a worker stand still with a run, whose lease runs out meanwhile.
func forgotten(t *testing.T, s store.Store) {
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
	if err := q.Forget(t.Context(), r.ID); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("behind a worker that renews its lease: %v", err)
	}
	if _, err := s.GetRun(t.Context(), r.ID); err != nil {
		t.Fatalf("the run of a worker that is alive is gone: %v", err)
	}
	if _, err := s.RenewLease(t.Context(), l, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		err := q.Forget(t.Context(), r.ID)
		if err == nil {
			break
		}
		if !errors.Is(err, store.ErrConflict) || time.Now().After(deadline) {
			t.Fatalf("behind a worker whose lease has run out: %v", err)
		}
	}
	r.State = store.RunComplete
	if err := s.PutRun(t.Context(), r); !errors.Is(err, store.ErrFenced) {
		t.Errorf("it is back: %v", err)
	}
	if err := s.PutDocument(t.Context(), r.Fence, store.Document{ID: "d", Company: company, URL: "https://example.com/"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("it writes a document late: %v", err)
	}
	if _, err := s.AcquireLease(t.Context(), l.Name, "another", time.Second); err != nil {
		t.Errorf("the company can't be crawled again: %v", err)
	}
}
