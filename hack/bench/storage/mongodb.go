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

// sizeMongoDB returns the storage and index size of documents and versions in MongoDB, without
// the search index.
func sizeMongoDB(ctx context.Context, k *historySet) (int64, error) {
	return sizeInMongoDB(ctx, k, false)
}

// sizeMongoDBComplete is sizeMongoDB with the search index, and a change of each version.
func sizeMongoDBComplete(ctx context.Context, k *historySet) (int64, error) {
	return sizeInMongoDB(ctx, k, true)
}

func sizeInMongoDB(ctx context.Context, k *historySet, complete bool) (int64, error) {
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
	databases := 0
	return sizeAdded(k, func(k *historySet) (int64, error) {
		databases++
		return sizeInDatabase(ctx, set.URI, fmt.Sprint("bench", databases), k, complete)
	})
}

// sizeInDatabase returns the size of a database with histories. If complete is set, that includes
// changes and the search index.
func sizeInDatabase(ctx context.Context, uri, name string, k *historySet, complete bool) (int64, error) {
	s, err := mongo.Open(ctx, uri, name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close(ctx) }()
	if _, err := s.Migrate(ctx); err != nil {
		return 0, err
	}
	if err := storeHistories(ctx, s, k, complete); err != nil {
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
	total, err := sizeOf(ctx, c.Database(name), bson.D{{Key: "dbStats", Value: 1}})
	if err != nil || complete {
		return total, err
	}
	apart, err := sizeOf(ctx, c.Database(name), bson.D{{Key: "collStats", Value: "searchEntries"}})
	return total - apart, err
}

// sizeOf returns the storage and index size that a command reports.
func sizeOf(ctx context.Context, db *driver.Database, command bson.D) (int64, error) {
	var stats struct {
		StorageSize    float64 `bson:"storageSize"`
		IndexSize      float64 `bson:"indexSize"`
		TotalIndexSize float64 `bson:"totalIndexSize"` // of a collection
	}
	if err := db.RunCommand(ctx, command).Decode(&stats); err != nil {
		return 0, fmt.Errorf("read the size of the database: %w", err)
	}
	return int64(stats.StorageSize + stats.IndexSize + stats.TotalIndexSize), nil
}
