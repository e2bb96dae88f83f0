package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	"github.com/clausea/crawler/internal/store"
)

// ReadOnly is a read-only connection to an embedded store. The process that owns the folder can
// write to the store meanwhile.
type ReadOnly struct{ db *database }

var _ store.Dumper = (*ReadOnly)(nil)

// OpenReadOnly opens the store in the folder dir without locking the folder. If the store has an
// older schema, OpenReadOnly migrates it, and fails if another process owns the folder. It
// returns an error that wraps store.ErrRestoring if a restore of the store has not ended.
func OpenReadOnly(ctx context.Context, dir string) (*ReadOnly, error) {
	r, version, err := openReadOnly(ctx, dir)
	if err == nil && version < len(migrations) {
		_ = r.Close()
		var s *Store
		if s, err = Open(ctx, dir); err != nil {
			return nil, fmt.Errorf("migrate the store before it is read: %w", err)
		}
		if err = s.Close(ctx); err == nil {
			r, version, err = openReadOnly(ctx, dir)
		}
	}
	if err == nil && version > len(migrations) {
		err = newerSchemaError(version)
	}
	if err == nil {
		err = r.db.checkRestored(ctx, r.db.read)
	}
	if err != nil {
		if r != nil {
			_ = r.Close()
		}
		return nil, fmt.Errorf("open the embedded store in %s for reading: %w", dir, err)
	}
	return r, nil
}

// openReadOnly returns a connection and the schema version of the store.
func openReadOnly(ctx context.Context, dir string) (r *ReadOnly, version int, err error) {
	read, err := sql.Open("sqlite", "file:"+uriPathEscaper.Replace(filepath.Join(dir, fileName))+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, 0, err
	}
	r = &ReadOnly{&database{read: read}}
	if err := read.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		_ = r.Close()
		return nil, 0, err
	}
	return r, version, nil
}

// Dump implements store.Dumper.
func (r *ReadOnly) Dump(ctx context.Context, put func(store.ArchiveEntry) error) error {
	return r.db.Dump(ctx, put)
}

// Close closes the connection.
func (r *ReadOnly) Close() error { return r.db.read.Close() }
