package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// createRunEvents is the migration that adds the events of runs.
func createRunEvents(ctx context.Context, db *mongo.Database) error {
	bySequence := mongo.IndexModel{Keys: bson.D{{Key: "runID", Value: 1}, {Key: "sequence", Value: 1}}, Options: options.Index().SetUnique(true)}
	if _, err := db.Collection(runEventCollection).Indexes().CreateOne(ctx, bySequence); err != nil {
		return fmt.Errorf("create index of %s: %w", runEventCollection, err)
	}
	return nil
}
