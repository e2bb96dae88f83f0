package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// snapshot is the stored form of a snapshot.
type snapshot struct {
	Key  string `json:"_id"`
	Blob blob   `json:"blob"`
}

// PutSnapshot implements store.Snapshots.
func (s snapshotStore) PutSnapshot(ctx context.Context, f store.Fence, company string, body []byte, baseHash string) (string, error) {
	hash, packed, err := pack.EncodeCompanySnapshot(company, body, baseHash, s.snapshotReader(ctx))
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	key := store.SnapshotKey(company, hash)
	b, err := s.putBlob(ctx, "snapshot "+key, packed)
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	return hash, s.fenced(ctx, f, "put snapshot "+hash, func(ctx context.Context) error {
		return s.insertSnapshot(ctx, snapshot{key, b})
	})
}

// insertSnapshot inserts a snapshot, if it is not stored already.
func (s *database) insertSnapshot(ctx context.Context, n snapshot) error {
	_, err := s.db.Collection(snapshotCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: n.Key}},
		bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "blob", Value: n.Blob}}}}, options.UpdateOne().SetUpsert(true))
	return err
}

// GetSnapshot implements store.Snapshots.
func (s snapshotStore) GetSnapshot(ctx context.Context, company, hash string) ([]byte, error) {
	return pack.DecodeCompanySnapshot(company, hash, s.snapshotReader(ctx))
}

// snapshotReader returns a function that reads the blob of a snapshot key.
func (s snapshotStore) snapshotReader(ctx context.Context) func(key string) ([]byte, error) {
	return func(key string) ([]byte, error) {
		var r snapshot
		if err := s.findOne(ctx, "get snapshot "+key, snapshotCollection, bson.D{{Key: "_id", Value: key}}, &r); err != nil {
			return nil, err
		}
		return s.getBlob(ctx, r.Blob)
	}
}

// deleteSnapshots deletes all snapshots of a company.
func (s snapshotStore) deleteSnapshots(ctx context.Context, company string) error {
	ofCompany := bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: company + "#"}, {Key: "$lt", Value: company + "$"}}}}
	return s.deleteWithBlobs(ctx, "delete the snapshots of "+company, snapshotCollection, ofCompany)
}
