package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// ListRunCompanies implements store.Runs.
func (s runStore) ListRunCompanies(ctx context.Context, opts store.ListOptions) (names []string, next string, err error) {
	const what = "list the companies that have runs"
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	err = s.retry(ctx, what, func(ctx context.Context) error {
		names, next = nil, ""
		cur, err := s.db.Collection(runCollection).Aggregate(ctx, bson.A{
			bson.D{{Key: "$match", Value: bson.D{{Key: "company", Value: bson.D{{Key: "$gt", Value: after}}}}}},
			bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$company"}}}},
			bson.D{{Key: "$sort", Value: bson.D{{Key: "_id", Value: 1}}}},
			bson.D{{Key: "$limit", Value: limit + 1}},
		})
		if err != nil {
			return err
		}
		var groups []struct {
			Key string `json:"_id"`
		}
		if err := cur.All(ctx, &groups); err != nil {
			return err
		}
		for i, g := range groups {
			if i == limit {
				next = store.EncodeContinue(names[limit-1])
				break
			}
			names = append(names, g.Key)
		}
		return nil
	})
	return names, next, err
}

// ExpireRuns implements store.Runs.
func (s runStore) ExpireRuns(ctx context.Context, company string, keep int, before time.Time) (deleted int, err error) {
	what := "expire runs of " + company
	var ids []string
	err = s.retry(ctx, what, func(ctx context.Context) error {
		ids, err = s.expiredRuns(ctx, company, max(keep, 1), before)
		return err
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	// Delete the runs last, so that an interrupted call can be repeated.
	err = s.retry(ctx, what, func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).DeleteMany(ctx, bson.D{{Key: "runID", Value: bson.D{{Key: "$in", Value: ids}}}})
		return err
	})
	if err == nil {
		err = s.deleteRuns(ctx, ids)
	}
	if err != nil {
		return 0, err
	}
	return len(ids), nil
}

// expiredRuns returns the IDs of the runs that ExpireRuns deletes. keep is at least 1.
func (s runStore) expiredRuns(ctx context.Context, company string, keep int, before time.Time) ([]string, error) {
	runs := s.db.Collection(runCollection)
	newestFirst := bson.D{{Key: "_id", Value: -1}}
	find := func(filter, order bson.D, skip, limit int) (ids []string, err error) {
		opts := options.Find().SetSort(order).SetSkip(int64(skip)).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}})
		cur, err := runs.Find(ctx, filter, opts)
		if err != nil {
			return nil, err
		}
		var rows []struct {
			Key string `json:"_id"`
		}
		if err := cur.All(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			ids = append(ids, r.Key)
		}
		return ids, nil
	}
	ofCompany := bson.D{{Key: "company", Value: company}}
	newest, err := find(ofCompany, newestFirst, 0, 1)
	if err != nil || len(newest) == 0 {
		return nil, err
	}
	earlier := bson.D{{Key: "$lt", Value: before}}
	expired := bson.A{bson.D{{Key: "finishedAt", Value: earlier}, {Key: "createdAt", Value: earlier}}}
	oldestKept, err := find(ofCompany, newestFirst, keep-1, 1)
	if err != nil {
		return nil, err
	}
	if len(oldestKept) > 0 {
		expired = append(expired, bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: oldestKept[0]}}}})
	}
	noCrawlJob := bson.A{
		bson.D{{Key: "task", Value: nil}},
		bson.D{{Key: "archivedAt", Value: bson.D{{Key: "$gt", Value: time.Time{}}}}},
	}
	return find(bson.D{
		{Key: "company", Value: company}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: newest[0]}}},
		{Key: "state", Value: bson.D{{Key: "$in", Value: bson.A{store.RunComplete, store.RunFailed}}}},
		{Key: "$and", Value: bson.A{bson.D{{Key: "$or", Value: expired}}, bson.D{{Key: "$or", Value: noCrawlJob}}}},
	}, bson.D{{Key: "_id", Value: 1}}, 0, store.MaxExpiredRuns)
}

// deleteRuns deletes runs after their checkpoints, requests and events, so that an interrupted call
// can be repeated.
func (s runStore) deleteRuns(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := s.DeleteCheckpoints(ctx, store.Fence{}, id); err != nil {
			return err
		}
	}
	return s.retry(ctx, fmt.Sprintf("delete %d runs", len(ids)), func(ctx context.Context) error {
		in := bson.D{{Key: "$in", Value: ids}}
		for _, c := range []struct{ collection, key string }{{requestCollection, "_id"}, {runEventCollection, "runID"}, {runCollection, "_id"}} {
			if _, err := s.db.Collection(c.collection).DeleteMany(ctx, bson.D{{Key: c.key, Value: in}}); err != nil {
				return err
			}
		}
		return nil
	})
}
