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

// The collections. Custom resources and events are in one collection per kind (companies,
// crawljobs, events).
const (
	metaCollection       = "meta"
	leaseCollection      = "leases"
	runCollection        = "runs"
	checkpointCollection = "checkpoints"
	runEventCollection   = "runevents"
	pageCollection       = "pages"
	documentCollection   = "documents"
	versionCollection    = "versions"
	snapshotCollection   = "snapshots"
	chunkCollection      = "chunks"
	requestCollection    = "requests"
	migrationCollection  = "migrations"
)

// tombstoneTTL is the time after which the tombstone of a deleted resource expires. It is
// longer than any watch needs to receive the deletion.
const tombstoneTTL = time.Hour

// Timeouts of one migration. They are long because a migration may rewrite every record of
// a collection.
const (
	migrationAttempt = time.Minute
	migrationTimeout = 10 * time.Minute
)

// migrationLease is the time after which another process may continue the migration of one that
// ended.
const migrationLease = time.Minute

// migration is one step of the schema's history.
type migration struct {
	name string
	do   func(context.Context, *mongo.Database) error
}

// migrations are applied in this order. Each is idempotent. A released migration must
// not change: append another one instead.
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
			return fmt.Errorf("create index of %s: %w", ix.collection, err)
		}
	}
	// Create these collections now, because a transaction cannot always create them.
	for _, name := range []string{metaCollection, checkpointCollection, snapshotCollection, chunkCollection} {
		var exists mongo.CommandError
		if err := db.CreateCollection(ctx, name); err != nil && !(errors.As(err, &exists) && exists.Name == "NamespaceExists") {
			return fmt.Errorf("create collection %s: %w", name, err)
		}
	}
	return nil
}}, {"mongo-2-queue", func(ctx context.Context, db *mongo.Database) error {
	byState := mongo.IndexModel{Keys: bson.D{{Key: "state", Value: 1}, {Key: "priority", Value: -1}, {Key: "_id", Value: 1}}}
	if _, err := db.Collection(runCollection).Indexes().CreateOne(ctx, byState); err != nil {
		return fmt.Errorf("create index of %s: %w", runCollection, err)
	}
	return nil
}}, {"mongo-3-event-tombstones", func(ctx context.Context, db *mongo.Database) error {
	events := db.Collection(collectionOf("Event"))
	byDeletion := mongo.IndexModel{Keys: bson.D{{Key: "deletedAt", Value: 1}}, Options: options.Index().SetExpireAfterSeconds(int32(tombstoneTTL / time.Second))}
	if _, err := events.Indexes().CreateOne(ctx, byDeletion); err != nil {
		return fmt.Errorf("create index of %s: %w", events.Name(), err)
	}
	return nil
}}, {"mongo-4-priorities", func(ctx context.Context, db *mongo.Database) error {
	// A priority of 0 used to be omitted, and a missing value sorts below negative ones.
	missing := bson.D{{Key: "priority", Value: nil}}
	if _, err := db.Collection(runCollection).UpdateMany(ctx, missing, bson.D{{Key: "$set", Value: bson.D{{Key: "priority", Value: int32(0)}}}}); err != nil {
		return fmt.Errorf("set priorities of %s: %w", runCollection, err)
	}
	return nil
}}, {"mongo-5-record-keys", renameRecordKeys}, {"mongo-6-documents", createChanges}, {searchMigration, createSearch}, {"mongo-8-runs", addRunQueries}, {"mongo-9-access", createAccessIndexes}, {termsMigration, indexTerms}}

// Migrate implements store.Store. A lease ensures that one process migrates at a time.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	applied, err := s.MigrateToRestore(ctx)
	if err == nil {
		err = s.checkRestored(ctx)
	}
	return applied, err
}

// MigrateToRestore is like Migrate, but also migrates a store whose restore has not ended.
func (s *Store) MigrateToRestore(ctx context.Context) (applied []string, err error) {
	me, _ := os.Hostname()
	me = fmt.Sprintf("%s/%d/%p", me, os.Getpid(), s)
	var l store.Lease
	for {
		var err error
		if l, err = s.AcquireLease(ctx, "migrate", me, migrationLease); err == nil {
			break
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("migrate: wait for %s: %w", l.Holder, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer func() { // if this fails, the lease expires
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
		defer cancel()
		_ = s.ReleaseLease(ctx, l)
	}()
	err = s.holdLease(ctx, l, migrationLease, func(ctx context.Context) error {
		applied, err = s.applyMigrations(ctx)
		return err
	})
	return applied, err
}

// applyMigrations applies the missing migrations and returns their names. The caller holds the
// lease of the migrations.
func (s *Store) applyMigrations(ctx context.Context) ([]string, error) {
	if err := s.checkNewerMigrations(ctx); err != nil {
		return nil, err
	}
	var applied []string
	done := s.db.Collection(migrationCollection)
	for _, m := range migrations {
		fresh := false
		err := retryWithin(ctx, migrationAttempt, migrationTimeout, "migration "+m.name, func(ctx context.Context) error {
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

// checkNewerMigrations returns an error if a newer program has migrated the database. This program
// could not read its records, or would write records that the newer one does not expect.
func (s *Store) checkNewerMigrations(ctx context.Context) error {
	known := bson.A{fillProgress}
	for _, m := range migrations {
		known = append(known, m.name)
	}
	var newer struct {
		Name string `json:"_id"`
	}
	err := retryWithin(ctx, migrationAttempt, migrationTimeout, "read the migrations", func(ctx context.Context) error {
		err := s.db.Collection(migrationCollection).FindOne(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$nin", Value: known}}}}).Decode(&newer)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	if err != nil || newer.Name == "" {
		return err
	}
	return s.newerMigration(newer.Name)
}

// newerMigration is the error for a migration that this program does not know.
func (s *Store) newerMigration(name string) error {
	return fmt.Errorf("the database %s has the migration %q of a newer program: upgrade this program, or restore a backup that was made before", s.db.Name(), name)
}
