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
	"github.com/clausea/crawler/internal/store/pack"
)

var _ store.Archiver = (*Store)(nil)

// restoreMark is the key in metaCollection of the mark of a restore that has not ended.
const restoreMark = "restore"

// restoreLease is the name of the lease of the process that restores, and its duration.
const (
	restoreLease    = "restore"
	restoreLeaseTTL = time.Minute
)

// Timeouts of one write of a restore. They are long because a write has up to 500 records.
const (
	restoreAttempt = time.Minute
	restoreTimeout = 5 * time.Minute
)

// deleteBatch is the number of records that one write of a restore deletes.
const deleteBatch = 2000

// checkRestored returns an error that wraps store.ErrRestoring if a restore has not ended.
func (s *database) checkRestored(ctx context.Context) error {
	var mark struct {
		At time.Time `json:"at"`
	}
	err := s.findOne(ctx, "read the mark of a restore", metaCollection, bson.D{{Key: "_id", Value: restoreMark}}, &mark)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w; it began at %s", store.ErrRestoring, mark.At.UTC().Format(time.RFC3339))
}

// archivedCollections returns the collections whose records an archive contains.
func archivedCollections() (names []string) {
	sections := archivedSections()
	for _, name := range store.ArchiveSections {
		names = append(names, sections[name].collections...)
	}
	return names
}

// BeginRestore implements store.Archiver. A lease ensures that one process restores at a time.
func (s *Store) BeginRestore(ctx context.Context) (store.Restorer, error) {
	host, _ := os.Hostname()
	l, err := s.AcquireLease(ctx, restoreLease, fmt.Sprintf("%s/%d/%p", host, os.Getpid(), s), restoreLeaseTTL)
	if errors.Is(err, store.ErrConflict) {
		return nil, fmt.Errorf("begin the restore: process %s restores the store, or did so in the last minute: %w", l.Holder, err)
	}
	if err != nil {
		return nil, fmt.Errorf("begin the restore: %w", err)
	}
	r := &restorer{s: s, lease: l, renewed: time.Now()}
	if err := r.begin(ctx); err != nil {
		_ = r.Close(ctx)
		return nil, fmt.Errorf("begin the restore: %w", err)
	}
	return r, nil
}

// restorer implements store.Restorer.
type restorer struct {
	s       *Store
	lease   store.Lease
	renewed time.Time
	// w compresses the versions of the document that is being restored.
	w pack.Writer
}

func (r *restorer) begin(ctx context.Context) error {
	err := r.s.checkRestored(ctx)
	switch {
	case errors.Is(err, store.ErrRestoring):
		for _, name := range archivedCollections() {
			if err := r.clear(ctx, name); err != nil {
				return fmt.Errorf("delete the records of the earlier restore: %w", err)
			}
		}
	case err != nil:
		return err
	default:
		if err := r.checkUnused(ctx); err != nil {
			return err
		}
		for _, name := range archivedCollections() {
			// A tombstone of a resource is no record.
			err := r.s.findOne(ctx, "check whether "+name+" is empty", name, bson.D{{Key: "deletedAt", Value: nil}}, &struct{}{})
			if err == nil {
				return fmt.Errorf("%w: it has %s", store.ErrNotEmpty, name)
			}
			if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
	}
	for _, name := range derivedCollections {
		if err := r.clear(ctx, name); err != nil {
			return err
		}
	}
	return r.s.retry(ctx, "mark the store", func(ctx context.Context) error {
		_, err := r.s.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: restoreMark}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: time.Now()}}}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}

// checkUnused returns an error if a process holds a lease of the store.
func (r *restorer) checkUnused(ctx context.Context) error {
	var held lease
	err := r.s.findOne(ctx, "check whether a process uses the store", leaseCollection, bson.D{
		{Key: "_id", Value: bson.D{{Key: "$ne", Value: restoreLease}}},
		{Key: "$expr", Value: bson.D{{Key: "$gt", Value: bson.A{"$expires", "$$NOW"}}}},
	}, &held)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the process %s uses the store (lease %s): stop all processes that use it", held.Holder, held.Name)
	}
	return err
}

// clear deletes all records of a collection.
func (r *restorer) clear(ctx context.Context, collection string) error {
	c := r.s.db.Collection(collection)
	for {
		var ids []struct {
			Key any `json:"_id"`
		}
		err := retryWithin(ctx, restoreAttempt, restoreTimeout, "delete the records of "+collection, func(ctx context.Context) error {
			cur, err := c.Find(ctx, bson.D{}, options.Find().SetLimit(deleteBatch).SetProjection(bson.D{{Key: "_id", Value: 1}}))
			if err != nil {
				return err
			}
			ids = nil
			if err := cur.All(ctx, &ids); err != nil || len(ids) == 0 {
				return err
			}
			keys := bson.A{}
			for _, id := range ids {
				keys = append(keys, id.Key)
			}
			_, err = c.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}})
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := r.renew(ctx); err != nil {
			return err
		}
	}
}

// renew renews the lease if a third of its duration has passed.
func (r *restorer) renew(ctx context.Context) error {
	if time.Since(r.renewed) < restoreLeaseTTL/3 {
		return nil
	}
	l, err := r.s.RenewLease(ctx, r.lease, restoreLeaseTTL)
	if err != nil {
		return fmt.Errorf("restore: another process restores the store: %w", err)
	}
	r.lease, r.renewed = l, time.Now()
	return nil
}

// Put implements store.Restorer. Each record is replaced under its key, so a write whose response
// was lost is repeated.
func (r *restorer) Put(ctx context.Context, entries []store.ArchiveEntry) error {
	if err := r.renew(ctx); err != nil {
		return err
	}
	present, err := r.findPresent(ctx, entries)
	if err != nil {
		return err
	}
	writes := map[string][]mongo.WriteModel{}
	for _, e := range entries {
		collection, key, v, err := r.convert(ctx, e, present)
		if err != nil {
			return fmt.Errorf("restore %s %q: %w", e.Family.Name, e.Family.Key(e.Record), err)
		}
		if v != nil {
			writes[collection] = append(writes[collection], mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: key}}).SetReplacement(v).SetUpsert(true))
		}
	}
	for _, collection := range archivedCollections() {
		models := writes[collection]
		if len(models) == 0 {
			continue
		}
		err := retryWithin(ctx, restoreAttempt, restoreTimeout, fmt.Sprintf("restore %d records of %s", len(models), collection), func(ctx context.Context) error {
			_, err := r.s.db.Collection(collection).BulkWrite(ctx, models)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// findPresent returns the keys of the snapshots of entries that the store has.
func (r *restorer) findPresent(ctx context.Context, entries []store.ArchiveEntry) (map[string]bool, error) {
	var keys bson.A
	for _, e := range entries {
		if s, ok := e.Record.(*store.ArchivedSnapshot); ok {
			keys = append(keys, store.SnapshotKey(s.Company, s.Hash))
		}
	}
	present := map[string]bool{}
	if len(keys) == 0 {
		return present, nil
	}
	var rows []snapshot
	err := r.s.retry(ctx, "find snapshots", func(ctx context.Context) error {
		cur, err := r.s.db.Collection(snapshotCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return err
		}
		rows = nil
		return cur.All(ctx, &rows)
	})
	for _, row := range rows {
		present[row.Key] = true
	}
	return present, err
}

// Bounds of filling the search index. An attempt continues after the last batch of the one before.
const (
	fillAttempt = restoreLeaseTTL / 3
	fillTimeout = 2 * time.Hour
)

// fill creates the derived records.
func (r *restorer) fill(ctx context.Context) error {
	// The migration stored its progress under the same key.
	err := r.s.retry(ctx, "begin to fill the search index", func(ctx context.Context) error {
		_, err := r.s.db.Collection(migrationCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: fillProgress}})
		return err
	})
	if err != nil {
		return err
	}
	for began := time.Now(); ; {
		err := retryWithin(ctx, fillAttempt, fillAttempt, "fill the search index", r.s.fillIndex)
		if err == nil {
			break
		}
		if !isRetryable(err) || ctx.Err() != nil || time.Since(began) > fillTimeout {
			return err
		}
		if err := r.renew(ctx); err != nil {
			return err
		}
	}
	return retryWithin(ctx, restoreAttempt, restoreTimeout, "fill the company summaries", r.s.fillSummaries)
}

// Finish implements store.Restorer.
func (r *restorer) Finish(ctx context.Context) error {
	if err := r.fill(ctx); err != nil {
		return err
	}
	return r.s.retry(ctx, "end the restore", func(ctx context.Context) error {
		_, err := r.s.db.Collection(metaCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: restoreMark}})
		return err
	})
}

// Close implements store.Restorer.
func (r *restorer) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
	defer cancel()
	return r.s.ReleaseLease(ctx, r.lease)
}
