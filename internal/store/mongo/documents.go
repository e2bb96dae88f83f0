package mongo

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// PutDocument implements store.Documents.
func (s documentStore) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	return s.transaction(ctx, f, "put document "+d.URL, func(ctx context.Context) error {
		old, err := s.documentRow(ctx, bson.D{{Key: "_id", Value: d.ID}})
		if err != nil {
			return err
		}
		corrected := d // an attempt starts with the caller's record
		if err := s.applyCorrection(ctx, &corrected); err != nil {
			return err
		}
		return s.writeDocument(ctx, old, corrected, nil)
	})
}

// GetDocument implements store.Documents.
func (s documentStore) GetDocument(ctx context.Context, id string) (store.Document, error) {
	var d document
	err := s.findOne(ctx, "get document "+id, documentCollection, bson.D{{Key: "_id", Value: id}}, &d)
	return d.Document, err
}

// FindDocument implements store.Documents.
func (s documentStore) FindDocument(ctx context.Context, company, url string) (store.Document, error) {
	var d document
	err := s.findOne(ctx, "find document "+url, documentCollection, bson.D{{Key: "company", Value: company}, {Key: "url", Value: url}}, &d)
	return d.Document, err
}

// ListDocuments implements store.Documents.
func (s documentStore) ListDocuments(ctx context.Context, company string, opts store.ListOptions) ([]store.Document, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list documents of %q: %w", company, err)
	}
	return listRecords(ctx, s.database, "list documents of "+company, documentCollection, documentsAfter(company, after), byCompanyAndURL, limit,
		func(r document) (string, store.Document) { return r.Company + "\n" + r.URL, r.Document })
}

// byCompanyAndURL is the order of documents and of their index.
var byCompanyAndURL = bson.D{{Key: "company", Value: 1}, {Key: "url", Value: 1}}

// documentsAfter matches the documents of a company (all companies if it is empty) after the
// key COMPANY NEWLINE URL.
func documentsAfter(company, key string) bson.D {
	c, u, _ := strings.Cut(key, "\n")
	later := bson.D{{Key: "company", Value: c}, {Key: "url", Value: bson.D{{Key: "$gt", Value: u}}}}
	if company != "" {
		later[0].Value = company
		return later
	}
	return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "company", Value: bson.D{{Key: "$gt", Value: c}}}}, later}}}
}
