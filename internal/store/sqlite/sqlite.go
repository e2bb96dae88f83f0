// Package sqlite implements the embedded store: one SQLite file in a data folder, for
// evaluation, a laptop or one small server. One process owns a folder at a time.
package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/clausea/crawler/internal/filelock"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// Store is a store.Store in one SQLite file. Each family of records is implemented by a type
// of its own.
type Store struct {
	*database
	objectStore
	leaseStore
	runStore
	runEventStore
	pageStore
	documentStore
	versionStore
	snapshotStore
	companyStore
	searchStore
	correctionStore
	changeStore
	reviewStore
	webhookStore
	deliveryStore
	apiKeyStore
	sessionStore
	auditStore
	idempotencyStore

	lock *os.File // nil if the store was opened by OpenReader
	// applied holds the names of the migrations that Open applied.
	applied []string
}

// The families of records. They share one database.
type (
	objectStore   struct{ *database }
	leaseStore    struct{ *database }
	runStore      struct{ *database }
	runEventStore struct{ *database }
	pageStore     struct{ *database }
	documentStore struct{ *database }
	versionStore  struct{ *database }
	snapshotStore struct{ *database }
	changeStore   struct{ *database }
)

// database is the SQLite file. Writes are serialized over one connection; reads use separate
// connections.
type database struct {
	write *sql.DB
	read  *sql.DB

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change of an object
	closed  bool

	changeFeed feed.Notifier // one topic
	runEvents  feed.Notifier // by run
}

// newStore returns a store over a database that is not open yet.
func newStore(lock *os.File) *Store {
	db := &database{changed: make(chan struct{})}
	return &Store{
		database: db, objectStore: objectStore{db}, leaseStore: leaseStore{db}, runStore: runStore{db}, runEventStore: runEventStore{db}, pageStore: pageStore{db},
		documentStore: documentStore{db}, versionStore: versionStore{db}, snapshotStore: snapshotStore{db},
		companyStore: companyStore{db}, searchStore: searchStore{db}, correctionStore: correctionStore{db}, changeStore: changeStore{db}, lock: lock,
		reviewStore: reviewStore{db}, webhookStore: webhookStore{db}, deliveryStore: deliveryStore{db}, apiKeyStore: apiKeyStore{db},
		sessionStore: sessionStore{db}, auditStore: auditStore{db}, idempotencyStore: idempotencyStore{db},
	}
}

var _ store.Store = (*Store)(nil)

// fileName is the name of the database file in the data folder.
const fileName = "clausea.db"

// fileMode is the mode of the database file: it contains secrets.
const fileMode fs.FileMode = 0o600

// Exists reports whether the folder dir contains a store. It does not create one.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, fileName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("check for the embedded store in %s: %w", dir, err)
	}
	return true, nil
}

// uriPathEscaper escapes the characters of a path that have a special meaning in SQLite
// URIs (https://sqlite.org/uri.html, section 3.1).
var uriPathEscaper = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// Open opens the store in the folder dir, or creates it. It fails if another process owns
// the folder, with an error that names the process.
func Open(ctx context.Context, dir string) (*Store, error) {
	return open(ctx, dir, (*Store).Migrate)
}

// OpenToRestore is like Open, but also opens a store whose restore has not ended. Only
// BeginRestore and Close may be called.
func OpenToRestore(ctx context.Context, dir string) (*Store, error) {
	return open(ctx, dir, (*Store).migrate)
}

func open(ctx context.Context, dir string, migrate func(*Store, context.Context) ([]string, error)) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the embedded store: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := newStore(lock)
	if err = s.connect(dir); err == nil {
		if s.applied, err = migrate(s, ctx); err == nil {
			// This process holds the folder lock, so the holders of all leases have ended,
			// at an unknown time. Let the leases expire now.
			now := time.Now().UnixNano()
			_, err = s.write.ExecContext(ctx, `UPDATE leases SET expires=? WHERE expires>?`, now, now)
		}
	}
	if err != nil {
		_ = s.Close(ctx)
		return nil, fmt.Errorf("open the embedded store in %s: %w", dir, err)
	}
	return s, nil
}

// Applied returns the names of the migrations that Open applied.
func (s *Store) Applied() []string { return s.applied }

// lockFolder locks the lock file of the folder and writes the ID of this process to it.
func lockFolder(dir string) (*os.File, error) {
	name := filepath.Join(dir, "lock")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the embedded store: %w", err)
	}
	if err := filelock.TryLock(f); err != nil {
		pid := make([]byte, 32)
		n, _ := f.Read(pid)
		_ = f.Close()
		return nil, fmt.Errorf("the data folder %s belongs to process %s: stop it, choose another folder with CLAUSEA_DATA_DIR, or set MONGO_URI for several processes", dir, pid[:n])
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return f, nil
}

// Close implements store.Store. It needs no timeout, because it waits only for the disk to
// write the log. sql.DB.Close closes idle connections at once, and the others when their
// calls end.
func (s *Store) Close(context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.changed)
	}
	s.mu.Unlock()
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	s.changeFeed.NotifyAll() // watches read and fail
	s.runEvents.NotifyAll()  // watches read and fail
	if s.lock != nil {
		_ = filelock.Unlock(s.lock) // closing the file is not enough
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	now := time.Now().UnixNano()
	if _, err := s.write.ExecContext(ctx, `INSERT INTO meta(k,v) VALUES('ping',?) ON CONFLICT(k) DO UPDATE SET v=excluded.v`, now); err != nil {
		return fmt.Errorf("ping the embedded store: write: %w", err)
	}
	var got int64
	if err := s.read.QueryRowContext(ctx, `SELECT v FROM meta WHERE k='ping'`).Scan(&got); err != nil {
		return fmt.Errorf("ping the embedded store: read: %w", err)
	}
	return nil
}

// Size implements store.Store.
func (s *Store) Size(ctx context.Context) (out store.Size, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT p.page_count * z.page_size FROM pragma_page_count AS p, pragma_page_size AS z`).Scan(&out.Bytes)
	if err != nil {
		return out, fmt.Errorf("measure the embedded store: %w", err)
	}
	return out, nil
}

// inTransaction runs f in a write transaction. what describes the operation in errors.
func (s *database) inTransaction(ctx context.Context, what string, f func(*sql.Tx) error) error {
	t, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := f(t); err != nil {
		_ = t.Rollback()
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// fenced runs do in a write transaction if the fence's epoch is the epoch of its lease.
func (s *database) fenced(ctx context.Context, f store.Fence, what string, do func(*sql.Tx) error) error {
	return s.inTransaction(ctx, what, func(t *sql.Tx) error {
		if f.LeaseName != "" {
			var epoch int64
			err := t.QueryRowContext(ctx, `SELECT epoch FROM leases WHERE name=?`, f.LeaseName).Scan(&epoch)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if epoch != f.Epoch {
				return fmt.Errorf("lease %s, epoch %d: %w", f.LeaseName, f.Epoch, store.ErrFenced)
			}
		}
		return do(t)
	})
}

// wrapNotFound adds what to err, and replaces sql.ErrNoRows with store.ErrNotFound. It returns
// nil if err is nil.
func wrapNotFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, store.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// listRecords returns one page of records. The query selects a key and a JSON value. Its last two
// parameters are the key after which the page starts, and the limit.
func listRecords[T any](ctx context.Context, db *sql.DB, opts store.ListOptions, query string, args ...any) (items []T, next string, err error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", err
	}
	return readPage[T](ctx, db, limit, query, append(args, after, limit+1)...)
}

// readPage returns at most limit records. The query selects the key and the JSON of at most
// limit+1 records.
func readPage[T any](ctx context.Context, db *sql.DB, limit int, query string, args ...any) (items []T, next string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		var key string
		var b []byte
		if err := rows.Scan(&key, &b); err != nil {
			return nil, "", err
		}
		if len(items) == limit {
			return items, store.EncodeContinue(last), nil
		}
		var v T
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, "", fmt.Errorf("decode record %q: %w", key, err)
		}
		items, last = append(items, v), key
	}
	return items, "", rows.Err()
}
