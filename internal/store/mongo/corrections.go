package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// correctionStore implements store.Corrections.
type correctionStore struct{ *database }

// correction is the stored form of a correction.
type correction struct {
	Key              string `json:"_id"`
	store.Correction `json:",inline"`
}

// applyCorrection applies the correction of a document to d. Without one, d is a legal document.
func (s *database) applyCorrection(ctx context.Context, d *store.Document) error {
	var c correction
	err := s.db.Collection(correctionCollection).FindOne(ctx, bson.D{{Key: "_id", Value: d.ID}}).Decode(&c)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	c.Apply(d)
	return nil
}

// PutCorrection implements store.Corrections.
func (s correctionStore) PutCorrection(ctx context.Context, c store.Correction) error {
	return s.transaction(ctx, store.Fence{}, "put the correction of document "+c.DocumentID, func(ctx context.Context) error {
		old, err := s.documentRow(ctx, bson.D{{Key: "_id", Value: c.DocumentID}})
		if err != nil {
			return err
		}
		if old == nil {
			return store.ErrNotFound
		}
		c := c.For(*old)
		_, err = s.db.Collection(correctionCollection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: c.DocumentID}}, correction{c.DocumentID, c}, options.Replace().SetUpsert(true))
		if err != nil {
			return err
		}
		d := *old
		c.Apply(&d)
		return s.writeDocument(ctx, old, d, nil)
	})
}

// GetCorrection implements store.Corrections.
func (s correctionStore) GetCorrection(ctx context.Context, documentID string) (store.Correction, error) {
	var c correction
	err := s.findOne(ctx, "get the correction of document "+documentID, correctionCollection, bson.D{{Key: "_id", Value: documentID}}, &c)
	return c.Correction, err
}

// ListCorrections implements store.Corrections.
func (s correctionStore) ListCorrections(ctx context.Context, company string, opts store.ListOptions) ([]store.Correction, string, error) {
	what := "list the corrections of " + company
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	filter := bson.D{{Key: "company", Value: company}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}
	return listRecords(ctx, s.database, what, correctionCollection, filter, bson.D{{Key: "_id", Value: 1}}, limit,
		func(r correction) (string, store.Correction) { return r.Key, r.Correction })
}

// DeleteCorrection implements store.Corrections.
func (s correctionStore) DeleteCorrection(ctx context.Context, documentID string) error {
	return s.retry(ctx, "delete the correction of document "+documentID, func(ctx context.Context) error {
		_, err := s.db.Collection(correctionCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: documentID}})
		return err
	})
}
