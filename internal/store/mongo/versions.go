package mongo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// version is the stored form of a version.
type version struct {
	Key           string `json:"_id"`
	store.Version `json:",inline"`
	Blob          blob `json:"blob"`
}

// AppendVersion implements store.Versions. The insert claims the version number: if another
// writer inserted that number first, AppendVersion reads the newest version again.
func (s versionStore) AppendVersion(ctx context.Context, f store.Fence, v store.Version, text string) (store.Version, bool, error) {
	what := "append a version of " + v.DocumentID
	tried := false
	for {
		newest, prev, err := s.readText(ctx, v.DocumentID, 0)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.Version{}, false, fmt.Errorf("%s: %w", what, err)
		}
		if err == nil && newest.ContentHash == v.ContentHash {
			return newest, false, nil
		}
		packed, err := pack.EncodeVersion(v, newest.Number, prev, []byte(text))
		if err != nil {
			return store.Version{}, false, fmt.Errorf("%s: %w", what, err)
		}
		v = packed.Version
		row, err := s.versionOf(ctx, packed)
		if err != nil {
			return store.Version{}, false, fmt.Errorf("%s: %w", what, err)
		}
		err = s.fenced(ctx, f, what, func(ctx context.Context) error {
			if tried && mongo.SessionFromContext(ctx) != nil {
				// A duplicate key would abort the transaction, so check before inserting.
				if err := s.db.Collection(versionCollection).FindOne(ctx, bson.D{{Key: "_id", Value: row.Key}}).Err(); err == nil {
					return store.ErrExists
				}
			}
			tried = true
			_, err := s.db.Collection(versionCollection).InsertOne(ctx, row)
			return err
		})
		if err == nil {
			return v, true, nil
		}
		if !mongo.IsDuplicateKeyError(err) && !errors.Is(err, store.ErrExists) {
			return store.Version{}, false, err
		}
		// The number belongs to an earlier attempt whose response was lost, or to another
		// writer. In the second case the loop finds the same text as the newest version, or
		// continues with the next number.
		stored, err := s.versionRow(ctx, v.DocumentID, v.Number)
		if err == nil && stored.ContentHash == v.ContentHash && stored.RunID == v.RunID && stored.FetchedAt.UnixMilli() == v.FetchedAt.UnixMilli() {
			return stored.Version, true, nil
		}
		if err := ctx.Err(); err != nil {
			return store.Version{}, false, fmt.Errorf("%s: %w", what, err)
		}
	}
}

// versionOf returns the stored form of a version. It writes the chunks of its text.
func (s *database) versionOf(ctx context.Context, v pack.PackedVersion) (version, error) {
	b, err := s.putBlob(ctx, "version of "+v.DocumentID, v.Blob)
	return version{v.DocumentID + "/" + strconv.Itoa(v.Number), v.Version, b}, err
}

// versionRow reads a version with its blob.
func (s versionStore) versionRow(ctx context.Context, id string, n int) (v version, err error) {
	return v, s.findOne(ctx, fmt.Sprintf("get version %d of %s", n, id), versionCollection, bson.D{{Key: "_id", Value: id + "/" + strconv.Itoa(n)}}, &v)
}

// ListVersions implements store.Versions.
func (s versionStore) ListVersions(ctx context.Context, id string, opts store.ListOptions) ([]store.Version, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list versions of %s: %w", id, err)
	}
	filter := bson.D{{Key: "documentID", Value: id}}
	if after != "" {
		n, err := strconv.Atoi(after)
		if err != nil {
			return nil, "", fmt.Errorf("list versions of %s: %w", id, store.ErrInvalidToken)
		}
		filter = append(filter, bson.E{Key: "number", Value: bson.D{{Key: "$lt", Value: n}}})
	}
	return listRecords(ctx, s.database, "list versions of "+id, versionCollection, filter, bson.D{{Key: "number", Value: -1}}, limit,
		func(r version) (string, store.Version) { return strconv.Itoa(r.Number), r.Version }, "blob")
}

// VersionText implements store.Versions.
func (s versionStore) VersionText(ctx context.Context, id string, n int) (store.Version, string, error) {
	v, b, err := s.readText(ctx, id, n)
	if err != nil {
		return v, "", fmt.Errorf("read version %d of %s: %w", n, id, err)
	}
	return v, string(b), nil
}

// VersionAt implements store.Versions.
func (s versionStore) VersionAt(ctx context.Context, id string, at time.Time) (store.Version, error) {
	var v version
	err := s.retry(ctx, "version of "+id+" at "+at.Format(time.RFC3339), func(ctx context.Context) error {
		return s.db.Collection(versionCollection).FindOne(ctx,
			bson.D{{Key: "documentID", Value: id}, {Key: "fetchedAt", Value: bson.D{{Key: "$lte", Value: at}}}},
			options.FindOne().SetSort(bson.D{{Key: "number", Value: -1}}).SetProjection(bson.D{{Key: "blob", Value: 0}})).Decode(&v)
	})
	return v.Version, err
}

// readText returns version n (0 means the newest) and its text. It decodes the chain of
// deltas from the last keyframe at or before n.
func (s versionStore) readText(ctx context.Context, id string, n int) (store.Version, []byte, error) {
	filter := bson.D{{Key: "documentID", Value: id}}
	if n > 0 {
		filter = append(filter, bson.E{Key: "number", Value: bson.D{{Key: "$lte", Value: n}}})
	}
	var chain []version // newest first
	err := s.retry(ctx, "read versions of "+id, func(ctx context.Context) error {
		chain = nil
		cur, err := s.db.Collection(versionCollection).Find(ctx, filter,
			options.Find().SetSort(bson.D{{Key: "number", Value: -1}}).SetLimit(pack.KeyframeInterval).SetBatchSize(4))
		if err != nil {
			return err
		}
		defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
		for cur.Next(ctx) {
			var v version
			if err := cur.Decode(&v); err != nil {
				return err
			}
			chain = append(chain, v)
			if v.Keyframe {
				break
			}
		}
		return cur.Err()
	})
	if err != nil {
		return store.Version{}, nil, err
	}
	if len(chain) == 0 || n > 0 && chain[0].Number != n {
		return store.Version{}, nil, store.ErrNotFound
	}
	var text []byte
	for i := len(chain) - 1; i >= 0; i-- {
		data, err := s.getBlob(ctx, chain[i].Blob)
		if err != nil {
			return store.Version{}, nil, err
		}
		if text, err = pack.Decode(text, data); err != nil {
			return store.Version{}, nil, fmt.Errorf("version %d: %w", chain[i].Number, err)
		}
	}
	return chain[0].Version, text, nil
}
