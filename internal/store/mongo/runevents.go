package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// runEvent is the stored form of a store.RunEvent. Its key is RUN NEWLINE ID.
type runEvent struct {
	Key            string `json:"_id"`
	store.RunEvent `json:",inline"`
}

func runEventKey(runID, id string) string { return runID + "\n" + id }

// errSequenceTaken means that another writer has used a sequence number concurrently.
var errSequenceTaken = errors.New("another writer appended events concurrently")

// Bounds of AppendRunEvents under contention. A run has few writers: its worker, the
// controller, and a worker that takes the run over.
const (
	appendAttempts = 100
	appendWait     = 10 * time.Millisecond
)

// AppendRunEvents implements store.RunEvents. The unique index of run and sequence number
// rejects the slower one of two concurrent writers, which then reads the last number again.
func (s runEventStore) AppendRunEvents(ctx context.Context, f store.Fence, runID string, events []store.RunEvent) error {
	if err := store.CheckRunEventBatch(runID, events); err != nil || len(events) == 0 {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := s.fenced(ctx, f, fmt.Sprintf("append %d events to run %s", len(events), runID), func(ctx context.Context) error {
			return s.appendEvents(ctx, runID, events)
		})
		if err == nil {
			s.runEvents.Notify(runID)
		}
		if !errors.Is(err, errSequenceTaken) || attempt == appendAttempts {
			return err
		}
		select {
		case <-time.After(appendWait/2 + rand.N(appendWait)):
		case <-ctx.Done():
			return err
		}
	}
}

// appendEvents appends those events of a batch that are not stored yet. It reads the last
// sequence number before each write, and inserts in order, so that there are no gaps even
// without a transaction.
func (s runEventStore) appendEvents(ctx context.Context, runID string, events []store.RunEvent) error {
	if err := s.db.Collection(runCollection).FindOne(ctx, bson.D{{Key: "_id", Value: runID}}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err(); err != nil {
		return err // mongo.ErrNoDocuments becomes store.ErrNotFound
	}
	keys := make([]string, len(events))
	for i, e := range events {
		keys[i] = runEventKey(runID, e.ID)
	}
	stored := map[string]bool{}
	known, err := s.findEvents(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}, 1, len(events))
	if err != nil {
		return err
	}
	for _, e := range known {
		stored[e.ID] = true
	}
	var last int64
	newest, err := s.findEvents(ctx, bson.D{{Key: "runID", Value: runID}}, -1, 1)
	if err != nil {
		return err
	}
	for _, e := range newest {
		last = e.Sequence
	}
	next := store.NextRunEvents(runID, events, last, stored)
	if len(next) == 0 {
		return nil
	}
	rows := make([]runEvent, len(next))
	for i, e := range next {
		rows[i] = runEvent{runEventKey(runID, e.ID), e}
	}
	_, err = s.db.Collection(runEventCollection).InsertMany(ctx, rows) // in order; ends at the first error
	if mongo.IsDuplicateKeyError(err) {
		return errSequenceTaken
	}
	return err
}

// findEvents returns at most limit events that match a filter, ordered by sequence number.
func (s runEventStore) findEvents(ctx context.Context, filter bson.D, order, limit int) ([]runEvent, error) {
	opts := options.Find().SetSort(bson.D{{Key: "sequence", Value: order}}).SetLimit(int64(limit))
	cur, err := s.db.Collection(runEventCollection).Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	var rows []runEvent
	err = cur.All(ctx, &rows)
	return rows, err
}

// ListRunEvents implements store.RunEvents.
func (s runEventStore) ListRunEvents(ctx context.Context, runID string, after int64, limit int) (events []store.RunEvent, err error) {
	filter := bson.D{{Key: "runID", Value: runID}, {Key: "sequence", Value: bson.D{{Key: "$gt", Value: after}}}}
	err = s.retry(ctx, "list the events of run "+runID, func(ctx context.Context) error {
		events = nil
		rows, err := s.findEvents(ctx, filter, 1, store.EffectiveLimit(limit))
		for _, r := range rows {
			events = append(events, r.RunEvent)
		}
		return err
	})
	return events, err
}

// WatchRunEvents implements store.RunEvents. It polls for the events of other processes.
func (s runEventStore) WatchRunEvents(ctx context.Context, runID string, after int64) (store.RunEventWatch, error) {
	return feed.WatchRunEvents(ctx, s.ListRunEvents, &s.runEvents, pollInterval, runID, after), nil
}
