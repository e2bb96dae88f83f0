package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// PutSnapshot implements store.Snapshots.
func (s *Store) PutSnapshot(ctx context.Context, f store.Fence, company string, body []byte, like string) (string, error) {
	hash, blob, err := pack.AddSnapshot(body, like, func(hash string) ([]byte, int, error) {
		// Never against a shared one: what a company has needs nothing but its own.
		b, depth, err := s.snapshot(ctx, hash, func(hash string) string { return store.SnapshotKey(company, hash) })
		if errors.Is(err, store.ErrNotFound) {
			return nil, 0, nil
		}
		return b, depth, err
	})
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	return hash, s.fenced(ctx, f, "put snapshot "+hash, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO snapshots(hash,blob) VALUES(?,?) ON CONFLICT(hash) DO NOTHING`, store.SnapshotKey(company, hash), blob)
		return err
	})
}

// GetSnapshot implements store.Snapshots.
func (s *Store) GetSnapshot(ctx context.Context, company, hash string) ([]byte, error) {
	body, _, err := s.snapshot(ctx, hash, func(hash string) string { return store.SnapshotKey(company, hash) })
	if errors.Is(err, store.ErrNotFound) { // companies shared them at first, and they had their bare hashes
		body, _, err = s.snapshot(ctx, hash, func(hash string) string { return hash })
	}
	return body, err
}

// snapshot reads one and those that it needs, each where key says that it lies.
func (s *Store) snapshot(ctx context.Context, hash string, key func(hash string) string) (body []byte, depth int, err error) {
	return pack.Snapshot(hash, func(hash string) (blob []byte, err error) {
		row := s.read.QueryRowContext(ctx, `SELECT blob FROM snapshots WHERE hash=?`, key(hash))
		return blob, none(row.Scan(&blob), "get snapshot "+hash)
	})
}
