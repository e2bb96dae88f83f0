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

// OpenReadOnly opens the store in the folder dir without locking the folder, and changes nothing.
// It also returns the names of the migrations that the store lacks; if there are any, only Close
// may be called. It returns an error if the schema is newer than this program, and one that wraps
// store.ErrRestoring if a restore of the store has not ended.
func OpenReadOnly(ctx context.Context, dir string) (r *ReadOnly, pending []string, err error) {
	failed := func(err error) error { return fmt.Errorf("open the embedded store in %s for reading: %w", dir, err) }
	read, err := openReadOnly(dir)
	if err != nil {
		return nil, nil, failed(err)
	}
	db := &database{read: read}
	pending, _, err = db.pending(ctx)
	if err != nil {
		_ = read.Close()
		return nil, nil, failed(err)
	}
	return &ReadOnly{db}, pending, nil
}

// openReadOnly returns a read-only connection pool to the database in the folder dir. It connects
// when it is first used.
func openReadOnly(dir string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+uriPathEscaper.Replace(filepath.Join(dir, fileName))+"?mode=ro&_pragma=busy_timeout(10000)")
}

// OpenReader opens the store in the folder dir for a command that only reads, without locking the
// folder: any number of readers and the process that owns the folder can use the store at once.
// Every write fails, including Ping. Watches do not see the changes of other processes. It returns
// store.ErrNotFound if the folder contains no store. Pending reports whether this program can
// read it.
func OpenReader(ctx context.Context, dir string) (*Store, error) {
	exists, err := Exists(dir)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, fmt.Errorf("open the embedded store in %s: %w", dir, store.ErrNotFound)
	}
	s := newStore(nil)
	if s.read, err = openReadOnly(dir); err != nil {
		return nil, fmt.Errorf("open the embedded store in %s for reading: %w", dir, err)
	}
	s.write = s.read
	s.read.SetMaxOpenConns(4)
	if err := s.read.PingContext(ctx); err != nil {
		_ = s.Close(ctx)
		return nil, fmt.Errorf("open the embedded store in %s for reading: %w", dir, err)
	}
	return s, nil
}

// Dump implements store.Dumper.
func (r *ReadOnly) Dump(ctx context.Context, put func(store.ArchiveEntry) error) error {
	return r.db.Dump(ctx, put)
}

// Close closes the connection.
func (r *ReadOnly) Close() error { return r.db.read.Close() }
