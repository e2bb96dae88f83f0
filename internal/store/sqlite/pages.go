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
	return s.fenced(ctx, f, fmt.Sprintf("put %d pages of %s", len(pages), pages[0].Company), func(t *sql.Tx) error {
		put, err := t.PrepareContext(ctx, `INSERT INTO pages(company,url,v) VALUES(?,?,?) ON CONFLICT(company,url) DO UPDATE SET v=excluded.v`)
		if err != nil {
			return err
		}
		defer func() { _ = put.Close() }()
		for _, p := range pages {
			b, err := json.Marshal(p)
			if err != nil {
				return err
			}
			if _, err := put.ExecContext(ctx, p.Company, p.URL, string(b)); err != nil {
				return fmt.Errorf("%s: %w", p.URL, err)
			}
		}
		return nil
	})
}

// DeleteStalePages implements store.Pages.
func (s pageStore) DeleteStalePages(ctx context.Context, f store.Fence, company, runID string) error {
	return s.fenced(ctx, f, "delete the stale pages of "+company, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM pages WHERE company=? AND json_extract(v,'$.runID')<>?`, company, runID)
		return err
	})
}

// GetPage implements store.Pages.
func (s pageStore) GetPage(ctx context.Context, company, url string) (p store.FetchedPage, err error) {
	return p, s.getRecord(ctx, "get page "+url, &p, `SELECT v FROM pages WHERE company=? AND url=?`, company, url)
}

// ListPages implements store.Pages.
func (s pageStore) ListPages(ctx context.Context, company string, opts store.ListOptions) ([]store.FetchedPage, string, error) {
	items, next, err := listRecords[store.FetchedPage](ctx, s.read, opts, `SELECT url, v FROM pages WHERE company=? AND url>? ORDER BY url LIMIT ?`, company)
	if err != nil {
		return nil, "", fmt.Errorf("list pages of %q: %w", company, err)
	}
	return items, next, nil
}
