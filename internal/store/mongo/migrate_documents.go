package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// createChanges is the migration that creates the feed of changes, and adds the states of
// documents and the indexes by which they are selected.
func createChanges(ctx context.Context, db *mongo.Database) error {
	if err := createFeed(ctx, db); err != nil {
		return err
	}
	if err := addDocumentStates(ctx, db); err != nil {
		return err
	}
	var indexes []mongo.IndexModel
	for _, first := range []string{"", "company", "type", "language", "state"} {
		indexes = append(indexes, documentIndex(first, byLastChanged))
	}
	for _, first := range []string{"type", "language", "state"} {
		indexes = append(indexes, documentIndex(first, byCompanyAndURL))
	}
	if _, err := db.Collection(documentCollection).Indexes().CreateMany(ctx, indexes); err != nil {
		return fmt.Errorf("create the indexes of %s: %w", documentCollection, err)
	}
	return nil
}

// documentIndex returns the index of a property, if it is not empty, in an order of documents. The
// other properties follow, so that selecting reads only the index.
func documentIndex(first string, order bson.D) mongo.IndexModel {
	keys := bson.D{}
	if first != "" {
		keys = append(keys, bson.E{Key: first, Value: 1})
	}
	keys = append(keys, order...)
	for _, property := range []string{"type", "language", "state", "notLegal"} {
		if property != first {
			keys = append(keys, bson.E{Key: property, Value: 1})
		}
	}
	return mongo.IndexModel{Keys: keys}
}

// createFeed creates the feed of changes. Each index ends with the sequence, so that it has the
// order of the feed.
func createFeed(ctx context.Context, db *mongo.Database) error {
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
		{Keys: bson.D{{Key: "at", Value: 1}, {Key: "sequence", Value: 1}}},
	}
	for _, field := range []string{"company", "documentID", "documentType", "kind", "summary.labels"} {
		indexes = append(indexes, mongo.IndexModel{Keys: bson.D{{Key: field, Value: 1}, {Key: "sequence", Value: 1}}})
	}
	if _, err := db.Collection(changeCollection).Indexes().CreateMany(ctx, indexes); err != nil {
		return fmt.Errorf("create the indexes of %s: %w", changeCollection, err)
	}
	return nil
}

// addDocumentStates sets the state of documents that have none. A zero time is in the year 1. The
// time since which an existing document is Present is not known.
func addDocumentStates(ctx context.Context, db *mongo.Database) error {
	removed := bson.D{{Key: "$gt", Value: bson.A{"$removedAt", time.Time{}}}}
	either := func(ifRemoved, otherwise any) bson.D {
		return bson.D{{Key: "$cond", Value: bson.A{removed, ifRemoved, otherwise}}}
	}
	none := bson.D{{Key: "state", Value: bson.D{{Key: "$in", Value: bson.A{nil, ""}}}}}
	_, err := db.Collection(documentCollection).UpdateMany(ctx, none, bson.A{bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: either("Removed", "Present")},
		{Key: "stateReason", Value: ""},
		{Key: "stateSince", Value: either("$removedAt", time.Time{})},
		{Key: "lastChecked", Value: bson.D{{Key: "$max", Value: bson.A{"$lastSeen", "$removedAt"}}}},
		{Key: "unchangedSince", Value: "$lastChanged"},
		{Key: "lastFailure", Value: bson.D{{Key: "at", Value: time.Time{}}, {Key: "reason", Value: ""}}},
		{Key: "notLegal", Value: false},
	}}}})
	if err != nil {
		return fmt.Errorf("set the states of %s: %w", documentCollection, err)
	}
	return nil
}
