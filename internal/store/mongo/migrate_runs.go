package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// addRunQueries is the migration that adds the events of runs, the indexes of
// QueryRuns, and the keys and indexes of pages by run.
func addRunQueries(ctx context.Context, db *mongo.Database) error {
	indexes := []struct {
		collection string
		index      mongo.IndexModel
	}{
		{runEventCollection, mongo.IndexModel{Keys: bson.D{{Key: "runID", Value: 1}, {Key: "sequence", Value: 1}}, Options: options.Index().SetUnique(true)}},
		{runCollection, mongo.IndexModel{Keys: newestRunFirst}},
		{pageCollection, mongo.IndexModel{Keys: bson.D{{Key: "company", Value: 1}, {Key: "runID", Value: 1}}}},
		{pageCollection, mongo.IndexModel{Keys: bson.D{{Key: "runID", Value: 1}, {Key: "reason", Value: 1}, {Key: "url", Value: 1}}}},
		{pageCollection, mongo.IndexModel{Keys: bson.D{{Key: "runID", Value: 1}, {Key: "type", Value: 1}, {Key: "url", Value: 1}}}},
	}
	for _, key := range []string{"company", "state", "trigger"} {
		keys := append(bson.D{{Key: key, Value: 1}}, newestRunFirst...)
		indexes = append(indexes, struct {
			collection string
			index      mongo.IndexModel
		}{runCollection, mongo.IndexModel{Keys: keys}})
	}
	for _, ix := range indexes {
		if _, err := db.Collection(ix.collection).Indexes().CreateOne(ctx, ix.index); err != nil {
			return fmt.Errorf("create index of %s: %w", ix.collection, err)
		}
	}
	return keyPagesByRun(ctx, db)
}

// migrationBatch is the number of records that a migration rewrites at a time.
const migrationBatch = 500

// keyPagesByRun changes the key of pages from company and URL to run and URL. It copies a
// batch before it deletes the originals, so that it loses nothing if it is interrupted.
func keyPagesByRun(ctx context.Context, db *mongo.Database) error {
	pages := db.Collection(pageCollection)
	const byCompany = "company_1_url_1" // this unique index would reject the copies
	if err := pages.Indexes().DropOne(ctx, byCompany); err != nil && !isIndexNotFound(err) {
		return fmt.Errorf("drop index %s of %s: %w", byCompany, pageCollection, err)
	}
	newKey := bson.D{{Key: "$concat", Value: bson.A{"$runID", "\n", "$url"}}}
	for last := ""; ; {
		cur, err := pages.Find(ctx, bson.D{
			{Key: "_id", Value: bson.D{{Key: "$gt", Value: last}}},
			{Key: "$expr", Value: bson.D{{Key: "$ne", Value: bson.A{"$_id", newKey}}}},
		}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(migrationBatch))
		if err != nil {
			return fmt.Errorf("read pages: %w", err)
		}
		var batch []page
		if err := cur.All(ctx, &batch); err != nil {
			return fmt.Errorf("read pages: %w", err)
		}
		if len(batch) == 0 {
			return nil
		}
		old := make([]string, len(batch))
		copies := make([]mongo.WriteModel, len(batch))
		for i, p := range batch {
			old[i], p.Key = p.Key, pageKey(p.RunID, p.URL)
			copies[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: p.Key}}).SetReplacement(p).SetUpsert(true)
		}
		if _, err := pages.BulkWrite(ctx, copies); err != nil {
			return fmt.Errorf("copy pages: %w", err)
		}
		if _, err := pages.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: old}}}}); err != nil {
			return fmt.Errorf("delete copied pages: %w", err)
		}
		last = old[len(old)-1]
	}
}

// isIndexNotFound reports whether an index or its collection does not exist (error codes
// IndexNotFound 27 and NamespaceNotFound 26 of MongoDB 6.0).
func isIndexNotFound(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && (server.HasErrorCode(27) || server.HasErrorCode(26))
}
