package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// renameRecordKeys is the migration that renames keys of stored records and the state of
// interrupted runs.
func renameRecordKeys(ctx context.Context, db *mongo.Database) error {
	stopped := bson.D{{Key: "state", Value: "Stopped"}}
	interrupted := bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: "Interrupted"}}}}
	if _, err := db.Collection(runCollection).UpdateMany(ctx, stopped, interrupted); err != nil {
		return fmt.Errorf("rename the state of interrupted runs: %w", err)
	}
	for _, c := range []struct {
		collection string
		// old is a key that every record with old keys has.
		old  string
		keys bson.D
	}{
		{runCollection, "started", bson.D{
			{Key: "started", Value: "createdAt"}, {Key: "begun", Value: "startedAt"}, {Key: "completed", Value: "finishedAt"},
			{Key: "reserved", Value: "assignedWorker"}, {Key: "limit", Value: "maxAttempts"}, {Key: "holder", Value: "worker"},
			{Key: "documents.gone", Value: "documents.removed"},
		}},
		{documentCollection, "hash", bson.D{
			{Key: "also", Value: "additionalTypes"}, {Key: "region", Value: "jurisdiction"}, {Key: "words", Value: "wordCount"},
			{Key: "hash", Value: "contentHash"}, {Key: "path", Value: "discoveryPath"}, {Key: "lastGone", Value: "removedAt"},
			{Key: "takesEffect", Value: "upcomingEffectiveDate"}, {Key: "takesEffectQuote", Value: "upcomingEffectiveQuote"},
		}},
		{versionCollection, "hash", bson.D{
			{Key: "hash", Value: "contentHash"}, {Key: "region", Value: "jurisdiction"}, {Key: "words", Value: "wordCount"},
			{Key: "bytes", Value: "storedBytes"}, {Key: "full", Value: "keyframe"},
			{Key: "takesEffect", Value: "upcomingEffectiveDate"}, {Key: "takesEffectQuote", Value: "upcomingEffectiveQuote"},
		}},
		{collectionOf("CrawlJob"), "object.status.documents.gone", bson.D{
			{Key: "object.status.documents.gone", Value: "object.status.documents.removed"},
		}},
	} {
		renamed := bson.D{{Key: c.old, Value: bson.D{{Key: "$exists", Value: true}}}}
		if _, err := db.Collection(c.collection).UpdateMany(ctx, renamed, bson.D{{Key: "$rename", Value: c.keys}}); err != nil {
			return fmt.Errorf("rename the keys of %s: %w", c.collection, err)
		}
	}
	return nil
}
