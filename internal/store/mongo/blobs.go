package mongo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// chunkSize is how much of a blob one document holds, in bytes: half of the 16 MiB
// that MongoDB allows.
const chunkSize = 8 << 20

// blob is a field that holds bytes: here while they are few, else in the chunks
// named by their sum. Chunks are written before what names them and never
// rewritten, so a stale writer can't spoil them.
type blob struct {
	Data   []byte `json:"data"`
	Sum    string `json:"sum,omitempty"`
	Chunks int    `json:"chunks,omitempty"`
}

type chunk struct {
	Key  string `json:"_id"`
	Data []byte `json:"data"`
}

func chunkKey(sum string, i int) string { return fmt.Sprintf("%s/%d", sum, i) }

func (s *Store) putBlob(ctx context.Context, data []byte) (blob, error) {
	if len(data) <= chunkSize {
		return blob{Data: data}, nil
	}
	sum := sha256.Sum256(data)
	b := blob{Data: []byte{}, Sum: hex.EncodeToString(sum[:])}
	for ; len(data) > 0; b.Chunks++ {
		c := chunk{chunkKey(b.Sum, b.Chunks), data[:min(chunkSize, len(data))]}
		err := s.try(ctx, "put chunk "+c.Key, func(ctx context.Context) error {
			_, err := s.db.Collection(chunkCollection).InsertOne(ctx, c)
			if mongo.IsDuplicateKeyError(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return b, err
		}
		data = data[len(c.Data):]
	}
	return b, nil
}

func (s *Store) getBlob(ctx context.Context, b blob) ([]byte, error) {
	data := b.Data
	for i := range b.Chunks {
		var c chunk
		if err := s.one(ctx, "get chunk "+chunkKey(b.Sum, i), chunkCollection, bson.D{{Key: "_id", Value: chunkKey(b.Sum, i)}}, &c); err != nil {
			return nil, err
		}
		data = append(data, c.Data...)
	}
	return data, nil
}

// dropBlob removes a blob's chunks.
func (s *Store) dropBlob(ctx context.Context, b blob) error {
	for i := range b.Chunks {
		err := s.try(ctx, "delete chunk "+chunkKey(b.Sum, i), func(ctx context.Context) error {
			_, err := s.db.Collection(chunkCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: chunkKey(b.Sum, i)}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type checkpoint struct {
	Key  string `json:"_id"`
	Blob blob   `json:"blob"`
}

// PutCheckpoint implements store.Runs.
func (s *Store) PutCheckpoint(ctx context.Context, f store.Fence, id string, data []byte) error {
	old, err := s.checkpoint(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	b, err := s.putBlob(ctx, data)
	if err != nil {
		return fmt.Errorf("put checkpoint %s: %w", id, err)
	}
	if err := s.put(ctx, f, "put checkpoint "+id, checkpointCollection, id, checkpoint{id, b}); err != nil {
		return err
	}
	if old.Blob.Sum == b.Sum {
		return nil
	}
	return s.dropBlob(ctx, old.Blob)
}

func (s *Store) checkpoint(ctx context.Context, id string) (c checkpoint, err error) {
	return c, s.one(ctx, "get checkpoint "+id, checkpointCollection, bson.D{{Key: "_id", Value: id}}, &c)
}

// GetCheckpoint implements store.Runs.
func (s *Store) GetCheckpoint(ctx context.Context, id string) ([]byte, error) {
	c, err := s.checkpoint(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.getBlob(ctx, c.Blob)
}

// DeleteCheckpoints implements store.Runs.
func (s *Store) DeleteCheckpoints(ctx context.Context, f store.Fence, runID string) error {
	what := "delete the checkpoints of " + runID
	// A pattern that begins with plain text is looked up along the index.
	parts := bson.Regex{Pattern: "^" + regexp.QuoteMeta(runID) + `\+[0-9]+$`}
	ofRun := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{runID, parts}}}}}
	var all []checkpoint
	err := s.try(ctx, what, func(ctx context.Context) error {
		all = nil
		cur, err := s.db.Collection(checkpointCollection).Find(ctx, ofRun, options.Find().SetProjection(bson.D{{Key: "blob.data", Value: 0}}))
		if err != nil {
			return err
		}
		return cur.All(ctx, &all)
	})
	if err != nil {
		return err
	}
	err = s.fenced(ctx, f, what, func(ctx context.Context) error {
		_, err := s.db.Collection(checkpointCollection).DeleteMany(ctx, ofRun)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := s.dropBlob(ctx, c.Blob); err != nil {
			return err
		}
	}
	return nil
}

type snapshot struct {
	Key  string `json:"_id"`
	Blob blob   `json:"blob"`
}

// PutSnapshot implements store.Snapshots.
func (s *Store) PutSnapshot(ctx context.Context, f store.Fence, body []byte, like string) (string, error) {
	hash, packed, err := pack.AddSnapshot(body, like, func(hash string) ([]byte, int, error) {
		b, depth, err := s.snapshot(ctx, hash)
		if errors.Is(err, store.ErrNotFound) {
			return nil, 0, nil
		}
		return b, depth, err
	})
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	b, err := s.putBlob(ctx, packed)
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	return hash, s.fenced(ctx, f, "put snapshot "+hash, func(ctx context.Context) error {
		_, err := s.db.Collection(snapshotCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: hash}},
			bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "blob", Value: b}}}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}

// GetSnapshot implements store.Snapshots.
func (s *Store) GetSnapshot(ctx context.Context, hash string) ([]byte, error) {
	body, _, err := s.snapshot(ctx, hash)
	return body, err
}

func (s *Store) snapshot(ctx context.Context, hash string) (body []byte, depth int, err error) {
	return pack.Snapshot(hash, func(hash string) ([]byte, error) {
		var r snapshot
		if err := s.one(ctx, "get snapshot "+hash, snapshotCollection, bson.D{{Key: "_id", Value: hash}}, &r); err != nil {
			return nil, err
		}
		return s.getBlob(ctx, r.Blob)
	})
}
