package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// deleteCheckpoints deletes the key ID and the keys ID+NUMBER. The comma follows the plus sign
// in ASCII, so the conditions are range scans of the index.
const deleteCheckpoints = `DELETE FROM checkpoints WHERE id=?1 OR id>?1||'+' AND id<?1||',' AND substr(id,length(?1)+2) NOT GLOB '*[^0-9]*'`

// PutPages implements store.Pages.
func (s pageStore) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) error {
	if err := store.CheckPageBatch(pages); err != nil || len(pages) == 0 {
		return err
	}
	return s.fenced(ctx, f, fmt.Sprintf("put %d pages of run %s", len(pages), pages[0].RunID), func(t *sql.Tx) error {
		put, err := t.PrepareContext(ctx, `INSERT INTO pages(run,url,company,reason,type,fetched,v) VALUES(?,?,?,?,?,?,?) ON CONFLICT(run,url) DO UPDATE SET
			company=excluded.company, reason=excluded.reason, type=excluded.type, fetched=excluded.fetched, v=excluded.v`)
		if err != nil {
			return err
		}
		defer func() { _ = put.Close() }()
		for _, p := range pages {
			b, err := json.Marshal(p)
			if err != nil {
				return err
			}
			if _, err := put.ExecContext(ctx, p.RunID, p.URL, p.Company, p.Reason, p.Type, !p.FetchedAt.IsZero(), string(b)); err != nil {
				return fmt.Errorf("%s: %w", p.URL, err)
			}
		}
		return nil
	})
}

// GetPage implements store.Pages.
func (s pageStore) GetPage(ctx context.Context, runID, url string) (p store.FetchedPage, err error) {
	return p, s.getRecord(ctx, "get page "+url+" of run "+runID, &p, `SELECT v FROM pages WHERE run=? AND url=?`, runID, url)
}

// QueryPages implements store.Pages.
func (s pageStore) QueryPages(ctx context.Context, q store.PageQuery) ([]store.FetchedPage, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	what := "query pages of run " + q.RunID
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	query, args := pageQuery(q, after, limit)
	items, next, err := readPage[store.FetchedPage](ctx, s.read, limit, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	return items, next, nil
}

// pageQuery returns the statement for one page of a query, and its parameters.
func pageQuery(q store.PageQuery, after string, limit int) (query string, args []any) {
	var c conditions
	c.add("run=? AND url>?", q.RunID, after)
	indexed := addIndexed(&c, "reason", q.Reasons, false)
	addIndexed(&c, "type", q.Types, indexed)
	if q.Fetched != nil {
		c.add("fetched=?", *q.Fetched)
	}
	return "SELECT url, v FROM pages" + c.where() + " ORDER BY url LIMIT ?", append(c.args, limit+1)
}

// ExpirePages implements store.Pages.
func (s pageStore) ExpirePages(ctx context.Context, f store.Fence, company string, keep int) error {
	return s.fenced(ctx, f, "expire pages of "+company, func(t *sql.Tx) error {
		expired, err := queryStrings(ctx, t, `SELECT run FROM (SELECT DISTINCT run FROM pages WHERE company=? ORDER BY run DESC LIMIT -1 OFFSET ?)
			WHERE NOT EXISTS(SELECT 1 FROM runs WHERE id=run AND state NOT IN ('Complete','Failed'))`, company, max(keep, 0))
		if err != nil {
			return err
		}
		for _, run := range expired {
			if _, err := t.ExecContext(ctx, `DELETE FROM pages WHERE company=? AND run=?`, company, run); err != nil {
				return err
			}
		}
		return nil
	})
}
