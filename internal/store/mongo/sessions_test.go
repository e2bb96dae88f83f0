package mongo

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

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
	within, resume := make(chan struct{}), make(chan struct{})
	goOn := sync.OnceFunc(func() { close(resume) })
	t.Cleanup(goOn)
	late := make(chan error, 1)
	go func() {
		first := sync.OnceFunc(func() { close(within); <-resume })
		late <- a.fenced(context.Background(), store.Fence{LeaseName: old.Name, Epoch: old.Epoch}, "write late", func(ctx context.Context) error {
			_, err := a.db.Collection(documentCollection).InsertOne(ctx, bson.D{{Key: "_id", Value: "late"}, {Key: "company", Value: "c"}, {Key: "url", Value: "u"}})
			first()
			return err
		})
	}()
	<-within
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
