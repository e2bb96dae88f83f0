// Package mongodb starts the MongoDB servers of the benchmarks.
package mongodb

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// cacheSize is that of a server with 5 GB: WiredTiger uses half of the memory above 1 GB by default.
const cacheSize = "2G"

// Start starts a replica set of one member in a folder, with the cache of a production server. That of
// a test server holds a tenth of the data of a benchmark.
func Start(ctx context.Context, mongod, dir string) (*replicaset.Set, error) {
	set, err := replicaset.Start(ctx, mongod, dir, 1)
	if err != nil {
		return nil, err
	}
	if err := setCache(ctx, set.URI); err != nil {
		set.Close()
		return nil, err
	}
	return set, nil
}

func setCache(ctx context.Context, uri string) (err error) {
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return fmt.Errorf("connect to MongoDB: %w", err)
	}
	defer func() { err = errors.Join(err, c.Disconnect(context.WithoutCancel(ctx))) }()
	err = c.Database("admin").RunCommand(ctx, bson.D{{Key: "setParameter", Value: 1}, {Key: "wiredTigerEngineRuntimeConfig", Value: "cache_size=" + cacheSize}}).Err()
	if err != nil {
		return fmt.Errorf("set the size of the cache: %w", err)
	}
	return nil
}
