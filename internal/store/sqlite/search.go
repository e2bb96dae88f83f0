package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
)

// searchStore implements store.Search.
type searchStore struct{ *database }

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
		found, numbers, err := s.searchTier(ctx, parsed, matchExpression(q, parsed, tier), before, limit+1-len(hits))
		if err != nil {
			return nil, "", err
		}
		hits = append(hits, found...)
		for _, n := range numbers {
			positions = append(positions, fulltext.Position{Tier: tier, Order: n})
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
	return hits, next, nil
}

// searchTier returns at most limit hits of an FTS5 expression and their row numbers, which are
// lower than before. The index lists terms and pairs of words, so the texts decide.
func (s searchStore) searchTier(ctx context.Context, q fulltext.Query, expression string, before int64, limit int) (hits []store.SearchHit, numbers []int64, err error) {
	for len(hits) < limit {
		wanted := limit - len(hits)
		found, err := s.candidates(ctx, q, expression, before, wanted)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range found {
			hit, ok, err := s.hit(ctx, q, c.document)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				hits, numbers = append(hits, hit), append(numbers, c.number)
			}
		}
		if len(found) < wanted {
			break
		}
		before = found[len(found)-1].number
	}
	return hits, numbers, nil
}

// hit returns a document with the excerpts for a query. ok is false if its text does not have all
// words and phrases, or if its company was deleted meanwhile.
func (s searchStore) hit(ctx context.Context, q fulltext.Query, id string) (hit store.SearchHit, ok bool, err error) {
	_, text, err := readText(ctx, s.read, id, 0)
	if err == nil {
		if hit.Excerpts, ok = q.Read(string(text)); !ok {
			return hit, false, nil
		}
		err = s.getRecord(ctx, "get document "+id, &hit.Document, `SELECT v FROM documents WHERE id=?`, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return hit, false, nil
	}
	return hit, ok, err
}

// searchTerms finds the rows that match an FTS5 expression, the newest text first. It does not read
// the documents: the filter of a rare phrase rejects most rows.
const searchTerms = `SELECT search_terms.rowid, x.doc, iif(?,x.pairs,NULL) FROM search_terms CROSS JOIN search_entries x ON x.n=search_terms.rowid
	WHERE search_terms MATCH ? AND search_terms.rowid<? ORDER BY search_terms.rowid DESC`

// candidate is an entry of the search index.
type candidate struct {
	number   int64
	document string
}

// candidates returns at most limit entries that match an FTS5 expression and that may have the
// phrases of a query. Their numbers are lower than before and descend.
func (s searchStore) candidates(ctx context.Context, q fulltext.Query, expression string, before int64, limit int) (found []candidate, err error) {
	check := len(q.PairBits(1)) > 0
	bits := map[int][]uint32{} // by the size of the filter
	rows, err := s.read.QueryContext(ctx, searchTerms, check, expression, before)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for len(found) < limit && rows.Next() {
		var n int64
		var document, pairs sql.RawBytes
		if err := rows.Scan(&n, &document, &pairs); err != nil {
			return nil, err
		}
		if check {
			if bits[len(pairs)] == nil {
				bits[len(pairs)] = q.PairBits(len(pairs))
			}
			if !fulltext.Pairs(pairs).Has(bits[len(pairs)]) {
				continue
			}
		}
		found = append(found, candidate{n, string(document)})
	}
	return found, rows.Err()
}

// matchExpression returns the FTS5 expression of a tier of a query. All its tokens are in quotes.
// They contain ASCII letters and digits only, so none is interpreted as syntax. FTS5 evaluates a
// conjunction in the order of its terms, so those that match few rows come first.
func matchExpression(q store.SearchQuery, parsed fulltext.Query, tier int) string {
	var all []string
	for _, f := range []struct {
		field  string
		values []string
	}{{"company", q.Companies}, {"type", q.Types}, {"language", q.Languages}} {
		var tags []string
		for _, v := range f.values {
			tags = append(tags, `"`+tag(f.field, v)+`"`)
		}
		if len(tags) > 0 {
			all = append(all, "("+strings.Join(tags, " OR ")+")")
		}
	}
	var terms, prominent []string
	for _, t := range parsed.Tokens() {
		terms = append(terms, `"`+string(appendTerm(nil, fulltext.TermOf(t)))+`"`)
		prominent = append(prominent, `"`+string(appendTerm(nil, fulltext.ProminentTermOf(t)))+`"`)
	}
	if tier == fulltext.Prominent { // a prominent token is in the text
		return strings.Join(append(all, prominent...), " AND ")
	}
	return "(" + strings.Join(append(all, terms...), " AND ") + ") NOT (" + strings.Join(prominent, " AND ") + ")"
}
