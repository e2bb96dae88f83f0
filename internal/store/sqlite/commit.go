package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// errPlanOutdated means that another writer appended a version after a commit was planned.
var errPlanOutdated = errors.New("the document has a newer version")

// CommitDocument implements store.DocumentWriter. It compresses texts and snapshots before the
// transaction, because writers wait for each other.
func (s documentStore) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (out store.Committed, err error) {
	if err := c.Validate(); err != nil {
		return store.Committed{}, err
	}
	what := "commit document " + c.Document.URL
	for {
		plan, err := pack.NewPlan(c, s.history(ctx, c.Document.ID))
		if err != nil {
			return store.Committed{}, fmt.Errorf("%s: %w", what, err)
		}
		err = s.fenced(ctx, f, what, func(t *sql.Tx) error {
			out, err = commitDocument(ctx, t, c, plan)
			return err
		})
		if err == nil {
			if len(c.Changes) > 0 {
				s.changeFeed.Notify("")
			}
			return out, nil
		}
		if !errors.Is(err, errPlanOutdated) {
			return store.Committed{}, err
		}
	}
}

// history returns what is stored of a document.
func (s *database) history(ctx context.Context, id string) pack.History {
	return pack.History{
		Newest: func(n int) (versions []store.Version, err error) { return newestVersions(ctx, s.read, id, n) },
		Text: func(n int) ([]byte, error) {
			_, text, err := readText(ctx, s.read, id, n)
			return text, err
		},
		Snapshot: snapshotStore{s}.snapshotReader(ctx),
	}
}

// newestVersions returns at most n versions of a document, newest first.
func newestVersions(ctx context.Context, q querier, id string, n int) (versions []store.Version, err error) {
	rows, err := q.QueryContext(ctx, `SELECT v FROM versions WHERE doc=? ORDER BY n DESC LIMIT ?`, id, n)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		var v store.Version
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	return versions, rows.Err()
}

// commitDocument writes a commit. It returns errPlanOutdated if the plan does not apply.
func commitDocument(ctx context.Context, t *sql.Tx, c store.Commit, plan pack.Plan) (store.Committed, error) {
	d := c.Document
	old, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, d.ID)
	if err != nil {
		return store.Committed{}, err
	}
	if c.Create {
		other, err := documentAtURL(ctx, t, d, old)
		if err != nil {
			return store.Committed{}, err
		}
		if other != nil {
			return committed(ctx, t, *other, false)
		}
	}
	newest, err := newestVersions(ctx, t, d.ID, 1)
	if err != nil {
		return store.Committed{}, err
	}
	if !plan.Applies(append(newest, store.Version{})[0]) {
		return store.Committed{}, errPlanOutdated
	}
	d.Versions = plan.After.Number
	if err := applyCorrection(ctx, t, &d); err != nil {
		return store.Committed{}, err
	}
	for _, n := range plan.Snapshots {
		if err := insertSnapshot(ctx, t, n.Key, n.Blob); err != nil {
			return store.Committed{}, err
		}
	}
	for _, v := range plan.Versions {
		if err := insertVersion(ctx, t, v); err != nil {
			return store.Committed{}, err
		}
	}
	if err := writeDocument(ctx, t, old, d, plan.Text); err != nil {
		return store.Committed{}, err
	}
	if err := appendChanges(ctx, t, plan.Changes(c, d)); err != nil {
		return store.Committed{}, err
	}
	return store.Committed{Document: d, Created: c.Create, Version: plan.After}, nil
}

// documentAtURL returns another document that has the URL of the new document d, or nil. It fails
// if d exists at another URL. old is the stored record of d, or nil.
func documentAtURL(ctx context.Context, t *sql.Tx, d store.Document, old *store.Document) (*store.Document, error) {
	other, err := documentRow(ctx, t, `SELECT v FROM documents WHERE company=? AND url=?`, d.Company, d.URL)
	switch {
	case err != nil:
		return nil, err
	case other != nil && other.ID != d.ID:
		return other, nil
	case other == nil && old != nil:
		return nil, fmt.Errorf("document %s is at %s: %w", d.ID, old.URL, store.ErrExists)
	}
	return nil, nil
}

// committed returns the result for a stored document.
func committed(ctx context.Context, t *sql.Tx, d store.Document, created bool) (store.Committed, error) {
	out := store.Committed{Document: d, Created: created}
	newest, err := newestVersions(ctx, t, d.ID, 1)
	if len(newest) > 0 {
		out.Version = newest[0]
	}
	return out, err
}

// documentRow returns the document that a query selects, or nil.
func documentRow(ctx context.Context, t *sql.Tx, query string, keys ...any) (*store.Document, error) {
	var b []byte
	err := t.QueryRowContext(ctx, query, keys...).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d store.Document
	return &d, json.Unmarshal(b, &d)
}

// writeDocument writes d, to which its correction is applied, with what depends on it. old is the
// stored record, or nil. text is the new text, or nil if it does not change.
func writeDocument(ctx context.Context, t *sql.Tx, old *store.Document, d store.Document, text *string) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO documents(id,company,url,v) VALUES(?,?,?,?)
		ON CONFLICT(id) DO UPDATE SET company=excluded.company, url=excluded.url, v=excluded.v`, d.ID, d.Company, d.URL, string(b))
	if err != nil {
		return err
	}
	if err := updateSummary(ctx, t, old, d); err != nil {
		return err
	}
	return updateSearchIndex(ctx, t, d, text)
}
