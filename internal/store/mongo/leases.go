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

type lease struct {
	Name    string    `json:"_id"`
	Holder  string    `json:"holder"`
	Epoch   int64     `json:"epoch"`
	Expires time.Time `json:"expires"`
	// Idle is how long it was nobody's before it was acquired last, in milliseconds.
	Idle int64 `json:"idle"`
}

func (l lease) toStore() store.Lease {
	return store.Lease{Name: l.Name, Holder: l.Holder, Epoch: l.Epoch, Expires: l.Expires, IdleFor: time.Duration(l.Idle) * time.Millisecond}
}

// AcquireLease implements store.Leases. Time is the server's ($$NOW), so that the
// processes' clocks don't matter.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
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
	had := bson.D{{Key: "$or", Value: bson.A{"$takes", "$keeps"}}}
	steps := bson.A{
		bson.D{{Key: "$set", Value: bson.D{{Key: "takes", Value: expired}, {Key: "keeps", Value: bson.D{{Key: "$and", Value: bson.A{mine, bson.D{{Key: "$not", Value: expired}}}}}}}}},
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "epoch", Value: when("$takes", next, "$epoch")},
			{Key: "idle", Value: when("$takes", bson.D{{Key: "$subtract", Value: bson.A{"$$NOW", expires}}}, int64(0))},
			{Key: "holder", Value: when("$takes", bson.D{{Key: "$literal", Value: holder}}, "$holder")},
			{Key: "expires", Value: when(had, bson.D{{Key: "$add", Value: bson.A{"$$NOW", ttl.Milliseconds()}}}, "$expires")},
			{Key: "session", Value: when(had, bson.D{{Key: "$literal", Value: own.id()}}, "$session")},
		}}},
		bson.D{{Key: "$unset", Value: bson.A{"takes", "keeps"}}},
	}
	var l lease
	err = s.retry(ctx, "acquire lease "+name, func(ctx context.Context) error {
		// Where it can't be ended, the acquisition waits for the server to do it.
		_ = s.killExpiredSession(ctx, name, holder)
		opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
		err := s.db.Collection(leaseCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: name}}, steps, opts).Decode(&l)
		if mongo.IsDuplicateKeyError(err) { // two made it at once: it is there now
			err = s.db.Collection(leaseCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: name}}, steps, opts).Decode(&l)
		}
		return err
	})
	if err == nil && l.Holder != holder {
		err = fmt.Errorf("acquire lease %s: %s has it: %w", name, l.Holder, store.ErrConflict)
	}
	if err != nil {
		own.close(ctx)
		return l.toStore(), err
	}
	s.sessions.set(ctx, name, own, l.Epoch)
	return l.toStore(), nil
}

// RenewLease implements store.Leases.
func (s *Store) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
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

// ReleaseLease implements store.Leases. The record stays, for its epoch.
func (s *Store) ReleaseLease(ctx context.Context, l store.Lease) error {
	s.sessions.remove(ctx, l.Name, l.Epoch)
	return s.retry(ctx, "release lease "+l.Name, func(ctx context.Context) error {
		_, err := s.db.Collection(leaseCollection).UpdateOne(ctx, heldFilter(l),
			bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: ""}, {Key: "expires", Value: time.Unix(0, 0)}, {Key: "session", Value: nil}}}})
		return err
	})
}

func heldFilter(l store.Lease) bson.D {
	return bson.D{{Key: "_id", Value: l.Name}, {Key: "holder", Value: l.Holder}, {Key: "epoch", Value: l.Epoch}}
}
