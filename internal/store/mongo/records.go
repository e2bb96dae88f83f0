package mongo

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// Stored records are the records of package store with their key as _id.
type (
	run struct {
		Key       string `json:"_id"`
		store.Run `json:",inline"`
	}
	page struct {
		Key               string `json:"_id"`
		store.FetchedPage `json:",inline"`
	}
	document struct {
		Key            string `json:"_id"`
		store.Document `json:",inline"`
	}
)

// replaceRecord writes v as the record id of a collection under a fence.
func (s *Store) replaceRecord(ctx context.Context, f store.Fence, what, collection, id string, v any) error {
	return s.fenced(ctx, f, what, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, v, options.Replace().SetUpsert(true))
		if mongo.IsDuplicateKeyError(err) && mongo.SessionFromContext(ctx) == nil { // another process inserted it concurrently
			_, err = s.db.Collection(collection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, v, options.Replace().SetUpsert(true))
		}
		return err
	})
}

// findOne decodes the record that matches a filter into v.
func (s *Store) findOne(ctx context.Context, what, collection string, filter bson.D, v any) error {
	return s.retry(ctx, what, func(ctx context.Context) error { return s.db.Collection(collection).FindOne(ctx, filter).Decode(v) })
}

// listRecords returns one page of records. key returns the position of a stored record in the
// order, and the item for it. hide lists fields that are not read.
func listRecords[R, M any](ctx context.Context, s *Store, what, collection string, filter, order bson.D, limit int, key func(R) (string, M), hide ...string) (items []M, next string, err error) {
	err = s.retry(ctx, what, func(ctx context.Context) error {
		items, next = nil, ""
		opts := options.Find().SetSort(order).SetLimit(int64(limit) + 1)
		if len(hide) > 0 {
			without := bson.D{}
			for _, h := range hide {
				without = append(without, bson.E{Key: h, Value: 0})
			}
			opts.SetProjection(without)
		}
		cur, err := s.db.Collection(collection).Find(ctx, filter, opts)
		if err != nil {
			return err
		}
		var rows []R
		if err := cur.All(ctx, &rows); err != nil {
			return err
		}
		last := ""
		for i, r := range rows {
			if i == limit {
				next = store.EncodeContinue(last)
				break
			}
			var m M
			last, m = key(r)
			items = append(items, m)
		}
		return nil
	})
	return items, next, err
}

// PutRun implements store.Runs.
func (s *Store) PutRun(ctx context.Context, r store.Run) error {
	return s.replaceRecord(ctx, r.Fence, "put run "+r.ID, runCollection, r.ID, run{r.ID, r})
}

// GetRun implements store.Runs.
func (s *Store) GetRun(ctx context.Context, id string) (store.Run, error) {
	var r run
	err := s.findOne(ctx, "get run "+id, runCollection, bson.D{{Key: "_id", Value: id}}, &r)
	return r.Run, err
}

// ListRuns implements store.Runs.
func (s *Store) ListRuns(ctx context.Context, company string, opts store.ListOptions) ([]store.Run, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list runs of %q: %w", company, err)
	}
	filter := bson.D{}
	if company != "" {
		filter = append(filter, bson.E{Key: "company", Value: company})
	}
	if after != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: after}}})
	}
	return listRecords(ctx, s, "list runs of "+company, runCollection, filter, bson.D{{Key: "_id", Value: -1}}, limit, func(r run) (string, store.Run) { return r.ID, r.Run })
}

// PutPages implements store.Pages. Without transactions, an interrupted call may write part of
// the batch; the caller repeats it.
func (s *Store) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) error {
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
func (s *Store) DeleteStalePages(ctx context.Context, f store.Fence, company, runID string) error {
	return s.fenced(ctx, f, "delete the stale pages of "+company, func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).DeleteMany(ctx, bson.D{{Key: "company", Value: company}, {Key: "runID", Value: bson.D{{Key: "$ne", Value: runID}}}})
		return err
	})
}

// GetPage implements store.Pages.
func (s *Store) GetPage(ctx context.Context, company, url string) (store.FetchedPage, error) {
	var p page
	err := s.findOne(ctx, "get page "+url, pageCollection, bson.D{{Key: "_id", Value: company + "\n" + url}}, &p)
	return p.FetchedPage, err
}

// ListPages implements store.Pages.
func (s *Store) ListPages(ctx context.Context, company string, opts store.ListOptions) ([]store.FetchedPage, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list pages of %q: %w", company, err)
	}
	filter := bson.D{{Key: "company", Value: company}, {Key: "url", Value: bson.D{{Key: "$gt", Value: after}}}}
	return listRecords(ctx, s, "list pages of "+company, pageCollection, filter, bson.D{{Key: "url", Value: 1}}, limit, func(r page) (string, store.FetchedPage) { return r.URL, r.FetchedPage })
}

// PutDocument implements store.Documents.
func (s *Store) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	return s.replaceRecord(ctx, f, "put document "+d.URL, documentCollection, d.ID, document{d.ID, d})
}

// GetDocument implements store.Documents.
func (s *Store) GetDocument(ctx context.Context, id string) (store.Document, error) {
	var d document
	err := s.findOne(ctx, "get document "+id, documentCollection, bson.D{{Key: "_id", Value: id}}, &d)
	return d.Document, err
}

// FindDocument implements store.Documents.
func (s *Store) FindDocument(ctx context.Context, company, url string) (store.Document, error) {
	var d document
	err := s.findOne(ctx, "find document "+url, documentCollection, bson.D{{Key: "company", Value: company}, {Key: "url", Value: url}}, &d)
	return d.Document, err
}

// ListDocuments implements store.Documents.
func (s *Store) ListDocuments(ctx context.Context, company string, opts store.ListOptions) ([]store.Document, string, error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list documents of %q: %w", company, err)
	}
	return listRecords(ctx, s, "list documents of "+company, documentCollection, documentsAfter(company, after), byCompanyAndURL, limit,
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

// ListCompanies implements store.Documents.
func (s *Store) ListCompanies(ctx context.Context, opts store.ListOptions) (items []store.CompanySummary, next string, err error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list companies: %w", err)
	}
	err = s.retry(ctx, "list companies", func(ctx context.Context) error {
		items, next = nil, ""
		cur, err := s.db.Collection(documentCollection).Aggregate(ctx, bson.A{
			bson.D{{Key: "$match", Value: bson.D{{Key: "company", Value: bson.D{{Key: "$gt", Value: after}}}}}},
			bson.D{{Key: "$group", Value: bson.D{
				{Key: "_id", Value: "$company"},
				{Key: "documents", Value: bson.D{{Key: "$sum", Value: 1}}},
				{Key: "lastChanged", Value: bson.D{{Key: "$max", Value: "$lastChanged"}}},
			}}},
			bson.D{{Key: "$sort", Value: bson.D{{Key: "_id", Value: 1}}}},
			bson.D{{Key: "$limit", Value: limit + 1}},
			bson.D{{Key: "$project", Value: bson.D{{Key: "name", Value: "$_id"}, {Key: "documents", Value: 1}, {Key: "lastChanged", Value: 1}}}},
		})
		if err != nil {
			return err
		}
		if err := cur.All(ctx, &items); err != nil {
			return err
		}
		if len(items) > limit {
			items = items[:limit]
			next = store.EncodeContinue(items[limit-1].Name)
		}
		return nil
	})
	return items, next, err
}
