package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// CreateDocument implements store.Documents. The unique index on company and URL decides
// between concurrent calls. Without a transaction, the version is written first: an
// interrupted call may leave a version without a document, but no document without a version.
func (s documentStore) CreateDocument(ctx context.Context, f store.Fence, d store.Document, v store.Version, text string) (store.Document, bool, error) {
	what := "create document " + d.URL
	d.Versions, v.DocumentID = 1, d.ID
	packed, err := pack.PackVersion(v, 0, nil, text)
	if err != nil {
		return store.Document{}, false, fmt.Errorf("%s: %w", what, err)
	}
	first, err := s.versionOf(ctx, packed)
	if err != nil {
		return store.Document{}, false, fmt.Errorf("%s: %w", what, err)
	}
	atURL := bson.D{{Key: "company", Value: d.Company}, {Key: "url", Value: d.URL}}
	var stored document
	err = s.transaction(ctx, f, what, func(ctx context.Context) error {
		stored = document{}
		err := s.db.Collection(documentCollection).FindOne(ctx, atURL).Decode(&stored)
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return err
		}
		_, err = s.db.Collection(versionCollection).InsertOne(ctx, first)
		// Without a transaction, an earlier attempt may have written the version.
		if err != nil && !(mongo.IsDuplicateKeyError(err) && mongo.SessionFromContext(ctx) == nil) {
			return err
		}
		if other, err := s.documentRow(ctx, bson.D{{Key: "_id", Value: d.ID}}); err != nil || other != nil {
			return errors.Join(store.ErrExists, err)
		}
		stored = document{d.ID, d}
		return s.writeDocument(ctx, nil, stored.Document, &text)
	})
	if mongo.IsDuplicateKeyError(err) {
		// Another writer, or an earlier attempt, created a document concurrently. If none has
		// the URL, the ID belongs to a document at another URL.
		if ferr := s.findOne(ctx, what, documentCollection, atURL, &stored); !errors.Is(ferr, store.ErrNotFound) {
			err = ferr
		}
	}
	if err != nil {
		return store.Document{}, false, err
	}
	return stored.Document, stored.ID == d.ID, nil
}
