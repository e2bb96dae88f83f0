package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// appendChanges appends changes with their reviews to the feed, except those whose ID exists. Transactions commit
// one at a time, so the order of the sequences is the order of the commits. A sequence is not
// used again if its change is deleted.
func appendChanges(ctx context.Context, t *sql.Tx, changes []store.Change) error {
	for _, c := range changes {
		var exists bool
		if err := t.QueryRowContext(ctx, `SELECT EXISTS(SELECT 1 FROM document_changes WHERE id=?)`, c.ID).Scan(&exists); err != nil {
			return err
		}
		if exists {
			continue
		}
		if err := t.QueryRowContext(ctx, `INSERT INTO meta(k,v) VALUES('changes',1) ON CONFLICT(k) DO UPDATE SET v=v+1 RETURNING v`).Scan(&c.Sequence); err != nil {
			return err
		}
		if err := insertChange(ctx, t, c); err != nil {
			return err
		}
		if err := insertReview(ctx, t, store.NewReview(c)); err != nil {
			return err
		}
	}
	return nil
}

// insertChange inserts a change with its sequence.
func insertChange(ctx context.Context, t *sql.Tx, c store.Change) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO document_changes(sequence,id,company,doc,type,kind,silent,at,v) VALUES(?,?,?,?,?,?,?,?,?)`,
		c.Sequence, c.ID, c.Company, c.DocumentID, c.DocumentType, c.Kind, c.Silent, c.At.UnixMilli(), string(b))
	if err != nil {
		return err
	}
	for _, label := range c.Summary.Labels {
		if _, err := t.ExecContext(ctx, `INSERT INTO change_labels(label,sequence) VALUES(?,?) ON CONFLICT DO NOTHING`, label, c.Sequence); err != nil {
			return err
		}
	}
	return nil
}

// ListChanges implements store.Changes.
func (s changeStore) ListChanges(ctx context.Context, q store.ChangeQuery) ([]store.Change, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	query, args, err := changeQuery(q, after, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	items, next, err := readPage[store.Change](ctx, s.read, limit, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	return items, next, nil
}

// changeQuery returns the statement for the page of q after a key, and its parameters.
func changeQuery(q store.ChangeQuery, key string, limit int) (query string, args []any, err error) {
	var c conditions
	compare, order := "<", "DESC"
	if q.Order == store.OldestFirst {
		compare, order = ">", "ASC"
	}
	if key != "" {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return "", nil, store.ErrInvalidToken
		}
		c.add("sequence"+compare+"?", n)
	}
	if q.After > 0 {
		c.add("sequence>?", q.After)
	}
	// One list selects by its index. The others are conditions on the rows that it selects.
	indexed := addIndexed(&c, "doc", q.DocumentIDs, false)
	indexed = addIndexed(&c, "company", q.Companies, indexed)
	if len(q.Labels) > 0 {
		labels := "SELECT sequence FROM change_labels WHERE label IN (" + placeholders(len(q.Labels)) + ")"
		column := "sequence"
		if indexed {
			column = "+sequence"
		}
		c.add(column+" IN ("+labels+")", anys(q.Labels)...)
		indexed = true
	}
	// Several types or kinds select most changes, so the order of the feed is faster.
	addIndexed(&c, "type", q.Types, indexed || len(q.Types) > 1)
	indexed = indexed || len(q.Types) == 1
	addIndexed(&c, "kind", q.Kinds, indexed || len(q.Kinds) > 1)
	if q.Silent != nil {
		c.add("silent=?", *q.Silent)
	}
	if !q.Since.IsZero() {
		c.add("at>=?", q.Since.UnixMilli())
		// The times of changes increase with few exceptions. This bound skips the older part of
		// the feed.
		c.add("sequence>=(SELECT min(sequence) FROM document_changes INDEXED BY document_changes_at WHERE at>=?)", q.Since.UnixMilli())
	}
	return `SELECT sequence, v FROM document_changes` + c.where() + ` ORDER BY sequence ` + order + ` LIMIT ?`, append(c.args, limit+1), nil
}

// GetChange implements store.Changes.
func (s changeStore) GetChange(ctx context.Context, id string) (c store.Change, err error) {
	return c, s.getRecord(ctx, "get change "+id, &c, `SELECT v FROM document_changes WHERE id=?`, id)
}

// LatestChange implements store.Changes.
func (s changeStore) LatestChange(ctx context.Context) (sequence int64, err error) {
	if err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(sequence),0) FROM document_changes`).Scan(&sequence); err != nil {
		return 0, fmt.Errorf("get the latest change: %w", err)
	}
	return sequence, nil
}

// WatchChanges implements store.Changes. It does not poll, because this process is the only
// writer.
func (s changeStore) WatchChanges(ctx context.Context, after int64) (store.ChangeWatch, error) {
	return feed.WatchChanges(ctx, s.ListChanges, &s.changeFeed, 0, after), nil
}
