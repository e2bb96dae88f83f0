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

// hangingWrite starts a write under a lease that hangs within its transaction until resume is
// called. result receives the error of the write.
func hangingWrite(t *testing.T, s *Store, held store.Lease) (resume func(), result <-chan error) {
	t.Helper()
	entered, resumed := make(chan struct{}), make(chan struct{})
	resume = sync.OnceFunc(func() { close(resumed) })
	t.Cleanup(resume)
	end := make(chan error, 1)
	go func() {
		first := sync.OnceFunc(func() { close(entered); <-resumed })
		end <- s.fenced(context.Background(), store.Fence{LeaseName: held.Name, Epoch: held.Epoch}, "hanging write", func(ctx context.Context) error {
			_, err := s.db.Collection(documentCollection).InsertOne(ctx, bson.D{{Key: "_id", Value: "hanging"}, {Key: "company", Value: "c"}, {Key: "url", Value: "u"}})
			first()
			return err
		})
	}()
	<-entered
	return resume, end
}

// A worker that dies or hangs within a transaction leaves it open. The server would keep the
// lock on the lease for a minute, which is longer than an acquisition retries.
func TestALeaseIsTakenOverWhileItsHolderHangsInAWrite(t *testing.T) {
	t.Parallel()
	name := newDatabase(t)
	a, b := open(t, uri, name), open(t, uri, name)
	old, err := a.AcquireLease(t.Context(), "l", "hanging", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	resume, result := hangingWrite(t, a, old)
	var l store.Lease
	for {
		if l, err = b.AcquireLease(t.Context(), "l", "successor", time.Hour); !errors.Is(err, store.ErrConflict) {
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	if err != nil || l.Epoch != old.Epoch+1 {
		t.Fatalf("the lease of the successor is %+v, %v", l, err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	if err := b.PutDocument(t.Context(), f, store.Document{ID: "d", Company: "c", URL: "u"}); err != nil {
		t.Errorf("write of the successor: %v", err)
	}
	resume()
	if err := <-result; !errors.Is(err, store.ErrFenced) {
		t.Errorf("the hanging write returned %v", err)
	}
	if _, err := b.GetDocument(t.Context(), "hanging"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the hanging write was stored: %v", err)
	}
}

// A write and a release wait for the transaction of the session, but not after their contexts
// have ended.
func TestWaitingForASessionEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	held, err := s.AcquireLease(t.Context(), "l", "holder", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	own := s.sessions.get(held.Name)
	resume, result := hangingWrite(t, s, held)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	f := store.Fence{LeaseName: held.Name, Epoch: held.Epoch}
	if err := s.PutDocument(ctx, f, store.Document{ID: "d", Company: "c", URL: "v"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a write during a hanging write returned %v", err)
	}
	if err := s.ReleaseLease(ctx, held); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a release during a hanging write returned %v", err)
	}
	select {
	case err := <-result:
		t.Errorf("the hanging write returned early: %v", err)
	default:
	}
	resume()
	if err := <-result; err != nil {
		t.Errorf("the hanging write returned %v", err)
	}
	use := mongo.NewSessionContext(t.Context(), own.inner)
	if err := s.db.Collection(leaseCollection).FindOne(use, bson.D{}).Err(); err == nil || errors.Is(err, mongo.ErrNoDocuments) {
		t.Errorf("the session of the released lease was not ended: %v", err)
	}
}
