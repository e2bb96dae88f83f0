package mongo

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
	"github.com/clausea/crawler/internal/store/pack"
)

// indexEntry is the search index entry of a document. It has no text: hashes and 32-bit numbers need
// a quarter of the space, most of which is that of the index of the terms.
type indexEntry struct {
	Key      string `json:"_id"` // document ID
	Company  string `json:"company"`
	Type     string `json:"type"`
	Language string `json:"language"`
	// Order is the time of the text in seconds from orderEpoch on, and greater for newer texts. Few
	// entries have the same order.
	Order int32 `json:"order"`
	// Terms lists the terms of the text and of its prominent tokens.
	Terms []int32 `json:"terms"`
	// Pairs is the filter of the pairs of tokens that follow each other, and PairsSize its size.
	Pairs     []byte `json:"pairs"`
	PairsSize int32  `json:"pairsSize"`
}

// orderEpoch is the beginning of the year 2000 in seconds since 1970. The order of an earlier text
// is 1, and that of one after 2067 is the greatest.
const orderEpoch = 946_684_800

// newIndexEntry returns the index entry of d, whose newest text is text.
func newIndexEntry(d store.Document, text string) indexEntry {
	e := fulltext.NewEntry(text)
	r := indexEntry{
		Key: d.ID, Company: d.Company, Type: d.Type, Language: d.Language,
		Order: int32(min(max(store.TextTime(d).Unix()-orderEpoch, 1), math.MaxInt32)),
		Pairs: e.Pairs, PairsSize: int32(len(e.Pairs)), Terms: make([]int32, 0, len(e.Terms)+len(e.Prominent)),
	}
	for _, terms := range [][]fulltext.Term{e.Terms, e.Prominent} {
		for _, t := range terms {
			r.Terms = append(r.Terms, int32(t))
		}
	}
	return r
}

// updateSearchIndex updates the index entry of d, in the transaction that writes d. If text is nil,
// the text of d did not change.
func (s *database) updateSearchIndex(ctx context.Context, d store.Document, text *string) error {
	entries, byID := s.db.Collection(indexCollection), bson.D{{Key: "_id", Value: d.ID}}
	if d.NotLegal {
		_, err := entries.DeleteOne(ctx, byID)
		return err
	}
	if text == nil {
		var e indexEntry
		err := entries.FindOne(ctx, byID, options.FindOne().SetProjection(bson.D{{Key: "terms", Value: 0}, {Key: "pairs", Value: 0}})).Decode(&e)
		switch {
		case err == nil && e.Company == d.Company && e.Type == d.Type && e.Language == d.Language:
			return nil
		case err == nil:
			_, err = entries.UpdateOne(ctx, byID, bson.D{{Key: "$set", Value: bson.D{
				{Key: "company", Value: d.Company}, {Key: "type", Value: d.Type}, {Key: "language", Value: d.Language},
			}}})
			return err
		case !errors.Is(err, mongo.ErrNoDocuments):
			return err
		}
		texts, err := s.newestTexts(ctx, []store.Document{d})
		newest, exists := texts[d.ID]
		if err != nil || !exists {
			return err
		}
		text = &newest
	}
	_, err := entries.ReplaceOne(ctx, byID, newIndexEntry(d, *text), options.Replace().SetUpsert(true))
	return err
}

// newestTexts returns the newest texts of documents by ID. Those without a text are missing. It
// does not retry, because it may be part of a transaction.
func (s *database) newestTexts(ctx context.Context, docs []store.Document) (map[string]string, error) {
	texts := make(map[string]string, len(docs))
	var chains bson.A
	for _, d := range docs {
		// Version numbers 1, 1+KeyframeInterval, ... are keyframes.
		keyframe := max(0, d.Versions-1)/pack.KeyframeInterval*pack.KeyframeInterval + 1
		chains = append(chains, bson.D{{Key: "documentID", Value: d.ID}, {Key: "number", Value: bson.D{{Key: "$gte", Value: keyframe}}}})
	}
	if len(chains) == 0 {
		return texts, nil
	}
	cur, err := s.db.Collection(versionCollection).Find(ctx, bson.D{{Key: "$or", Value: chains}}, options.Find().
		SetSort(bson.D{{Key: "documentID", Value: 1}, {Key: "number", Value: 1}}).SetProjection(bson.D{{Key: "documentID", Value: 1}, {Key: "number", Value: 1}, {Key: "keyframe", Value: 1}, {Key: "blob", Value: 1}}))
	if err != nil {
		return nil, err
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for cur.Next(ctx) {
		var v version
		if err := cur.Decode(&v); err != nil {
			return nil, err
		}
		data, err := s.getBlob(ctx, v.Blob)
		if err != nil {
			return nil, err
		}
		var previous []byte
		if !v.Keyframe {
			previous = []byte(texts[v.DocumentID])
		}
		text, err := pack.Decode(previous, data)
		if err != nil {
			return nil, fmt.Errorf("version %d of %s: %w", v.Number, v.DocumentID, err)
		}
		texts[v.DocumentID] = string(text)
	}
	return texts, cur.Err()
}
