package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// addRunQueries is the migration that adds the events of runs and the indexes of QueryRuns.
func addRunQueries(ctx context.Context, db *mongo.Database) error {
	indexes := []struct {
		collection string
		index      mongo.IndexModel
	}{
		{runEventCollection, mongo.IndexModel{Keys: bson.D{{Key: "runID", Value: 1}, {Key: "sequence", Value: 1}}, Options: options.Index().SetUnique(true)}},
		{runCollection, mongo.IndexModel{Keys: newestRunFirst}},
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
	return nil
}
