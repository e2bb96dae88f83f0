package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
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

func (s searchStore) searchDocuments(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, at fulltext.Position, limit int) (hits []store.SearchHit, next string, err error) {
	var positions []fulltext.Position // of hits
	for ; len(hits) <= limit && at.Tier < fulltext.Tiers; at = (fulltext.Position{Tier: at.Tier + 1}) {
		found, where, err := s.searchTier(ctx, q, parsed, at, limit+1-len(hits))
		if err != nil {
			return nil, "", err
		}
		hits, positions = append(hits, found...), append(positions, where...)
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

// searchTier returns at most limit hits of a tier after a position, and their positions. It reads
// as many entries as hits are missing until the texts of enough entries have all phrases.
func (s searchStore) searchTier(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, at fulltext.Position, limit int) (hits []store.SearchHit, positions []fulltext.Position, err error) {
	filter, hint, err := s.searchFilter(ctx, q, parsed, at)
	if err != nil || filter == nil {
		return nil, nil, err
	}
	cur, err := s.db.Collection(indexCollection).Find(ctx, filter, options.Find().SetHint(hint).
		SetSort(byOrder).SetBatchSize(int32(limit)).SetProjection(bson.D{{Key: "order", Value: 1}}))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for len(hits) < limit {
		wanted := limit - len(hits)
		entries, err := nextEntries(ctx, cur, wanted)
		if err != nil {
			return nil, nil, err
		}
		found, err := s.hits(ctx, entries, parsed)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			if order := int64(e.Order); order != at.Order {
				at.Order, at.Seen = order, nil
			}
			at.Seen = append(at.Seen[:len(at.Seen):len(at.Seen)], e.Key)
			if h, ok := found[e.Key]; ok {
				hits, positions = append(hits, h), append(positions, at)
			}
		}
		if len(entries) < wanted {
			break
		}
	}
	return hits, positions, nil
}

// nextEntries reads at most n entries, with key and order only.
func nextEntries(ctx context.Context, cur *mongo.Cursor, n int) ([]indexEntry, error) {
	entries := make([]indexEntry, 0, n)
	for len(entries) < n && cur.Next(ctx) {
		var e indexEntry
		if err := cur.Decode(&e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, cur.Err()
}

// hits returns the documents of index entries, with their excerpts, whose texts have all phrases.
// The index lists terms and pairs of words, so the texts decide.
func (s searchStore) hits(ctx context.Context, entries []indexEntry, parsed fulltext.Query) (map[string]store.SearchHit, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	ids := make(bson.A, len(entries))
	for i, e := range entries {
		ids[i] = e.Key
	}
	cur, err := s.db.Collection(documentCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
	if err != nil {
		return nil, err
	}
	var rows []document
	if err := cur.All(ctx, &rows); err != nil {
		return nil, err
	}
	docs := make([]store.Document, len(rows))
	for i, r := range rows {
		docs[i] = r.Document
	}
	texts, err := s.newestTexts(ctx, docs)
	if err != nil {
		return nil, err
	}
	hits := make(map[string]store.SearchHit, len(rows))
	for _, r := range rows {
		text, ok := texts[r.Key] // the company of one without a text was deleted meanwhile
		if !ok {
			continue
		}
		if excerpts, all := parsed.Read(text); all {
			hits[r.Key] = store.SearchHit{Document: r.Document, Excerpts: excerpts}
		}
	}
	return hits, nil
}

// condition is an indexed condition of a search: the index, and the condition as a filter.
type condition struct {
	index, filter bson.D
}

// late returns the condition in a form for which the server does not consider an index, and that it
// evaluates after the pairs of a phrase: it sorts $or before $nor. The pairs reject most entries. In
// a store of 100,000 documents, this reads 3,500 entries in 13 ms in place of 26.
func (c condition) late() bson.D {
	e := c.filter[0]
	if _, isList := e.Value.(bson.D); isList { // $in
		return c.filter
	}
	return bson.D{{Key: "$nor", Value: bson.A{bson.D{{Key: e.Key, Value: bson.D{{Key: "$ne", Value: e.Value}}}}}}}
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

// searchFilter returns the filter of the index entries of a tier after a position, and the index
// that it uses. The filter is nil if there is no entry.
func (s *database) searchFilter(ctx context.Context, q store.SearchQuery, parsed fulltext.Query, at fulltext.Position) (filter, hint bson.D, err error) {
	conditions := searchConditions(q, parsed, at.Tier)
	rarest, err := s.rarest(ctx, conditions)
	if err != nil || rarest < 0 {
		return nil, nil, err
	}
	pairs := pairConditions(parsed)
	all := bson.A{conditions[rarest].filter}
	for i, c := range conditions {
		if i != rarest {
			all = append(all, c.late())
		}
	}
	if at.Tier != fulltext.Prominent {
		all = append(all, bson.D{{Key: "$nor", Value: bson.A{bson.D{{Key: "terms", Value: bson.D{{Key: "$all", Value: terms(parsed, fulltext.Prominent)}}}}}}})
	}
	if len(pairs) > 0 {
		all = append(all, bson.D{{Key: "$or", Value: pairs}})
	}
	if at.Order > 0 {
		all = append(all, bson.D{{Key: "order", Value: bson.D{{Key: "$lte", Value: at.Order}}}})
	}
	if len(at.Seen) > 0 {
		all = append(all, bson.D{{Key: "_id", Value: bson.D{{Key: "$nin", Value: at.Seen}}}})
	}
	return bson.D{{Key: "$and", Value: all}}, conditions[rarest].index, nil
}

// terms returns the terms that an entry of a tier has.
func terms(parsed fulltext.Query, tier int) (all bson.A) {
	for _, t := range parsed.Tokens() {
		if tier == fulltext.Prominent { // a prominent token is in the text
			all = append(all, int32(fulltext.ProminentTermOf(t)))
		} else {
			all = append(all, int32(fulltext.TermOf(t)))
		}
	}
	return all
}

// pairConditions returns the conditions on the pairs of an entry, one of which applies, or none.
func pairConditions(parsed fulltext.Query) (all bson.A) {
	for _, size := range fulltext.PairSizes {
		bits := parsed.PairBits(size)
		if len(bits) == 0 {
			return nil
		}
		all = append(all, bson.D{{Key: "pairsSize", Value: int32(size)}, {Key: "pairs", Value: bson.D{{Key: "$bitsAllSet", Value: bits}}}})
	}
	return all
}

// searchConditions returns the indexed conditions of a tier of a query.
func searchConditions(q store.SearchQuery, parsed fulltext.Query, tier int) (all []condition) {
	for _, t := range terms(parsed, tier) {
		all = append(all, condition{entriesByTerm, bson.D{{Key: "terms", Value: t}}})
	}
	for _, f := range []struct {
		index  bson.D
		values []string
	}{{entriesByCompany, q.Companies}, {entriesByType, q.Types}, {entriesByLanguage, q.Languages}} {
		if len(f.values) > 0 {
			all = append(all, condition{f.index, bson.D{{Key: f.index[0].Key, Value: bson.D{{Key: "$in", Value: f.values}}}}})
		}
	}
	return all
}

// Limits of the counts by which a search chooses its index.
const (
	maxCount = 500 // entries that are counted
	fewCount = 50  // is few enough to count no other condition
)

// rarest returns the index of the condition that fewest entries satisfy, or -1 if one of them has
// none. Of conditions with maxCount entries or more, it is the one whose newest maxCount entries
// reach back furthest.
func (s *database) rarest(ctx context.Context, conditions []condition) (int, error) {
	best, least, oldest := 0, int64(maxCount+1), int64(0)
	if len(conditions) == 1 {
		return 0, nil
	}
	for i, c := range conditions {
		n, err := s.countEntries(ctx, c)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return -1, nil
		}
		order := int64(0)
		if n >= maxCount && least >= maxCount {
			if order, err = s.orderAt(ctx, c, maxCount); err != nil {
				return 0, err
			}
		}
		if n < least || n == least && order < oldest {
			best, least, oldest = i, n, order
		}
		if least <= fewCount {
			break
		}
	}
	return best, nil
}

// countEntries counts the entries that satisfy a condition, at most maxCount.
func (s *database) countEntries(ctx context.Context, c condition) (int64, error) {
	var count struct {
		N int64 `json:"n"`
	}
	err := s.db.RunCommand(ctx, bson.D{
		{Key: "count", Value: indexCollection}, {Key: "query", Value: c.filter}, {Key: "limit", Value: maxCount}, {Key: "hint", Value: c.index},
	}).Decode(&count)
	return count.N, err
}

// orderAt returns the order of the entry with number n, from 1, of those that satisfy a condition,
// the newest first. It returns 0 if there are fewer.
func (s *database) orderAt(ctx context.Context, c condition, n int64) (int64, error) {
	var e indexEntry
	err := s.db.Collection(indexCollection).FindOne(ctx, c.filter, options.FindOne().SetHint(c.index).SetSort(byOrder).SetSkip(n-1).
		SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "order", Value: 1}})).Decode(&e)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return int64(e.Order), err
}
