package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// createSearch is the migration that creates the company summaries, the corrections and the first
// search index, which indexTerms replaces.
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

// indexTerms is the migration that replaces the search index of words with one of their hashes.
func indexTerms(ctx context.Context, t *sql.Tx) error {
	// Index the oldest text first, so that the newest text has the greatest number.
	ids, err := queryStrings(ctx, t, `SELECT d.id FROM documents d LEFT JOIN search_texts x ON x.doc=d.id ORDER BY coalesce(x.n,0), `+textTime)
	if err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `DROP TABLE search_words; DROP TABLE search_texts;`+createSearchIndex); err != nil {
		return err
	}
	return fillSearchIndex(ctx, t, ids)
}

// textTime orders documents by the age of their text, oldest first.
const textTime = `coalesce(nullif(json_extract(d.v,'$.unchangedSince'),'0001-01-01T00:00:00Z'),json_extract(d.v,'$.lastChanged')), d.id`

// fillSearchIndex writes the index entries of documents in this order.
func fillSearchIndex(ctx context.Context, t *sql.Tx, ids []string) error {
	for _, id := range ids {
		d, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, id)
		if err == nil && d != nil {
			err = updateSearchIndex(ctx, t, *d, nil)
		}
		if err != nil {
			return fmt.Errorf("index document %s: %w", id, err)
		}
	}
	return nil
}

// fillDerived fills the summaries and the search index from the stored documents and runs.
func fillDerived(ctx context.Context, t *sql.Tx) error {
	ids, err := queryStrings(ctx, t, `SELECT d.id FROM documents d ORDER BY `+textTime)
	if err != nil {
		return err
	}
	if err := fillSearchIndex(ctx, t, ids); err != nil {
		return err
	}
	return fillSummaries(ctx, t)
}

// fillSummaries fills the summaries from the stored documents and runs.
func fillSummaries(ctx context.Context, t *sql.Tx) error {
	ids, err := queryStrings(ctx, t, `SELECT id FROM documents ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, id)
		if err == nil && d != nil {
			err = updateSummary(ctx, t, nil, *d)
		}
		if err != nil {
			return fmt.Errorf("summarize document %s: %w", id, err)
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
