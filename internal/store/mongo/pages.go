package mongo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// pageKey returns the key of a page. The key orders the pages of a run by URL.
func pageKey(runID, url string) string { return runID + "\n" + url }

// PutPages implements store.Pages. Without transactions, an interrupted call may write part of
// the batch; the caller repeats it.
func (s pageStore) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) error {
	if err := store.CheckPageBatch(pages); err != nil || len(pages) == 0 {
		return err
	}
	writes := make([]mongo.WriteModel, len(pages))
	for i, p := range pages {
		id := pageKey(p.RunID, p.URL)
		writes[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(page{id, p}).SetUpsert(true)
	}
	put := func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).BulkWrite(ctx, writes)
		return err
	}
	return s.fenced(ctx, f, fmt.Sprintf("put %d pages of run %s", len(pages), pages[0].RunID), func(ctx context.Context) error {
		err := put(ctx)
		if mongo.IsDuplicateKeyError(err) && mongo.SessionFromContext(ctx) == nil { // another process inserted one concurrently
			err = put(ctx)
		}
		return err
	})
}

// GetPage implements store.Pages.
func (s pageStore) GetPage(ctx context.Context, runID, url string) (store.FetchedPage, error) {
	var p page
	err := s.findOne(ctx, "get page "+url+" of run "+runID, pageCollection, bson.D{{Key: "_id", Value: pageKey(runID, url)}}, &p)
	return p.FetchedPage, err
}

// QueryPages implements store.Pages.
func (s pageStore) QueryPages(ctx context.Context, q store.PageQuery) ([]store.FetchedPage, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	what := "query pages of run " + q.RunID
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	filter, order := pageFilter(q, after)
	return listRecords(ctx, s.database, what, pageCollection, filter, order, limit, func(r page) (string, store.FetchedPage) { return r.URL, r.FetchedPage })
}

// pageFilter matches the pages of a query after a URL, and returns their order. The index
// of the key is the one by run and URL. The indexes of reasons and types end with the URL.
func pageFilter(q store.PageQuery, after string) (filter, order bson.D) {
	if len(q.Reasons)+len(q.Types) == 0 {
		// The vertical tab follows the newline in ASCII.
		filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: pageKey(q.RunID, after)}, {Key: "$lt", Value: q.RunID + "\v"}}}}
		order = bson.D{{Key: "_id", Value: 1}}
	} else {
		filter = bson.D{{Key: "runID", Value: q.RunID}, {Key: "url", Value: bson.D{{Key: "$gt", Value: after}}}}
		order = bson.D{{Key: "url", Value: 1}}
	}
	filter = appendIn(filter, "reason", q.Reasons)
	filter = appendIn(filter, "type", q.Types)
	if q.Fetched != nil {
		operator := "$lte"
		if *q.Fetched {
			operator = "$gt"
		}
		filter = append(filter, bson.E{Key: "fetchedAt", Value: bson.D{{Key: operator, Value: time.Time{}}}})
	}
	return filter, order
}

// ExpirePages implements store.Pages. It deletes the pages of one run at a time, so that a
// transaction stays small.
func (s pageStore) ExpirePages(ctx context.Context, f store.Fence, company string, keep int) error {
	what := "expire pages of " + company
	var expired []string
	err := s.retry(ctx, what, func(ctx context.Context) (err error) {
		expired, err = s.expiredPageRuns(ctx, company, max(keep, 0))
		return err
	})
	if err != nil {
		return err
	}
	if len(expired) == 0 { // a caller with an outdated epoch is rejected all the same
		return s.fenced(ctx, f, what, func(context.Context) error { return nil })
	}
	for _, run := range expired {
		err := s.fenced(ctx, f, what, func(ctx context.Context) error {
			_, err := s.db.Collection(pageCollection).DeleteMany(ctx, bson.D{{Key: "company", Value: company}, {Key: "runID", Value: run}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// expiredPageRuns returns the runs of a company whose pages ExpirePages deletes.
func (s pageStore) expiredPageRuns(ctx context.Context, company string, keep int) ([]string, error) {
	var runs []string
	if err := s.db.Collection(pageCollection).Distinct(ctx, "runID", bson.D{{Key: "company", Value: company}}).Decode(&runs); err != nil {
		return nil, err
	}
	if len(runs) <= keep {
		return nil, nil
	}
	slices.Sort(runs)
	older := runs[:len(runs)-keep]
	var active []string
	notEnded := bson.D{
		{Key: "_id", Value: bson.D{{Key: "$in", Value: older}}},
		{Key: "state", Value: bson.D{{Key: "$nin", Value: bson.A{store.RunComplete, store.RunFailed}}}},
	}
	if err := s.db.Collection(runCollection).Distinct(ctx, "_id", notEnded).Decode(&active); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(older, func(id string) bool { return slices.Contains(active, id) }), nil
}
