package mongo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// chunkSize is the maximum number of bytes of a blob in one MongoDB document: half of
// MongoDB's limit of 16 MiB.
const chunkSize = 8 << 20

// blob is a field that holds bytes: inline up to chunkSize, otherwise in chunks. The key of
// a chunk is derived from the checksum of the blob's owner and its bytes. Chunks are written
// before the record that refers to them and are never rewritten, so a stale writer cannot
// corrupt them.
type blob struct {
	Data   []byte `json:"data"`
	Sum    string `json:"sum,omitempty"`
	Chunks int    `json:"chunks,omitempty"`
}

// chunk is one part of a large blob.
type chunk struct {
	Key  string `json:"_id"`
	Data []byte `json:"data"`
}

// chunkKey returns the key of chunk i of the blob with a checksum.
func chunkKey(sum string, i int) string { return fmt.Sprintf("%s/%d", sum, i) }

// ownedSumPrefix marks checksums that include the owner. Chunks of older checksums may be
// shared by several records.
const ownedSumPrefix = "own-"

// putBlob returns data as a blob. If data exceeds chunkSize, it writes the chunks. owner is the
// record to which the chunks belong.
func (s *database) putBlob(ctx context.Context, owner string, data []byte) (blob, error) {
	if len(data) <= chunkSize {
		return blob{Data: data}, nil
	}
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\n", owner)
	_, _ = sum.Write(data)
	b := blob{Data: []byte{}, Sum: ownedSumPrefix + hex.EncodeToString(sum.Sum(nil))}
	for ; len(data) > 0; b.Chunks++ {
		c := chunk{chunkKey(b.Sum, b.Chunks), data[:min(chunkSize, len(data))]}
		err := s.retry(ctx, "put chunk "+c.Key, func(ctx context.Context) error {
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

// getBlob returns the bytes of a blob.
func (s *database) getBlob(ctx context.Context, b blob) ([]byte, error) {
	data := b.Data
	for i := range b.Chunks {
		var c chunk
		if err := s.findOne(ctx, "get chunk "+chunkKey(b.Sum, i), chunkCollection, bson.D{{Key: "_id", Value: chunkKey(b.Sum, i)}}, &c); err != nil {
			return nil, err
		}
		data = append(data, c.Data...)
	}
	return data, nil
}

// deleteChunks deletes the chunks of a blob.
func (s *database) deleteChunks(ctx context.Context, b blob) error {
	for i := range b.Chunks {
		err := s.retry(ctx, "delete chunk "+chunkKey(b.Sum, i), func(ctx context.Context) error {
			_, err := s.db.Collection(chunkCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: chunkKey(b.Sum, i)}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteWithBlobs deletes the records that match a filter. It deletes the chunks of a record
// before the record, so that an interrupted deletion can be repeated.
func (s *database) deleteWithBlobs(ctx context.Context, what, collection string, filter bson.D) error {
	chunked := append(append(bson.D{}, filter...), bson.E{Key: "blob.chunks", Value: bson.D{{Key: "$gt", Value: 0}}})
	for {
		type record struct {
			Key  string `json:"_id"`
			Blob blob   `json:"blob"`
		}
		some, _, err := listRecords(ctx, s, what, collection, chunked, bson.D{{Key: "_id", Value: 1}}, store.MaxLimit, func(r record) (string, record) { return r.Key, r })
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		for _, r := range some {
			if strings.HasPrefix(r.Blob.Sum, ownedSumPrefix) {
				if err := s.deleteChunks(ctx, r.Blob); err != nil {
					return err
				}
			}
			err := s.retry(ctx, what, func(ctx context.Context) error {
				_, err := s.db.Collection(collection).DeleteOne(ctx, bson.D{{Key: "_id", Value: r.Key}})
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.retry(ctx, what, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).DeleteMany(ctx, filter)
		return err
	})
}

// checkpoint is the stored form of one part of a checkpoint.
type checkpoint struct {
	Key  string `json:"_id"`
	Blob blob   `json:"blob"`
}

// PutCheckpoint implements store.Runs.
func (s runStore) PutCheckpoint(ctx context.Context, f store.Fence, id string, data []byte) error {
	old, err := s.checkpoint(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	b, err := s.putBlob(ctx, "checkpoint "+id, data)
	if err != nil {
		return fmt.Errorf("put checkpoint %s: %w", id, err)
	}
	if err := s.replaceRecord(ctx, f, "put checkpoint "+id, checkpointCollection, id, checkpoint{id, b}); err != nil {
		return err
	}
	if old.Blob.Sum == b.Sum {
		return nil
	}
	return s.deleteChunks(ctx, old.Blob)
}

// checkpoint reads one part of a checkpoint without the chunks of its blob.
func (s runStore) checkpoint(ctx context.Context, id string) (c checkpoint, err error) {
	return c, s.findOne(ctx, "get checkpoint "+id, checkpointCollection, bson.D{{Key: "_id", Value: id}}, &c)
}

// GetCheckpoint implements store.Runs.
func (s runStore) GetCheckpoint(ctx context.Context, id string) ([]byte, error) {
	c, err := s.checkpoint(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.getBlob(ctx, c.Blob)
}

// DeleteCheckpoints implements store.Runs.
func (s runStore) DeleteCheckpoints(ctx context.Context, f store.Fence, runID string) error {
	what := "delete the checkpoints of run " + runID
	// A pattern with a literal prefix uses the index.
	parts := bson.Regex{Pattern: "^" + regexp.QuoteMeta(runID) + `\+[0-9]+$`}
	ofRun := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{runID, parts}}}}}
	var all []checkpoint
	err := s.retry(ctx, what, func(ctx context.Context) error {
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
		if err := s.deleteChunks(ctx, c.Blob); err != nil {
			return err
		}
	}
	return nil
}
