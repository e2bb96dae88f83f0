package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// A migration may take longer than its lease. If another process took the lease meanwhile, both
// would migrate, and one of them could replace what the other wrote after its migration.
func TestALeaseIsRenewedWhileItIsHeld(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	const ttl = 300 * time.Millisecond
	l, err := s.AcquireLease(t.Context(), "l", "me", ttl)
	if err != nil {
		t.Fatal(err)
	}
	err = s.holdLease(t.Context(), l, ttl, func(ctx context.Context) error {
		for expires := l.Expires; !expires.After(l.Expires); <-time.After(10 * time.Millisecond) {
			var now lease
			if err := s.findOne(ctx, "read the lease", leaseCollection, byID("l"), &now); err != nil {
				return err
			}
			expires = now.Expires
		}
		return nil
	})
	if err != nil {
		t.Errorf("the lease was not renewed: %v", err)
	}
}

func TestWorkEndsWhenAnotherProcessTakesItsLease(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	const ttl = 300 * time.Millisecond
	l, err := s.AcquireLease(t.Context(), "l", "me", ttl)
	if err != nil {
		t.Fatal(err)
	}
	err = s.holdLease(t.Context(), l, ttl, func(ctx context.Context) error {
		_, err := s.db.Collection(leaseCollection).UpdateOne(ctx, byID("l"), bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: "another"}}}})
		if err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, store.ErrFenced) || !errors.Is(err, context.Canceled) {
		t.Errorf("the work ended with %v, want store.ErrFenced", err)
	}
}
