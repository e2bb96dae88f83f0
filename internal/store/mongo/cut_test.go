package mongo

import (
	"context"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// cuts is at how many points of fenced writes their contexts end.
const cuts = 150

func TestAWriteThatIsCutOffHoldsItsLeaseUpForNobody(t *testing.T) {
	t.Parallel()
	s := open(t, uri, database(t))
	l, err := s.AcquireLease(t.Context(), "run/x", "worker", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	for i := range cuts {
		ctx, cancel := context.WithCancel(t.Context())
		cut := time.AfterFunc(time.Duration(i)*40*time.Microsecond, cancel) // a write takes some milliseconds
		_ = s.PutCheckpoint(ctx, f, "r", []byte("x"))                       // whether it was in time doesn't matter
		cut.Stop()
		cancel()
		// It gives up before a server would end what holds the lease, after a minute.
		_, err := s.RenewLease(t.Context(), l, time.Hour)
		if err != nil {
			t.Fatalf("after cut %d: %v", i, err)
		}
	}
}
