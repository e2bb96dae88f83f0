package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// The collections of reviews, webhooks and access.
const (
	reviewCollection      = "reviews"
	webhookCollection     = "webhooks"
	deliveryCollection    = "deliveries"
	apiKeyCollection      = "apikeys"
	sessionCollection     = "sessions"
	auditCollection       = "audit"
	idempotencyCollection = "idempotency"
)

// createAccessIndexes is the migration that creates the collections of reviews, webhooks,
// deliveries, API keys, sessions, audit entries and idempotency keys with their indexes.
func createAccessIndexes(ctx context.Context, db *mongo.Database) error {
	pending := func() *options.IndexOptionsBuilder {
		return options.Index().SetPartialFilterExpression(bson.D{{Key: "state", Value: store.DeliveryPending}})
	}
	expiring := func() *options.IndexOptionsBuilder { return options.Index().SetExpireAfterSeconds(0) }
	ascending := func(fields ...string) (keys bson.D) {
		for _, f := range fields {
			keys = append(keys, bson.E{Key: f, Value: 1})
		}
		return keys
	}
	// newest returns the keys of an index for a list that is filtered by fields.
	newest := func(at string, fields ...string) bson.D {
		return append(ascending(fields...), newestFirst(at)...)
	}
	for _, c := range []struct {
		collection string
		indexes    []mongo.IndexModel
	}{
		{reviewCollection, []mongo.IndexModel{
			// The other properties follow, so that selecting reads only the index.
			{Keys: newest("at")}, {Keys: append(newest("at", "state"), ascending("company")...)},
			{Keys: append(newest("at", "company"), ascending("state")...)}, {Keys: append(newest("at", "assignee"), ascending("state", "company")...)},
		}},
		{webhookCollection, []mongo.IndexModel{{Keys: newest("definition.createdAt")}}},
		{deliveryCollection, []mongo.IndexModel{
			{Keys: newest("createdAt")}, {Keys: newest("createdAt", "webhookID")}, {Keys: newest("createdAt", "state")},
			{Keys: newest("createdAt", "webhookID", "state")}, {Keys: ascending("company")},
			{Keys: ascending("webhookID", "nextAttempt", "sequence"), Options: pending()},
			{Keys: ascending("webhookID", "documentID", "sequence"), Options: pending()},
		}},
		{apiKeyCollection, []mongo.IndexModel{{Keys: newest("createdAt")}}},
		{sessionCollection, []mongo.IndexModel{
			{Keys: newest("createdAt")}, {Keys: newest("createdAt", "user")}, {Keys: ascending("expiresAt"), Options: expiring()},
		}},
		{auditCollection, []mongo.IndexModel{
			{Keys: newest("at")}, {Keys: newest("at", "actor")}, {Keys: newest("at", "action")}, {Keys: newest("at", "targetKind")},
			{Keys: newest("at", "targetKind", "targetName")},
		}},
		{idempotencyCollection, []mongo.IndexModel{{Keys: ascending("expiresAt"), Options: expiring()}}},
	} {
		if _, err := db.Collection(c.collection).Indexes().CreateMany(ctx, c.indexes); err != nil {
			return fmt.Errorf("create indexes of %s: %w", c.collection, err)
		}
	}
	return nil
}
