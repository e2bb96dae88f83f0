package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/clausea/crawler/internal/store"
)

// changeLogSize is the number of changes in the log that watches read. It was chosen by hand.
// Watching from an older version returns ErrExpired, and the watcher must list again.
const changeLogSize = 10_000

// objectKey is a store.ObjectKey with a description for errors.
type objectKey store.ObjectKey

// describe returns the description of an operation on the object.
func (k objectKey) describe(verb string) string {
	return fmt.Sprintf("%s %s %s/%s", verb, k.Kind, k.Namespace, k.Name)
}

// GetObject implements store.Objects.
func (s objectStore) GetObject(ctx context.Context, key store.ObjectKey) (store.Object, error) {
	o, err := scanObject(s.read.QueryRowContext(ctx, `SELECT kind,ns,name,rv,uid,labels,json FROM objects WHERE kind=? AND ns=? AND name=?`, key.Kind, key.Namespace, key.Name))
	return o, wrapNotFound(err, objectKey(key).describe("get"))
}

// scanner is one row of a query.
type scanner interface{ Scan(...any) error }

func scanObject(r scanner) (o store.Object, err error) {
	var rv int64
	var labels string
	if err := r.Scan(&o.Kind, &o.Namespace, &o.Name, &rv, &o.UID, &labels, &o.JSON); err != nil {
		return o, err
	}
	o.ResourceVersion = strconv.FormatInt(rv, 10)
	return o, json.Unmarshal([]byte(labels), &o.Labels)
}

// CreateObject implements store.Objects.
func (s objectStore) CreateObject(ctx context.Context, o store.Object) (store.Object, error) {
	if o.UID == "" {
		o.UID = rand.Text()
	}
	err := s.inTransaction(ctx, objectKey(o.ObjectKey).describe("create"), func(t *sql.Tx) error {
		var n int
		if err := t.QueryRowContext(ctx, `SELECT count(*) FROM objects WHERE kind=? AND ns=? AND name=?`, o.Kind, o.Namespace, o.Name).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return store.ErrExists
		}
		return s.writeObject(ctx, t, store.EventAdded, &o)
	})
	s.wakeWatches(err)
	return o, err
}

// UpdateObject implements store.Objects.
func (s objectStore) UpdateObject(ctx context.Context, o store.Object) (store.Object, error) {
	err := s.inTransaction(ctx, objectKey(o.ObjectKey).describe("update"), func(t *sql.Tx) error {
		old, err := getObject(ctx, t, o.ObjectKey)
		if err != nil {
			return err
		}
		if old.ResourceVersion != o.ResourceVersion {
			return fmt.Errorf("resource version %s is outdated, the current one is %s: %w", o.ResourceVersion, old.ResourceVersion, store.ErrConflict)
		}
		o.UID = old.UID
		return s.writeObject(ctx, t, store.EventModified, &o)
	})
	s.wakeWatches(err)
	return o, err
}

// DeleteObject implements store.Objects.
func (s objectStore) DeleteObject(ctx context.Context, key store.ObjectKey, resourceVersion string) error {
	err := s.inTransaction(ctx, objectKey(key).describe("delete"), func(t *sql.Tx) error {
		old, err := getObject(ctx, t, key)
		if err != nil {
			return err
		}
		if resourceVersion != "" && old.ResourceVersion != resourceVersion {
			return fmt.Errorf("resource version %s is outdated, the current one is %s: %w", resourceVersion, old.ResourceVersion, store.ErrConflict)
		}
		return s.writeObject(ctx, t, store.EventDeleted, &old)
	})
	s.wakeWatches(err)
	return err
}

func getObject(ctx context.Context, t *sql.Tx, key store.ObjectKey) (store.Object, error) {
	o, err := scanObject(t.QueryRowContext(ctx, `SELECT kind,ns,name,rv,uid,labels,json FROM objects WHERE kind=? AND ns=? AND name=?`, key.Kind, key.Namespace, key.Name))
	if errors.Is(err, sql.ErrNoRows) {
		return o, store.ErrNotFound
	}
	return o, err
}

// writeObject writes the object and an entry of the change log under a new resource version,
// which it stores in o.
func (s objectStore) writeObject(ctx context.Context, t *sql.Tx, typ store.EventType, o *store.Object) error {
	var rv int64
	if err := t.QueryRowContext(ctx, `INSERT INTO meta(k,v) VALUES('rv',1) ON CONFLICT(k) DO UPDATE SET v=v+1 RETURNING v`).Scan(&rv); err != nil {
		return err
	}
	o.ResourceVersion = strconv.FormatInt(rv, 10)
	labels, err := json.Marshal(o.Labels)
	if err != nil {
		return err
	}
	if typ == store.EventDeleted {
		_, err = t.ExecContext(ctx, `DELETE FROM objects WHERE kind=? AND ns=? AND name=?`, o.Kind, o.Namespace, o.Name)
	} else {
		_, err = t.ExecContext(ctx, `INSERT OR REPLACE INTO objects(kind,ns,name,rv,uid,labels,json) VALUES(?,?,?,?,?,?,?)`, o.Kind, o.Namespace, o.Name, rv, o.UID, string(labels), string(o.JSON))
	}
	if err != nil {
		return err
	}
	if _, err = t.ExecContext(ctx, `INSERT INTO changes(rv,type,kind,ns,name,uid,labels,json) VALUES(?,?,?,?,?,?,?,?)`, rv, string(typ), o.Kind, o.Namespace, o.Name, o.UID, string(labels), string(o.JSON)); err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `DELETE FROM changes WHERE rv<=?`, rv-changeLogSize)
	return err
}

// ListObjects implements store.Objects.
func (s objectStore) ListObjects(ctx context.Context, kind, namespace string, opts store.ListOptions) (items []store.Object, next, version string, err error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", "", fmt.Errorf("list %s: %w", kind, err)
	}
	var rv int64
	// Read the version first: a change between the two reads is then delivered twice, not
	// missed.
	if err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT v FROM meta WHERE k='rv'),0)`).Scan(&rv); err != nil {
		return nil, "", "", fmt.Errorf("list %s: %w", kind, err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT kind,ns,name,rv,uid,labels,json FROM objects WHERE kind=?1 AND (?2='' OR ns=?2) AND ns||'/'||name>?3 ORDER BY ns||'/'||name LIMIT ?4`, kind, namespace, after, limit+1)
	if err != nil {
		return nil, "", "", fmt.Errorf("list %s: %w", kind, err)
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanObject(rows)
		if err != nil {
			return nil, "", "", fmt.Errorf("list %s: %w", kind, err)
		}
		if len(items) == limit {
			l := items[len(items)-1]
			return items, store.EncodeContinue(l.Namespace + "/" + l.Name), strconv.FormatInt(rv, 10), nil
		}
		items = append(items, o)
	}
	return items, "", strconv.FormatInt(rv, 10), rows.Err()
}

// wakeWatches wakes the watches after a commit, if err is nil.
func (s *database) wakeWatches(err error) {
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}
