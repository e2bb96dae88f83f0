package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// createChanges is the migration that creates the feed of changes. Each index ends with the
// sequence, so that it has the order of the feed.
func createChanges(ctx context.Context, db *mongo.Database) error {
	var exists mongo.CommandError
	if err := db.CreateCollection(ctx, changeCollection); err != nil && !(errors.As(err, &exists) && exists.Name == "NamespaceExists") {
		return fmt.Errorf("create collection %s: %w", changeCollection, err)
	}
	// Create the counter now, because transactions that create it at once would fail.
	_, err := db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: feedCounter}},
		bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "sequence", Value: int64(0)}}}}, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("create the counter of changes: %w", err)
	}
	indexes := []mongo.IndexModel{
		{Keys: bson.D{{Key: "sequence", Value: 1}}, Options: options.Index().SetUnique(true)},
		{Keys: bson.D{{Key: "at", Value: 1}}},
	}
	for _, field := range []string{"company", "documentID", "documentType", "kind", "summary.labels"} {
		indexes = append(indexes, mongo.IndexModel{Keys: bson.D{{Key: field, Value: 1}, {Key: "sequence", Value: 1}}})
	}
	if _, err := db.Collection(changeCollection).Indexes().CreateMany(ctx, indexes); err != nil {
		return fmt.Errorf("create the indexes of %s: %w", changeCollection, err)
	}
	return nil
}
