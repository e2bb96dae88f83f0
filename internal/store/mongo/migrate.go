package mongo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// The collections. Custom resources and events have one for each kind (companies,
// crawljobs, events).
const (
	metaCollection       = "meta"
	leaseCollection      = "leases"
	runCollection        = "runs"
	checkpointCollection = "checkpoints"
	pageCollection       = "pages"
	documentCollection   = "documents"
	versionCollection    = "versions"
	snapshotCollection   = "snapshots"
	chunkCollection      = "chunks"
	requestCollection    = "requests"
	migrationCollection  = "migrations"
)

// tombstoneTTL is how long a deleted resource is remembered, which is longer
// than any watch needs to hear of it.
const tombstoneTTL = time.Hour

type migration struct {
	name string
	do   func(context.Context, *mongo.Database) error
}

// migrations in order; each is idempotent. A landed one is never edited, a
// further one is added.
var migrations = []migration{{"mongo-1-indexes", func(ctx context.Context, db *mongo.Database) error {
	unique := func() *options.IndexOptionsBuilder { return options.Index().SetUnique(true) }
	for _, ix := range []struct {
		collection string
		keys       bson.D
		opts       *options.IndexOptionsBuilder
	}{
		{runCollection, bson.D{{Key: "company", Value: 1}, {Key: "_id", Value: -1}}, nil},
		{pageCollection, bson.D{{Key: "company", Value: 1}, {Key: "url", Value: 1}}, unique()},
		{documentCollection, bson.D{{Key: "company", Value: 1}, {Key: "url", Value: 1}}, unique()},
		{versionCollection, bson.D{{Key: "documentID", Value: 1}, {Key: "number", Value: -1}}, unique()},
		{versionCollection, bson.D{{Key: "documentID", Value: 1}, {Key: "fetchedAt", Value: -1}}, nil},
		{collectionOf("Company"), bson.D{{Key: "deletedAt", Value: 1}}, options.Index().SetExpireAfterSeconds(int32(tombstoneTTL / time.Second))},
		{collectionOf("CrawlJob"), bson.D{{Key: "deletedAt", Value: 1}}, options.Index().SetExpireAfterSeconds(int32(tombstoneTTL / time.Second))},
	} {
		if _, err := db.Collection(ix.collection).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: ix.keys, Options: ix.opts}); err != nil {
			return fmt.Errorf("index of %s: %w", ix.collection, err)
		}
	}
	// Made before they are first written: a transaction can't always make them.
	for _, name := range []string{metaCollection, checkpointCollection, snapshotCollection, chunkCollection} {
		var exists mongo.CommandError
		if err := db.CreateCollection(ctx, name); err != nil && !(errors.As(err, &exists) && exists.Name == "NamespaceExists") {
			return fmt.Errorf("make %s: %w", name, err)
		}
	}
	return nil
}}, {"mongo-2-queue", func(ctx context.Context, db *mongo.Database) error {
	byState := mongo.IndexModel{Keys: bson.D{{Key: "state", Value: 1}, {Key: "priority", Value: -1}, {Key: "_id", Value: 1}}}
	if _, err := db.Collection(runCollection).Indexes().CreateOne(ctx, byState); err != nil {
		return fmt.Errorf("index of %s: %w", runCollection, err)
	}
	return nil
}}, {"mongo-3-event-tombstones", func(ctx context.Context, db *mongo.Database) error {
	events := db.Collection(collectionOf("Event"))
	byDeletion := mongo.IndexModel{Keys: bson.D{{Key: "deletedAt", Value: 1}}, Options: options.Index().SetExpireAfterSeconds(int32(tombstoneTTL / time.Second))}
	if _, err := events.Indexes().CreateOne(ctx, byDeletion); err != nil {
		return fmt.Errorf("index of %s: %w", events.Name(), err)
	}
	return nil
}}, {"mongo-4-priorities", func(ctx context.Context, db *mongo.Database) error {
	// A priority of 0 was left out, which comes after those below 0.
	none := bson.D{{Key: "priority", Value: nil}}
	if _, err := db.Collection(runCollection).UpdateMany(ctx, none, bson.D{{Key: "$set", Value: bson.D{{Key: "priority", Value: int32(0)}}}}); err != nil {
		return fmt.Errorf("priorities of %s: %w", runCollection, err)
	}
	return nil
}}}

// Migrate implements store.Store. One process at a time does it, under a lease.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	me, _ := os.Hostname()
	me = fmt.Sprintf("%s/%d/%p", me, os.Getpid(), s)
	var l store.Lease
	for {
		var err error
		if l, err = s.AcquireLease(ctx, "migrate", me, time.Minute); err == nil {
			break
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("migrate: %s is at it: %w", l.Holder, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer func() { // it runs out by itself else
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
		defer cancel()
		_ = s.ReleaseLease(ctx, l)
	}()
	var applied []string
	done := s.db.Collection(migrationCollection)
	for _, m := range migrations {
		fresh := false
		err := s.retry(ctx, "migration "+m.name, func(ctx context.Context) error {
			err := done.FindOne(ctx, bson.D{{Key: "_id", Value: m.name}}).Err()
			if !errors.Is(err, mongo.ErrNoDocuments) {
				return err
			}
			if err := m.do(ctx, s.db); err != nil {
				return err
			}
			fresh = true
			_, err = done.UpdateOne(ctx, bson.D{{Key: "_id", Value: m.name}}, bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: time.Now()}}}}, options.UpdateOne().SetUpsert(true))
			return err
		})
		if err != nil {
			return applied, err
		}
		if fresh {
			applied = append(applied, m.name)
		}
	}
	return applied, nil
}
