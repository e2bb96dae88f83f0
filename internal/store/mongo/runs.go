package mongo

import (
	"context"
	"fmt"

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

// ListRuns implements store.Runs.
func (s runStore) ListRuns(ctx context.Context, company string, opts store.ListOptions) ([]store.Run, string, error) {
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
	return listRecords(ctx, s.database, "list runs of "+company, runCollection, filter, bson.D{{Key: "_id", Value: -1}}, limit, func(r run) (string, store.Run) { return r.ID, r.Run })
}
