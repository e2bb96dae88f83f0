package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// PutSnapshot implements store.Snapshots.
func (s snapshotStore) PutSnapshot(ctx context.Context, f store.Fence, company string, body []byte, baseHash string) (string, error) {
	hash, blob, err := pack.EncodeCompanySnapshot(company, body, baseHash, s.snapshotReader(ctx))
	if err != nil {
		return "", fmt.Errorf("put snapshot %s: %w", hash, err)
	}
	return hash, s.fenced(ctx, f, "put snapshot "+hash, func(t *sql.Tx) error {
		return insertSnapshot(ctx, t, store.SnapshotKey(company, hash), blob)
	})
}

// insertSnapshot inserts a compressed snapshot, if it is not stored already.
func insertSnapshot(ctx context.Context, t *sql.Tx, key string, blob []byte) error {
	_, err := t.ExecContext(ctx, `INSERT INTO snapshots(hash,blob) VALUES(?,?) ON CONFLICT(hash) DO NOTHING`, key, blob)
	return err
}

// GetSnapshot implements store.Snapshots.
func (s snapshotStore) GetSnapshot(ctx context.Context, company, hash string) ([]byte, error) {
	return pack.DecodeCompanySnapshot(company, hash, s.snapshotReader(ctx))
}

// snapshotReader returns a function that reads the blob of a snapshot key.
func (s snapshotStore) snapshotReader(ctx context.Context) func(key string) ([]byte, error) {
	return func(key string) (blob []byte, err error) {
		row := s.read.QueryRowContext(ctx, `SELECT blob FROM snapshots WHERE hash=?`, key)
		return blob, wrapNotFound(row.Scan(&blob), "get snapshot "+key)
	}
}
