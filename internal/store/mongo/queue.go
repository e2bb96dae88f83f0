package mongo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// request is the stored form of a store.RunRequest.
type request struct {
	Run     string `json:"_id"`
	Request string `json:"request"`
}

// ListRunsByState implements store.Runs.
func (s runStore) ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) ([]store.Run, string, error) {
	what := "list runs in state " + string(state)
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	filter := bson.D{{Key: "state", Value: state}}
	if priority, id, ok := strings.Cut(after, " "); ok {
		n, err := strconv.ParseInt(priority, 10, 32)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %.40q: %w", what, after, store.ErrInvalidToken)
		}
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "priority", Value: bson.D{{Key: "$lt", Value: n}}}},
			bson.D{{Key: "priority", Value: n}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: id}}}},
		}})
	}
	order := bson.D{{Key: "priority", Value: -1}, {Key: "_id", Value: 1}}
	return listRecords(ctx, s.database, what, runCollection, filter, order, limit, func(r run) (string, store.Run) { return fmt.Sprint(r.Priority, " ", r.ID), r.Run })
}

// CompareAndSwapRun implements store.Runs.
func (s runStore) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) error {
	// Also match the record that an earlier attempt wrote whose response was lost. No other
	// writer writes the same record: a writer has the fence exclusively, or writes the end
	// that was requested.
	written := bson.D{
		{Key: "state", Value: r.State}, {Key: "heartbeat", Value: r.Heartbeat}, {Key: "finishedAt", Value: r.FinishedAt},
		{Key: "fence.leaseName", Value: r.Fence.LeaseName}, {Key: "fence.epoch", Value: r.Fence.Epoch},
	}
	match := bson.D{{Key: "_id", Value: r.ID}, {Key: "$or", Value: bson.A{bson.D{{Key: "state", Value: from}}, written}}}
	return s.fenced(ctx, r.Fence, "compare and swap run "+r.ID+" in state "+string(from), func(ctx context.Context) error {
		res, err := s.db.Collection(runCollection).ReplaceOne(ctx, match, run{r.ID, r})
		if err == nil && res.MatchedCount == 0 {
			return store.ErrConflict
		}
		return err
	})
}

// PutRunRequest implements store.Runs.
func (s runStore) PutRunRequest(ctx context.Context, runID string, r store.RunRequest) error {
	return s.retry(ctx, "put request "+string(r)+" to run "+runID, func(ctx context.Context) error {
		_, err := s.db.Collection(requestCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: runID}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "request", Value: string(r)}}}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}

// GetRunRequest implements store.Runs.
func (s runStore) GetRunRequest(ctx context.Context, runID string) (store.RunRequest, error) {
	var r request
	err := s.findOne(ctx, "get request to run "+runID, requestCollection, bson.D{{Key: "_id", Value: runID}}, &r)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return store.RunRequest(r.Request), err
}

// DeleteRunRequest implements store.Runs.
func (s runStore) DeleteRunRequest(ctx context.Context, runID string) error {
	return s.retry(ctx, "delete the request to run "+runID, func(ctx context.Context) error {
		_, err := s.db.Collection(requestCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: runID}})
		return err
	})
}

// DeleteCompany implements store.Documents. It deletes documents after their versions and
// runs after their checkpoints, so that an interrupted call can be repeated.
func (s *Store) DeleteCompany(ctx context.Context, company string) error {
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		docs, _, err := s.ListDocuments(ctx, company, p)
		if err != nil {
			return err
		}
		if len(docs) == 0 {
			break
		}
		var ids bson.A
		for _, d := range docs {
			ids = append(ids, d.ID)
		}
		in := bson.D{{Key: "$in", Value: ids}}
		if err := s.deleteWithBlobs(ctx, "delete the versions of "+company, versionCollection, bson.D{{Key: "documentID", Value: in}}); err != nil {
			return err
		}
		err = s.retry(ctx, "delete the documents of "+company, func(ctx context.Context) error {
			_, err := s.db.Collection(documentCollection).DeleteMany(ctx, bson.D{{Key: "_id", Value: in}})
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := s.deleteSearch(ctx, company); err != nil {
		return err
	}
	if err := s.deleteChanges(ctx, company); err != nil {
		return err
	}
	if err := s.deleteSnapshots(ctx, company); err != nil {
		return err
	}
	for {
		runs, _, err := s.QueryRuns(ctx, store.RunQuery{Companies: []string{company}, ListOptions: p})
		if err != nil {
			return err
		}
		if len(runs) == 0 {
			break
		}
		ids := make([]string, len(runs))
		for i, r := range runs {
			ids[i] = r.ID
		}
		if err := s.deleteRuns(ctx, ids); err != nil {
			return err
		}
	}
	for _, c := range []string{reviewCollection, deliveryCollection} {
		if _, err := s.deleteRecords(ctx, "delete the "+c+" of "+company, c, bson.D{{Key: "company", Value: company}}); err != nil {
			return err
		}
	}
	return s.retry(ctx, "delete the pages of "+company, func(ctx context.Context) error {
		_, err := s.db.Collection(pageCollection).DeleteMany(ctx, bson.D{{Key: "company", Value: company}})
		return err
	})
}
