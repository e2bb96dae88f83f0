package storage

import (
	"context"
	"fmt"
	"os"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store/mongo"
)

// sizeMongoDB returns the storage and index size in MongoDB, less that of an empty
// database.
func sizeMongoDB(ctx context.Context, k *historySet) (total int64, err error) {
	bin, err := replicaset.Find()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "bench-mongod")
	if err != nil {
		return 0, fmt.Errorf("start MongoDB: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	set, err := replicaset.Start(ctx, bin, dir, 1)
	if err != nil {
		return 0, err
	}
	defer set.Close()
	empty, err := sizeInDatabase(ctx, set.URI, "empty", &historySet{})
	if err != nil {
		return 0, err
	}
	full, err := sizeInDatabase(ctx, set.URI, "full", k)
	return full - empty, err
}

func sizeInDatabase(ctx context.Context, uri, name string, k *historySet) (int64, error) {
	s, err := mongo.Open(ctx, uri, name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close(ctx) }()
	if _, err := s.Migrate(ctx); err != nil {
		return 0, err
	}
	if err := storeHistories(ctx, s, k); err != nil {
		return 0, err
	}
	c, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return 0, fmt.Errorf("read the size of the database: %w", err)
	}
	defer func() { _ = c.Disconnect(ctx) }()
	if err := c.Database("admin").RunCommand(ctx, bson.D{{Key: "fsync", Value: 1}}).Err(); err != nil {
		return 0, fmt.Errorf("read the size of the database: %w", err)
	}
	var stats struct {
		StorageSize float64 `bson:"storageSize"`
		IndexSize   float64 `bson:"indexSize"`
	}
	if err := c.Database(name).RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats); err != nil {
		return 0, fmt.Errorf("read the size of the database: %w", err)
	}
	return int64(stats.StorageSize + stats.IndexSize), nil
}
