package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/clausea/crawler/internal/store"
)

// watch follows the change log. Transactions commit one at a time, so the order of the log is
// the order of the commits. Reading from the last version therefore misses no change.
type watch struct {
	events chan store.ObjectEvent
	cancel context.CancelFunc
	mu     sync.Mutex
	err    error
}

func (w *watch) Events() <-chan store.ObjectEvent { return w.events }
func (w *watch) Stop()                            { w.cancel() }

func (w *watch) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// WatchObjects implements store.Objects.
func (s objectStore) WatchObjects(ctx context.Context, kind, version string) (store.Watch, error) {
	from, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("watch %s from version %q: the version is not a number: %w", kind, version, store.ErrExpired)
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{events: make(chan store.ObjectEvent), cancel: cancel}
	go func() {
		defer cancel()
		defer close(w.events)
		err := s.follow(ctx, kind, from, w.events)
		if ctx.Err() != nil {
			err = nil
		}
		w.mu.Lock()
		w.err = err
		w.mu.Unlock()
	}()
	return w, nil
}

// errClosed is the error of a watch when the store is closed.
var errClosed = errors.New("the store is closed")

// follow sends the changes after version from until ctx ends or it fails.
func (s objectStore) follow(ctx context.Context, kind string, from int64, to chan<- store.ObjectEvent) error {
	for {
		s.mu.Lock()
		changed, closed := s.changed, s.closed
		s.mu.Unlock()
		if closed {
			return errClosed
		}
		n, err := s.sendChanges(ctx, kind, &from, to)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sendChanges sends the next batch of changes after from and returns the number of log
// entries that it read.
func (s objectStore) sendChanges(ctx context.Context, kind string, from *int64, to chan<- store.ObjectEvent) (int, error) {
	var oldest, newest int64
	// Two subqueries: SQLite looks up a single min or max in the index, but scans the whole
	// table for both at once.
	if err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT min(rv) FROM changes),0), coalesce((SELECT max(rv) FROM changes),0)`).Scan(&oldest, &newest); err != nil {
		return 0, fmt.Errorf("watch %s: %w", kind, err)
	}
	if oldest > *from+1 || *from > newest {
		return 0, fmt.Errorf("watch %s from version %d: %w", kind, *from, store.ErrExpired)
	}
	batch, n, err := s.readChanges(ctx, kind, from)
	if err != nil {
		return 0, fmt.Errorf("watch %s: %w", kind, err)
	}
	for _, e := range batch {
		select {
		case to <- e:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return n, nil
}

// readChanges returns the next events of a kind and advances from. n is the number of events of
// all kinds. readChanges sends nothing, so that a slow watcher does not keep a read transaction
// open.
func (s objectStore) readChanges(ctx context.Context, kind string, from *int64) (batch []store.ObjectEvent, n int, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT rv, type, kind, ns, name, rv, uid, labels, json FROM changes WHERE rv>? ORDER BY rv LIMIT 500`, *from)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var e store.ObjectEvent
		var rv int64
		o, err := scanObject(prefixedScanner{rows, []any{&rv, &e.Type}})
		if err != nil {
			return nil, 0, err
		}
		n++
		*from = rv
		if o.Kind == kind {
			e.Object = o
			batch = append(batch, e)
		}
	}
	return batch, n, rows.Err()
}

// prefixedScanner scans additional columns before those of an object.
type prefixedScanner struct {
	r     scanner
	first []any
}

func (p prefixedScanner) Scan(dest ...any) error {
	return p.r.Scan(append(append([]any(nil), p.first...), dest...)...)
}
