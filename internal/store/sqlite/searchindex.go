package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
)

// createSearchIndex creates the search index: an FTS5 table that stores neither its contents nor
// the positions of its terms (https://sqlite.org/fts5.html#contentless_delete_tables). A row of
// search_entries belongs to the row of search_terms with the same number; the newest text has the
// greatest number. The terms are those of package fulltext as text, and tags for filters. The
// tokenizer only has to split them at spaces.
const createSearchIndex = `
CREATE TABLE search_entries(n INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL UNIQUE, company TEXT NOT NULL, tags TEXT NOT NULL, pairs BLOB NOT NULL);
CREATE INDEX search_entries_company ON search_entries(company);
CREATE VIRTUAL TABLE search_terms USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
`

// deleteSearch lists the statements that delete the summary, the corrections and the index entries
// of a company.
var deleteSearch = []string{
	`DELETE FROM search_terms WHERE rowid IN (SELECT n FROM search_entries WHERE company=?)`,
	`DELETE FROM search_entries WHERE company=?`, `DELETE FROM corrections WHERE company=?`, `DELETE FROM companies WHERE name=?`,
}

// updateSearchIndex updates the index entry of d. If text is nil, the text of d did not change.
func updateSearchIndex(ctx context.Context, t *sql.Tx, d store.Document, text *string) error {
	if d.NotLegal {
		return execAll(ctx, t, d.ID, deleteTerms, `DELETE FROM search_entries WHERE doc=?`)
	}
	if text != nil { // a new text gets a new number
		if err := execAll(ctx, t, d.ID, deleteTerms, `DELETE FROM search_entries WHERE doc=?`); err != nil {
			return err
		}
		return putIndexEntry(ctx, t, d, *text)
	}
	var tags string
	err := t.QueryRowContext(ctx, `SELECT tags FROM search_entries WHERE doc=?`, d.ID).Scan(&tags)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the index entry of document %s: %w", d.ID, err)
	}
	if err == nil && tags == documentTags(d) {
		return nil
	}
	_, newest, err := readText(ctx, t, d.ID, 0)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := execAll(ctx, t, d.ID, deleteTerms); err != nil {
		return err
	}
	return putIndexEntry(ctx, t, d, string(newest))
}

// deleteTerms deletes the terms of a document.
const deleteTerms = `DELETE FROM search_terms WHERE rowid=(SELECT n FROM search_entries WHERE doc=?)`

// putIndexEntry writes the index entry of d, which has no terms yet.
func putIndexEntry(ctx context.Context, t *sql.Tx, d store.Document, text string) error {
	var n int64
	tags, e := documentTags(d), fulltext.NewEntry(text)
	err := t.QueryRowContext(ctx, `INSERT INTO search_entries(doc,company,tags,pairs) VALUES(?,?,?,?)
		ON CONFLICT(doc) DO UPDATE SET company=excluded.company, tags=excluded.tags, pairs=excluded.pairs RETURNING n`,
		d.ID, d.Company, tags, append([]byte{}, e.Pairs...)).Scan(&n) // nil would be NULL
	if err != nil {
		return fmt.Errorf("write the index entry of document %s: %w", d.ID, err)
	}
	if _, err := t.ExecContext(ctx, `INSERT INTO search_terms(rowid,terms) VALUES(?,?)`, n, termsText(e, tags)); err != nil {
		return fmt.Errorf("write the terms of document %s: %w", d.ID, err)
	}
	return nil
}

// termsText returns the terms and the tags of an entry, separated by spaces.
func termsText(e fulltext.Entry, tags string) string {
	b := make([]byte, 0, 7*(len(e.Terms)+len(e.Prominent))+len(tags))
	for _, terms := range [][]fulltext.Term{e.Terms, e.Prominent} {
		for _, t := range terms {
			b = append(appendTerm(b, t), ' ')
		}
	}
	return string(append(b, tags...))
}

// appendTerm appends a term as text.
func appendTerm(b []byte, t fulltext.Term) []byte { return strconv.AppendUint(b, uint64(t), 36) }

// documentTags returns the tags of a document: tokens for the values by which a search filters.
func documentTags(d store.Document) string {
	return tag("company", d.Company) + " " + tag("type", d.Type) + " " + tag("language", d.Language)
}

// tag returns a token for a value. Values can contain any character, so it is a hash. It is longer
// than every term.
func tag(field, value string) string {
	sum := sha256.Sum256([]byte(field + "\n" + value))
	return hex.EncodeToString(sum[:8])
}
