package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// createSearch is the migration that creates the company summaries, the search index and the
// corrections. The tokens are made by package fulltext; the tokenizer of FTS5 only splits them at
// spaces, because to the tokenizer "ascii" every character outside of ASCII is a letter.
const createSearch = `
CREATE TABLE companies(name TEXT PRIMARY KEY, documents INTEGER NOT NULL, changed INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX companies_changed ON companies(changed DESC, name);
CREATE INDEX companies_documents ON companies(documents);
CREATE TABLE search_texts(n INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL UNIQUE, company TEXT NOT NULL, tags TEXT NOT NULL);
CREATE INDEX search_texts_company ON search_texts(company);
CREATE VIRTUAL TABLE search_words USING fts5(prominent, text, tags, content='', contentless_delete=1, tokenize='ascii');
CREATE TABLE corrections(doc TEXT PRIMARY KEY, company TEXT NOT NULL, v TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX corrections_company ON corrections(company, doc);
`

// deleteSearch lists the statements that delete the summary, the corrections and the index entries
// of a company.
var deleteSearch = []string{
	`DELETE FROM search_words WHERE rowid IN (SELECT n FROM search_texts WHERE company=?)`,
	`DELETE FROM search_texts WHERE company=?`, `DELETE FROM corrections WHERE company=?`, `DELETE FROM companies WHERE name=?`,
}

// fillSearch fills the summaries and the search index from the stored documents and runs.
func fillSearch(ctx context.Context, t *sql.Tx) error {
	// Index the oldest text first, so that the newest text has the greatest number.
	ids, err := queryStrings(ctx, t, `SELECT id FROM documents ORDER BY coalesce(nullif(json_extract(v,'$.unchangedSince'),'0001-01-01T00:00:00Z'),json_extract(v,'$.lastChanged')), id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, id)
		if err == nil && d != nil {
			err = errors.Join(updateSummary(ctx, t, nil, *d), updateSearchIndex(ctx, t, *d, nil))
		}
		if err != nil {
			return fmt.Errorf("index document %s: %w", id, err)
		}
	}
	runs, err := queryStrings(ctx, t, `SELECT v FROM runs WHERE id IN (SELECT max(id) FROM runs WHERE state IN ('Complete','Failed') GROUP BY company)`)
	if err != nil {
		return err
	}
	for _, v := range runs {
		var r store.Run
		if err := json.Unmarshal([]byte(v), &r); err != nil {
			return fmt.Errorf("decode a run: %w", err)
		}
		err := changeSummary(ctx, t, r.Company, func(c *store.CompanySummary) error {
			c.LastCrawl = store.NewCrawlSummary(r)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
