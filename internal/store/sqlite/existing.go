package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clausea/crawler/internal/store"
)

// OpenExisting opens the store in the folder dir as it is: it creates no store, applies no
// migration and changes no lease. It returns store.ErrNotFound if the folder contains no store.
// Pending reports whether this program can read it.
func OpenExisting(ctx context.Context, dir string) (*Store, error) {
	exists, err := Exists(dir)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, fmt.Errorf("open the embedded store in %s: %w", dir, store.ErrNotFound)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := newStore(lock)
	if err := s.connect(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open the embedded store in %s: %w", dir, err), s.Close(ctx))
	}
	return s, nil
}

// connect opens the connections to the database in the folder dir. Only the owner of the process
// can read the database, because it contains the secrets of webhooks.
func (s *Store) connect(dir string) (err error) {
	if err := restrictFiles(dir); err != nil {
		return err
	}
	dsn := "file:" + uriPathEscaper.Replace(filepath.Join(dir, fileName)) + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_txlock=immediate"
	if s.write, err = openPrepared(dsn); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = openPrepared(dsn); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	return nil
}

// Pending returns the names of the migrations that Migrate would apply, in order, and the
// number of applied ones. It writes nothing. It returns an error if the schema is newer than
// this program, or if a restore has not ended.
func (s *Store) Pending(ctx context.Context) (pending []string, applied int, err error) {
	return s.pending(ctx)
}

// pending implements Store.Pending.
func (s *database) pending(ctx context.Context) (pending []string, applied int, err error) {
	if err := s.read.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&applied); err != nil {
		return nil, 0, fmt.Errorf("read the schema version of the embedded store: %w", err)
	}
	if err := checkVersion(applied); err != nil {
		return nil, applied, fmt.Errorf("read the embedded store: %w", err)
	}
	if applied > 0 {
		if err := s.checkRestored(ctx, s.read); err != nil {
			return nil, applied, err
		}
	}
	for n := applied; n < len(migrations); n++ {
		pending = append(pending, migrationName(n))
	}
	return pending, applied, nil
}

// restrictFiles creates the database file in the folder dir if it does not exist, and gives it
// and the files that SQLite keeps next to it mode 0600. SQLite creates those files with the mode
// of the database file. An existing file is not opened here: closing it would release the locks
// of other connections of this process (https://sqlite.org/howtocorrupt.html, section 2.2).
func restrictFiles(dir string) error {
	name := filepath.Join(dir, fileName)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, fileMode)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		// A process with access through the group of a file that another user owns cannot change
		// its mode.
		if err := restrictFile(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// restrictFile gives a file mode 0600 if others than its owner have access.
func restrictFile(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm()&^fileMode == 0 {
		return err
	}
	return os.Chmod(name, fileMode)
}
