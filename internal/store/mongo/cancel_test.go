package mongo

import (
	"context"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// cancellations is the number of fenced writes whose contexts are cancelled, each at another point.
const cancellations = 150

func TestACancelledWriteDoesNotBlockItsLease(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	l, err := s.AcquireLease(t.Context(), "run/x", "worker", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	for i := range cancellations {
		ctx, cancel := context.WithCancel(t.Context())
		cut := time.AfterFunc(time.Duration(i)*40*time.Microsecond, cancel) // a write takes a few milliseconds
		_ = s.PutCheckpoint(ctx, f, "r", []byte("x"))                       // either outcome is fine
		cut.Stop()
		cancel()
		// This times out before the server aborts an open transaction after a minute.
		_, err := s.RenewLease(t.Context(), l, time.Hour)
		if err != nil {
			t.Fatalf("after cancellation %d: %v", i, err)
		}
	}
}
