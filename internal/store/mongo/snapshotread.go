package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// snapshotTooOld is the error code of a read at a time that the server no longer keeps
// (SnapshotTooOld; minSnapshotHistoryWindowInSeconds is 300 by default).
const snapshotTooOld = 239

// snapshotRead reads all records as they were at the time of its first read. Once the server no
// longer keeps that time, it reads the current records. It is not safe for concurrent use.
type snapshotRead struct {
	s *database
	// session is nil once the server does not keep the time, or if it is not replicated.
	session *mongo.Session
	// lastRun is the greatest ID of the runs that dumpRuns passed.
	lastRun string
}

// newSnapshotRead returns a snapshotRead. The caller must end it.
func (s *database) newSnapshotRead() (*snapshotRead, error) {
	r := &snapshotRead{s: s}
	if s.replicated {
		var err error
		if r.session, err = s.client.StartSession(options.Session().SetSnapshot(true)); err != nil {
			return nil, fmt.Errorf("start a session: %w", err)
		}
	}
	return r, nil
}

// end releases the session.
func (r *snapshotRead) end(ctx context.Context) {
	if r.session != nil {
		r.session.EndSession(context.WithoutCancel(ctx))
		r.session = nil
	}
}

// isCurrent reports whether r reads the current records instead of those of one time, although
// the server can read at one time.
func (r *snapshotRead) isCurrent() bool { return r.session == nil && r.s.replicated }

// read runs do, which must be repeatable, with retries.
func (r *snapshotRead) read(ctx context.Context, what string, do func(context.Context) error) error {
	if r.session != nil {
		err := r.s.retry(mongo.NewSessionContext(ctx, r.session), what, do)
		var server mongo.ServerError
		if !errors.As(err, &server) || !server.HasErrorCode(snapshotTooOld) {
			return err
		}
		r.end(ctx)
	}
	return r.s.retry(ctx, what, do)
}

// getBlob returns the bytes of a blob.
func (r *snapshotRead) getBlob(ctx context.Context, b blob) (data []byte, err error) {
	if b.Chunks == 0 {
		return b.Data, nil
	}
	// Chunks are never rewritten, so one time is as good as another.
	return r.s.getBlob(ctx, b)
}

// findSnapshots returns the blobs of the snapshots with the given keys that exist.
func (r *snapshotRead) findSnapshots(ctx context.Context, keys []string) (map[string][]byte, error) {
	rows, err := readAll[snapshot](ctx, r, snapshotCollection, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}, options.Find())
	if err != nil {
		return nil, err
	}
	found := make(map[string][]byte, len(rows))
	for _, row := range rows {
		if found[row.Key], err = r.getBlob(ctx, row.Blob); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// getSnapshot returns the blob of a snapshot, or store.ErrNotFound.
func (r *snapshotRead) getSnapshot(ctx context.Context, key string) ([]byte, error) {
	found, err := r.findSnapshots(ctx, []string{key})
	if err != nil {
		return nil, err
	}
	data, ok := found[key]
	if !ok {
		return nil, fmt.Errorf("get snapshot %s: %w", key, store.ErrNotFound)
	}
	return data, nil
}
