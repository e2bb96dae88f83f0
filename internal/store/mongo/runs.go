package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// PutRun implements store.Runs.
func (s runStore) PutRun(ctx context.Context, r store.Run) error {
	return s.replaceRecord(ctx, r.Fence, "put run "+r.ID, runCollection, r.ID, run{r.ID, r})
}

// GetRun implements store.Runs.
func (s runStore) GetRun(ctx context.Context, id string) (store.Run, error) {
	var r run
	err := s.findOne(ctx, "get run "+id, runCollection, bson.D{{Key: "_id", Value: id}}, &r)
	return r.Run, err
}

// QueryRuns implements store.Runs.
func (s runStore) QueryRuns(ctx context.Context, q store.RunQuery) ([]store.Run, string, error) {
	const what = "query runs"
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	filter, err := runFilter(q, after)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	return listRecords(ctx, s.database, what, runCollection, filter, newestRunFirst, limit, func(r run) (string, store.Run) { return fmt.Sprint(r.CreatedAt.UnixMilli(), " ", r.ID), r.Run })
}

// newestRunFirst is the order of QueryRuns. The indexes of runs end with it.
var newestRunFirst = bson.D{{Key: "createdAt", Value: -1}, {Key: "_id", Value: -1}}

// runFilter matches the runs of a query after a key.
func runFilter(q store.RunQuery, after string) (bson.D, error) {
	filter := bson.D{}
	filter = appendIn(filter, "company", q.Companies)
	filter = appendIn(filter, "state", q.States)
	filter = appendIn(filter, "trigger", q.Triggers)
	var created bson.D
	if !q.CreatedSince.IsZero() {
		created = append(created, bson.E{Key: "$gte", Value: q.CreatedSince})
	}
	if after != "" {
		milli, id, err := store.DecodeRunKey(after)
		if err != nil {
			return nil, err
		}
		at := time.UnixMilli(milli)
		created = append(created, bson.E{Key: "$lte", Value: at}) // bounds the scan of the index; $or does not
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "createdAt", Value: bson.D{{Key: "$lt", Value: at}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: id}}}},
		}})
	}
	if created != nil {
		filter = append(filter, bson.E{Key: "createdAt", Value: created})
	}
	return filter, nil
}

// appendIn appends to a filter that a key has one of the values, if there are any.
func appendIn[T any](filter bson.D, key string, values []T) bson.D {
	switch len(values) {
	case 0:
		return filter
	case 1:
		return append(filter, bson.E{Key: key, Value: values[0]})
	default:
		return append(filter, bson.E{Key: key, Value: bson.D{{Key: "$in", Value: values}}})
	}
}
