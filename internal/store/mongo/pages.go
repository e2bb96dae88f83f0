package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// PutPages implements store.Pages. Without transactions, an interrupted call may write part of
// the batch; the caller repeats it.
func (s pageStore) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) error {
	if err := store.CheckPageBatch(pages); err != nil || len(pages) == 0 {
		return err
	}
	writes := make([]mongo.WriteModel, len(pages))
	for i, p := range pages {
		id := p.Company + "\n" + p.URL
		writes[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(page{id, p}).SetUpsert(true)
	}
	put := func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).BulkWrite(ctx, writes)
		return err
	}
	return s.fenced(ctx, f, fmt.Sprintf("put %d pages of %s", len(pages), pages[0].Company), func(ctx context.Context) error {
		err := put(ctx)
		if mongo.IsDuplicateKeyError(err) && mongo.SessionFromContext(ctx) == nil { // another process inserted one concurrently
			err = put(ctx)
		}
		return err
	})
}

// DeleteStalePages implements store.Pages.
func (s pageStore) DeleteStalePages(ctx context.Context, f store.Fence, company, runID string) error {
	return s.fenced(ctx, f, "delete the stale pages of "+company, func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).DeleteMany(ctx, bson.D{{Key: "company", Value: company}, {Key: "runID", Value: bson.D{{Key: "$ne", Value: runID}}}})
		return err
	})
}

// GetPage implements store.Pages.
func (s pageStore) GetPage(ctx context.Context, company, url string) (store.FetchedPage, error) {
	var p page
	err := s.findOne(ctx, "get page "+url, pageCollection, bson.D{{Key: "_id", Value: company + "\n" + url}}, &p)
	return p.FetchedPage, err
}

// ListPages implements store.Pages.
func (s pageStore) ListPages(ctx context.Context, company string, opts store.ListOptions) ([]store.FetchedPage, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list pages of %q: %w", company, err)
	}
	filter := bson.D{{Key: "company", Value: company}, {Key: "url", Value: bson.D{{Key: "$gt", Value: after}}}}
	return listRecords(ctx, s.database, "list pages of "+company, pageCollection, filter, bson.D{{Key: "url", Value: 1}}, limit, func(r page) (string, store.FetchedPage) { return r.URL, r.FetchedPage })
}
