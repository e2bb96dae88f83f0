package mongo

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
)

// searchStore implements store.Search with a collection of index entries. A text index of MongoDB
// would read and score every document that has any of the words, before it returns the first.
type searchStore struct{ *database }

// SearchDocuments implements store.Search.
func (s searchStore) SearchDocuments(ctx context.Context, q store.SearchQuery) ([]store.SearchHit, string, error) {
	const what = "search documents"
	if err := q.Validate(); err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	parsed, err := fulltext.Parse(q.Text)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	limit, after, err := q.SearchOptions().Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	p, err := fulltext.DecodePosition(after)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	var hits []store.SearchHit
	var next string
	err = s.retry(ctx, what, func(ctx context.Context) error {
		hits, next, err = s.searchDocuments(ctx, q, parsed, p, limit)
		return err
	})
	return hits, next, err
}

func (s searchStore) searchDocuments(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, p fulltext.Position, limit int) ([]store.SearchHit, string, error) {
	var ids []string
	var positions []fulltext.Position
	at := p
	for len(ids) <= limit {
		entries, err := s.searchTier(ctx, q, parsed, at, limit+1-len(ids))
		if err != nil {
			return nil, "", err
		}
		for _, e := range entries {
			if e.Order != at.Order {
				at.Order, at.Seen = e.Order, nil
			}
			at.Seen = append(at.Seen[:len(at.Seen):len(at.Seen)], e.Key)
			ids, positions = append(ids, e.Key), append(positions, at)
		}
		if at.Tier++; at.Tier >= fulltext.Tiers {
			break
		}
		at.Order, at.Seen = 0, nil
	}
	next := ""
	if len(ids) > limit {
		ids = ids[:limit]
		key, err := positions[limit-1].Encode()
		if err != nil {
			return nil, "", err
		}
		next = store.EncodeContinue(key)
	}
	hits, err := s.hits(ctx, ids, parsed)
	return hits, next, err
}

// hits returns the documents with the given IDs and their excerpts. Documents that were deleted
// meanwhile are missing.
func (s searchStore) hits(ctx context.Context, ids []string, parsed fulltext.Query) ([]store.SearchHit, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cur, err := s.db.Collection(documentCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
	if err != nil {
		return nil, err
	}
	var rows []document
	if err := cur.All(ctx, &rows); err != nil {
		return nil, err
	}
	byID := make(map[string]store.Document, len(rows))
	docs := make([]store.Document, len(rows))
	for i, r := range rows {
		byID[r.Key], docs[i] = r.Document, r.Document
	}
	texts, err := s.newestTexts(ctx, docs)
	if err != nil {
		return nil, err
	}
	var hits []store.SearchHit
	for _, id := range ids {
		if d, ok := byID[id]; ok {
			hits = append(hits, store.SearchHit{Document: d, Excerpts: parsed.Excerpts(texts[id])})
		}
	}
	return hits, nil
}

// condition is an indexed condition of a search: the index, and the condition as a filter.
type condition struct {
	index, filter bson.D
}

// The indexes of the index entries.
var (
	entriesByTerm     = bson.D{{Key: "terms", Value: 1}, {Key: "order", Value: -1}}
	entriesByCompany  = bson.D{{Key: "company", Value: 1}, {Key: "order", Value: -1}}
	entriesByType     = bson.D{{Key: "type", Value: 1}, {Key: "order", Value: -1}}
	entriesByLanguage = bson.D{{Key: "language", Value: 1}, {Key: "order", Value: -1}}
)

// byOrder is the order of hits within a tier.
var byOrder = bson.D{{Key: "order", Value: -1}}

// searchTier returns the next index entries of a tier, newest text first, without terms and text.
func (s searchStore) searchTier(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, at fulltext.Position, limit int) ([]indexEntry, error) {
	filter, hint, err := s.searchFilter(ctx, q, parsed, at)
	if err != nil || filter == nil {
		return nil, err
	}
	cur, err := s.db.Collection(indexCollection).Find(ctx, filter, options.Find().SetHint(hint).
		SetSort(byOrder).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "order", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var entries []indexEntry
	return entries, cur.All(ctx, &entries)
}

// searchFilter returns the filter of the index entries of a tier after a position, and the index
// that it uses. The filter is nil if there is no entry.
func (s *database) searchFilter(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, at fulltext.Position) (filter, hint bson.D, err error) {
	conditions, filters := searchConditions(q, parsed, at.Tier)
	rarest, err := s.rarest(ctx, conditions)
	if err != nil || rarest < 0 {
		return nil, nil, err
	}
	all := bson.A{conditions[rarest].filter}
	for _, c := range filters {
		all = append(all, c.filter)
	}
	all = append(all, textConditions(parsed, at.Tier)...)
	if at.Order > 0 {
		all = append(all, bson.D{{Key: "order", Value: bson.D{{Key: "$lte", Value: at.Order}}}})
	}
	if len(at.Seen) > 0 {
		all = append(all, bson.D{{Key: "_id", Value: bson.D{{Key: "$nin", Value: at.Seen}}}})
	}
	return bson.D{{Key: "$and", Value: all}}, conditions[rarest].index, nil
}

// searchConditions returns the indexed conditions of a tier of a query, and those of them that are
// not conditions on the text.
func searchConditions(q store.SearchQuery, parsed fulltext.Query, tier int) (all, filters []condition) {
	for _, t := range parsed.Tokens() {
		if tier == fulltext.Prominent {
			t = prominentPrefix + t
		}
		all = append(all, condition{entriesByTerm, bson.D{{Key: "terms", Value: t}}})
	}
	for _, f := range []struct {
		index  bson.D
		values []string
	}{{entriesByCompany, q.Companies}, {entriesByType, q.Types}, {entriesByLanguage, q.Languages}} {
		if len(f.values) > 0 {
			filters = append(filters, condition{f.index, bson.D{{Key: f.index[0].Key, Value: bson.D{{Key: "$in", Value: f.values}}}}})
		}
	}
	return append(all, filters...), filters
}

// textConditions returns the conditions of a tier on the text of an entry. They are regular
// expressions without an index, so that the index of the rarest condition is used.
func textConditions(parsed fulltext.Query, tier int) bson.A {
	contains := func(tokens string) bson.Regex { return bson.Regex{Pattern: regexp.QuoteMeta(" " + tokens + " ")} }
	var all, prominent bson.A
	for _, p := range parsed.Phrases {
		all = append(all, bson.D{{Key: "text", Value: contains(strings.Join(p, " "))}})
	}
	for _, t := range parsed.Tokens() {
		prominent = append(prominent, bson.D{{Key: "text", Value: contains(prominentPrefix + t)}})
	}
	if tier == fulltext.Prominent {
		return append(all, prominent...)
	}
	return append(all, bson.D{{Key: "$nor", Value: bson.A{bson.D{{Key: "$and", Value: prominent}}}}})
}

// Limits of the counts by which a search chooses its index.
const (
	maxCount = 500 // entries that are counted
	fewCount = 50  // is few enough to count no other condition
)

// rarest returns the index of the condition that fewest entries satisfy, or -1 if one of them has
// none.
func (s *database) rarest(ctx context.Context, conditions []condition) (int, error) {
	best, least := 0, int64(maxCount+1)
	if len(conditions) == 1 {
		return 0, nil
	}
	for i, c := range conditions {
		var count struct {
			N int64 `json:"n"`
		}
		err := s.db.RunCommand(ctx, bson.D{
			{Key: "count", Value: indexCollection}, {Key: "query", Value: c.filter}, {Key: "limit", Value: maxCount}, {Key: "hint", Value: c.index},
		}).Decode(&count)
		if err != nil {
			return 0, err
		}
		if count.N == 0 {
			return -1, nil
		}
		if count.N < least {
			best, least = i, count.N
		}
		if least <= fewCount {
			break
		}
	}
	return best, nil
}
