package mongo

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// standsStill begins a write under a lease that stands still within its transaction
// until goOn; late tells how it ended.
func standsStill(t *testing.T, s *Store, held store.Lease) (goOn func(), late <-chan error) {
	t.Helper()
	within, resume := make(chan struct{}), make(chan struct{})
	goOn = sync.OnceFunc(func() { close(resume) })
	t.Cleanup(goOn)
	end := make(chan error, 1)
	go func() {
		first := sync.OnceFunc(func() { close(within); <-resume })
		end <- s.fenced(context.Background(), store.Fence{LeaseName: held.Name, Epoch: held.Epoch}, "write late", func(ctx context.Context) error {
			_, err := s.db.Collection(documentCollection).InsertOne(ctx, bson.D{{Key: "_id", Value: "late"}, {Key: "company", Value: "c"}, {Key: "url", Value: "u"}})
			first()
			return err
		})
	}()
	<-within
	return goOn, end
}

// A worker that dies or stands still within a transaction leaves it open, and the
// server would keep its lock on the lease for a minute: longer than an acquisition
// tries.
func TestALeaseIsTakenOverThoughItsHolderStandsStillWithinAWrite(t *testing.T) {
	t.Parallel()
	name := database(t)
	a, b := open(t, uri, name), open(t, uri, name)
	old, err := a.AcquireLease(t.Context(), "l", "still", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	goOn, late := standsStill(t, a, old)
	var l store.Lease
	for {
		if l, err = b.AcquireLease(t.Context(), "l", "successor", time.Hour); !errors.Is(err, store.ErrConflict) {
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	if err != nil || l.Epoch != old.Epoch+1 {
		t.Fatalf("the successor's lease is %+v, %v", l, err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	if err := b.PutDocument(t.Context(), f, store.Document{ID: "d", Company: "c", URL: "u"}); err != nil {
		t.Errorf("the successor's write: %v", err)
	}
	goOn()
	if err := <-late; !errors.Is(err, store.ErrFenced) {
		t.Errorf("the write that stood still ended with %v", err)
	}
	if _, err := b.GetDocument(t.Context(), "late"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what stood still was written: %v", err)
	}
}

// A write and a release wait for the transaction of the lease's session, and no longer
// than their callers do.
func TestTheWaitForALeasesSessionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, uri, database(t))
	held, err := s.AcquireLease(t.Context(), "l", "holder", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	own := s.sessions.get(held.Name)
	goOn, late := standsStill(t, s, held)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	f := store.Fence{LeaseName: held.Name, Epoch: held.Epoch}
	if err := s.PutDocument(ctx, f, store.Document{ID: "d", Company: "c", URL: "v"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a write beside one that stands still ended with %v", err)
	}
	if err := s.ReleaseLease(ctx, held); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a release beside a write that stands still ended with %v", err)
	}
	select {
	case err := <-late:
		t.Errorf("the write that was to stand still has ended: %v", err)
	default:
	}
	goOn()
	if err := <-late; err != nil {
		t.Errorf("the write that stood still ended with %v", err)
	}
	use := mongo.NewSessionContext(t.Context(), own.inner)
	if err := s.db.Collection(leaseCollection).FindOne(use, bson.D{}).Err(); err == nil || errors.Is(err, mongo.ErrNoDocuments) {
		t.Errorf("the session of the lease that was given up is not ended: %v", err)
	}
}
