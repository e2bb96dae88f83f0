package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
)

// searchStore implements store.Search with an FTS5 table that does not store its contents
// (https://sqlite.org/fts5.html#contentless_delete_tables). A row of search_texts belongs to the
// row of search_words with the same number; the newest text has the greatest number. The columns
// of search_words are the prominent tokens, all tokens, and tags for filters.
type searchStore struct{ *database }

// updateSearchIndex updates the index entry of d. If text is nil, the text of d did not change.
func updateSearchIndex(ctx context.Context, t *sql.Tx, d store.Document, text *string) error {
	if d.NotLegal {
		return execAll(ctx, t, d.ID, deleteWords, `DELETE FROM search_texts WHERE doc=?`)
	}
	if text != nil { // a new text gets a new number
		if err := execAll(ctx, t, d.ID, deleteWords, `DELETE FROM search_texts WHERE doc=?`); err != nil {
			return err
		}
		return putIndexEntry(ctx, t, d, *text)
	}
	var tags string
	err := t.QueryRowContext(ctx, `SELECT tags FROM search_texts WHERE doc=?`, d.ID).Scan(&tags)
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
	if err := execAll(ctx, t, d.ID, deleteWords); err != nil {
		return err
	}
	return putIndexEntry(ctx, t, d, string(newest))
}

// deleteWords deletes the words of a document.
const deleteWords = `DELETE FROM search_words WHERE rowid=(SELECT n FROM search_texts WHERE doc=?)`

// putIndexEntry writes the index entry of d, which has no words yet.
func putIndexEntry(ctx context.Context, t *sql.Tx, d store.Document, text string) error {
	var n int64
	tags := documentTags(d)
	err := t.QueryRowContext(ctx, `INSERT INTO search_texts(doc,company,tags) VALUES(?,?,?)
		ON CONFLICT(doc) DO UPDATE SET company=excluded.company, tags=excluded.tags RETURNING n`, d.ID, d.Company, tags).Scan(&n)
	if err != nil {
		return fmt.Errorf("write the index entry of document %s: %w", d.ID, err)
	}
	e := fulltext.NewEntry(text)
	_, err = t.ExecContext(ctx, `INSERT INTO search_words(rowid,prominent,text,tags) VALUES(?,?,?,?)`, n, strings.Join(e.Prominent, " "), e.Text, tags)
	if err != nil {
		return fmt.Errorf("write the words of document %s: %w", d.ID, err)
	}
	return nil
}

// documentTags returns the tags of a document: tokens for the values by which a search filters.
func documentTags(d store.Document) string {
	return tag("company", d.Company) + " " + tag("type", d.Type) + " " + tag("language", d.Language)
}

// tag returns a token for a value. Values can contain any character, so it is a hash.
func tag(field, value string) string {
	sum := sha256.Sum256([]byte(field + "\n" + value))
	return hex.EncodeToString(sum[:8])
}

// searchWords finds the rows that match an FTS5 expression, the newest text first. CROSS JOIN
// prevents that SQLite reads the documents first.
const searchWords = `SELECT search_words.rowid, d.v FROM search_words CROSS JOIN search_texts x ON x.n=search_words.rowid CROSS JOIN documents d ON d.id=x.doc
	WHERE search_words MATCH ? AND search_words.rowid<? ORDER BY search_words.rowid DESC LIMIT ?`

// SearchDocuments implements store.Search.
func (s searchStore) SearchDocuments(ctx context.Context, q store.SearchQuery) ([]store.SearchHit, string, error) {
	hits, next, err := s.searchDocuments(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("search documents: %w", err)
	}
	return hits, next, nil
}

func (s searchStore) searchDocuments(ctx context.Context, q store.SearchQuery) (hits []store.SearchHit, next string, err error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	parsed, err := fulltext.Parse(q.Text)
	if err != nil {
		return nil, "", err
	}
	limit, after, err := q.SearchOptions().Decode()
	if err != nil {
		return nil, "", err
	}
	p, err := fulltext.DecodePosition(after)
	if err != nil {
		return nil, "", err
	}
	var positions []fulltext.Position
	for tier := p.Tier; tier < fulltext.Tiers && len(hits) <= limit; tier++ {
		before := int64(math.MaxInt64)
		if tier == p.Tier && p.Order > 0 {
			before = p.Order
		}
		docs, numbers, err := s.searchTier(ctx, matchExpression(q, parsed, tier), before, limit+1-len(hits))
		if err != nil {
			return nil, "", err
		}
		for i, d := range docs {
			hits = append(hits, store.SearchHit{Document: d})
			positions = append(positions, fulltext.Position{Tier: tier, Order: numbers[i]})
		}
	}
	if len(hits) > limit {
		hits = hits[:limit]
		key, err := positions[limit-1].Encode()
		if err != nil {
			return nil, "", err
		}
		next = store.EncodeContinue(key)
	}
	for i := range hits {
		_, text, err := readText(ctx, s.read, hits[i].Document.ID, 0)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // its company may have been deleted meanwhile
			return nil, "", err
		}
		hits[i].Excerpts = parsed.Excerpts(string(text))
	}
	return hits, next, nil
}

// searchTier returns the documents that match an FTS5 expression and their row numbers, which are
// lower than before.
func (s searchStore) searchTier(ctx context.Context, expression string, before int64, limit int) (docs []store.Document, numbers []int64, err error) {
	rows, err := s.read.QueryContext(ctx, searchWords, expression, before, limit)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		var b []byte
		var d store.Document
		if err := rows.Scan(&n, &b); err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal(b, &d); err != nil {
			return nil, nil, err
		}
		docs, numbers = append(docs, d), append(numbers, n)
	}
	return docs, numbers, rows.Err()
}

// matchExpression returns the FTS5 expression of a tier of a query. All its tokens are in quotes.
// They contain letters, marks and digits only, so none is interpreted as syntax. FTS5 evaluates a
// conjunction in the order of its terms, so those that match few rows come first, and phrases,
// which are slow, last.
func matchExpression(q store.SearchQuery, parsed fulltext.Query, tier int) string {
	var terms []string
	for _, f := range []struct {
		field  string
		values []string
	}{{"company", q.Companies}, {"type", q.Types}, {"language", q.Languages}} {
		var tags []string
		for _, v := range f.values {
			tags = append(tags, `"`+tag(f.field, v)+`"`)
		}
		if len(tags) > 0 {
			terms = append(terms, "tags : ("+strings.Join(tags, " OR ")+")")
		}
	}
	prominent := `prominent : ("` + strings.Join(parsed.Tokens(), `" AND "`) + `")`
	if tier == fulltext.Prominent {
		terms = append(terms, prominent)
	}
	phrases := slices.Clone(parsed.Phrases)
	slices.SortStableFunc(phrases, func(a, b []string) int { return cmp.Compare(len(a), len(b)) })
	for _, p := range phrases {
		if tier == fulltext.Prominent && len(p) == 1 {
			continue // a prominent token is in the text
		}
		terms = append(terms, `text : "`+strings.Join(p, " ")+`"`)
	}
	all := strings.Join(terms, " AND ")
	if tier == fulltext.Prominent {
		return all
	}
	return "(" + all + ") NOT " + prominent
}
