package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// AppendVersion implements store.Versions.
func (s versionStore) AppendVersion(ctx context.Context, f store.Fence, v store.Version, text string) (out store.Version, created bool, err error) {
	err = s.fenced(ctx, f, "append a version of "+v.DocumentID, func(t *sql.Tx) error {
		newest, prev, err := readText(ctx, t, v.DocumentID, 0)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && newest.ContentHash == v.ContentHash {
			out = newest
			return nil
		}
		next, err := pack.EncodeVersion(v, newest.Number, prev, []byte(text))
		if err != nil {
			return err
		}
		out, created = next.Version, true
		return insertVersion(ctx, t, next)
	})
	return out, created && err == nil, err
}

// insertVersion inserts a version with its text.
func insertVersion(ctx context.Context, t *sql.Tx, v pack.PackedVersion) error {
	b, err := json.Marshal(v.Version)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO versions(doc,n,hash,fetched,full,v,blob) VALUES(?,?,?,?,?,?,?)`,
		v.DocumentID, v.Number, v.ContentHash, v.FetchedAt.UnixNano(), v.Keyframe, string(b), v.Blob)
	return err
}

// ListVersions implements store.Versions.
func (s versionStore) ListVersions(ctx context.Context, id string, opts store.ListOptions) ([]store.Version, string, error) {
	items, next, err := listRecords[store.Version](ctx, s.read, opts, `SELECT n, v FROM versions WHERE doc=?1 AND (?2='' OR n<CAST(?2 AS INTEGER)) ORDER BY n DESC LIMIT ?3`, id)
	if err != nil {
		return nil, "", fmt.Errorf("list versions of %s: %w", id, err)
	}
	return items, next, nil
}

// VersionText implements store.Versions.
func (s versionStore) VersionText(ctx context.Context, id string, n int) (store.Version, string, error) {
	v, b, err := readText(ctx, s.read, id, n)
	if err != nil {
		return v, "", fmt.Errorf("read version %d of %s: %w", n, id, err)
	}
	return v, string(b), nil
}

// VersionAt implements store.Versions.
func (s versionStore) VersionAt(ctx context.Context, id string, at time.Time) (v store.Version, err error) {
	return v, s.getRecord(ctx, "version of "+id+" at "+at.Format(time.RFC3339), &v, `SELECT v FROM versions WHERE doc=? AND fetched<=? ORDER BY n DESC LIMIT 1`, id, at.UnixNano())
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// readText returns version n (0 means the newest) and its text. It decodes the chain of
// deltas from the last keyframe at or before n.
func readText(ctx context.Context, q querier, id string, n int) (v store.Version, text []byte, err error) {
	rows, err := q.QueryContext(ctx, `SELECT v, blob FROM versions WHERE doc=?1 AND n<=iif(?2=0,(SELECT max(n) FROM versions WHERE doc=?1),?2)
		AND n>=(SELECT max(n) FROM versions WHERE doc=?1 AND full=1 AND n<=iif(?2=0,(SELECT max(n) FROM versions WHERE doc=?1),?2)) ORDER BY n`, id, n)
	if err != nil {
		return v, nil, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		var meta, blob []byte
		if err := rows.Scan(&meta, &blob); err != nil {
			return v, nil, err
		}
		v = store.Version{}
		if err := json.Unmarshal(meta, &v); err != nil {
			return v, nil, err
		}
		prev := text
		if v.Keyframe {
			prev = nil
		}
		if text, err = pack.Decode(prev, blob); err != nil {
			return v, nil, err
		}
		found = true
	}
	if err := rows.Err(); err != nil {
		return v, nil, err
	}
	if !found || n > 0 && v.Number != n {
		return store.Version{}, nil, store.ErrNotFound
	}
	return v, text, nil
}
