package mongo

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
	"github.com/clausea/crawler/internal/store/pack"
)

// indexEntry is the search index entry of a document.
type indexEntry struct {
	Key      string `json:"_id"` // document ID
	Company  string `json:"company"`
	Type     string `json:"type"`
	Language string `json:"language"`
	// Order is greater for newer texts. Few entries have the same order.
	Order int64 `json:"order"`
	// Terms lists the tokens of the text, and its prominent tokens with the prefix.
	Terms []string `json:"terms"`
	// Text is all terms, separated by spaces, with a space at the beginning and the end: the
	// prominent tokens with the prefix, a boundary, and the tokens of the text in order. A query
	// reads one term from the index, and checks the others and the phrases with Text.
	Text string `json:"text"`
}

// prominentPrefix marks a prominent token. No token contains it.
const prominentPrefix = "^"

// orderBits is the number of bits of an order that distinguish texts of the same second.
const orderBits = 20

// newIndexEntry returns the index entry of d, whose newest text is text.
func newIndexEntry(d store.Document, text string) indexEntry {
	e := fulltext.NewEntry(text)
	h := fnv.New32a()
	_, _ = h.Write([]byte(d.ID))
	r := indexEntry{
		Key: d.ID, Company: d.Company, Type: d.Type, Language: d.Language, Terms: e.Tokens,
		Order: max(0, store.TextTime(d).Unix())<<orderBits + int64(h.Sum32()>>(32-orderBits)) + 1,
	}
	var b strings.Builder
	b.WriteByte(' ')
	for _, t := range e.Prominent {
		r.Terms = append(r.Terms, prominentPrefix+t)
		b.WriteString(prominentPrefix + t + " ")
	}
	b.WriteString("| " + e.Text + " ")
	r.Text = b.String()
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
		err := entries.FindOne(ctx, byID, options.FindOne().SetProjection(bson.D{{Key: "terms", Value: 0}, {Key: "text", Value: 0}})).Decode(&e)
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
