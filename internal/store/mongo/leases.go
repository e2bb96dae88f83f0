package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// lease is the stored form of a store.Lease.
type lease struct {
	Name    string    `json:"_id"`
	Holder  string    `json:"holder"`
	Epoch   int64     `json:"epoch"`
	Expires time.Time `json:"expires"`
	// Idle is store.Lease.IdleFor in milliseconds.
	Idle int64 `json:"idle"`
}

func (l lease) toStore() store.Lease {
	return store.Lease{Name: l.Name, Holder: l.Holder, Epoch: l.Epoch, Expires: l.Expires, IdleFor: time.Duration(l.Idle) * time.Millisecond}
}

// AcquireLease implements store.Leases. It uses the time of the server ($$NOW), so the clocks
// of the processes do not matter.
func (s leaseStore) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	expires := bson.D{{Key: "$ifNull", Value: bson.A{"$expires", time.Unix(0, 0)}}}
	expired := bson.D{{Key: "$lte", Value: bson.A{expires, "$$NOW"}}}
	mine := bson.D{{Key: "$eq", Value: bson.A{"$holder", bson.D{{Key: "$literal", Value: holder}}}}}
	next := bson.D{{Key: "$add", Value: bson.A{bson.D{{Key: "$ifNull", Value: bson.A{"$epoch", int64(0)}}}, int64(1)}}}
	when := func(cond, then, otherwise any) bson.D {
		return bson.D{{Key: "$cond", Value: bson.A{cond, then, otherwise}}}
	}
	own, err := s.newSession()
	if err != nil {
		return store.Lease{}, fmt.Errorf("acquire lease %s: %w", name, err)
	}
	// acquires and extends are temporary fields of the update pipeline.
	held := bson.D{{Key: "$or", Value: bson.A{"$acquires", "$extends"}}}
	steps := bson.A{
		bson.D{{Key: "$set", Value: bson.D{{Key: "acquires", Value: expired}, {Key: "extends", Value: bson.D{{Key: "$and", Value: bson.A{mine, bson.D{{Key: "$not", Value: expired}}}}}}}}},
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "epoch", Value: when("$acquires", next, "$epoch")},
			{Key: "idle", Value: when("$acquires", bson.D{{Key: "$subtract", Value: bson.A{"$$NOW", expires}}}, int64(0))},
			{Key: "holder", Value: when("$acquires", bson.D{{Key: "$literal", Value: holder}}, "$holder")},
			{Key: "expires", Value: when(held, bson.D{{Key: "$add", Value: bson.A{"$$NOW", ttl.Milliseconds()}}}, "$expires")},
			{Key: "session", Value: when(held, bson.D{{Key: "$literal", Value: own.id()}}, "$session")},
		}}},
		bson.D{{Key: "$unset", Value: bson.A{"acquires", "extends"}}},
	}
	var l lease
	err = s.retry(ctx, "acquire lease "+name, func(ctx context.Context) error {
		// If this fails, the acquisition waits until the server ends the session.
		_ = s.killExpiredSession(ctx, name, holder)
		opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
		err := s.db.Collection(leaseCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: name}}, steps, opts).Decode(&l)
		if mongo.IsDuplicateKeyError(err) { // another process inserted it concurrently
			err = s.db.Collection(leaseCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: name}}, steps, opts).Decode(&l)
		}
		return err
	})
	if err == nil && l.Holder != holder {
		err = fmt.Errorf("acquire lease %s: held by %s: %w", name, l.Holder, store.ErrConflict)
	}
	if err != nil {
		own.close(ctx)
		return l.toStore(), err
	}
	s.sessions.set(ctx, name, own, l.Epoch)
	return l.toStore(), nil
}

// RenewLease implements store.Leases.
func (s leaseStore) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	var out lease
	err := s.retry(ctx, "renew lease "+l.Name, func(ctx context.Context) error {
		return s.db.Collection(leaseCollection).FindOneAndUpdate(ctx, heldFilter(l),
			bson.A{bson.D{{Key: "$set", Value: bson.D{{Key: "expires", Value: bson.D{{Key: "$add", Value: bson.A{"$$NOW", ttl.Milliseconds()}}}}}}}},
			options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&out)
	})
	if errors.Is(err, store.ErrNotFound) {
		return l, fmt.Errorf("renew lease %s, epoch %d: %w", l.Name, l.Epoch, store.ErrFenced)
	}
	if err != nil {
		return l, err
	}
	return out.toStore(), nil
}

// ReleaseLease implements store.Leases. It keeps the record because of its epoch.
func (s leaseStore) ReleaseLease(ctx context.Context, l store.Lease) error {
	s.sessions.remove(ctx, l.Name, l.Epoch)
	return s.retry(ctx, "release lease "+l.Name, func(ctx context.Context) error {
		_, err := s.db.Collection(leaseCollection).UpdateOne(ctx, heldFilter(l),
			bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: ""}, {Key: "expires", Value: time.Unix(0, 0)}, {Key: "session", Value: nil}}}})
		return err
	})
}

// heldFilter matches a lease with the holder and the epoch of l.
func heldFilter(l store.Lease) bson.D {
	return bson.D{{Key: "_id", Value: l.Name}, {Key: "holder", Value: l.Holder}, {Key: "epoch", Value: l.Epoch}}
}
