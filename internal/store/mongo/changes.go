package mongo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// changeCollection holds the feed of changes. feedCounter is the key of the record in the meta
// collection that has the latest sequence.
const (
	changeCollection = "changes"
	feedCounter      = "changes"
)

// change is the stored form of a change.
type change struct {
	Key          string `json:"_id"`
	store.Change `json:",inline"`
}

// acquireFeed waits until no other commit of this process appends changes. Commits of several
// processes conflict at the counter, and are retried; those of one process wait for each other
// instead.
func (s *database) acquireFeed(ctx context.Context) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, conflictTimeout)
	defer cancel()
	select {
	case s.appending <- struct{}{}:
		return func() { <-s.appending }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another commit: %w", ctx.Err())
	}
}

// numberChanges returns the changes whose ID does not exist, with their sequences. The counter
// conflicts with every transaction that has incremented it and is not committed yet, so the order
// of the sequences is the order of the commits. numberChanges is called before the writes of the
// transaction, so that a conflict costs little.
func (s *database) numberChanges(ctx context.Context, changes []store.Change) ([]change, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	cur, err := s.db.Collection(changeCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var known []struct {
		Key string `json:"_id"`
	}
	if err := cur.All(ctx, &known); err != nil {
		return nil, err
	}
	stored := map[string]bool{}
	for _, k := range known {
		stored[k.Key] = true
	}
	var rows []change
	for _, c := range changes {
		if !stored[c.ID] {
			stored[c.ID] = true
			rows = append(rows, change{c.ID, c})
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var counter struct {
		Sequence int64 `json:"sequence"`
	}
	err = s.db.Collection(metaCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: feedCounter}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "sequence", Value: int64(len(rows))}}}},
		options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&counter)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Sequence = counter.Sequence - int64(len(rows)-1-i)
	}
	return rows, nil
}

// ListChanges implements store.Changes.
func (s changeStore) ListChanges(ctx context.Context, q store.ChangeQuery) ([]store.Change, string, error) {
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	filter, order, err := changeFilter(q, after)
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	return listRecords(ctx, s.database, "list changes", changeCollection, filter, order, limit,
		func(r change) (string, store.Change) { return strconv.FormatInt(r.Sequence, 10), r.Change })
}

// changeFilter returns the filter and the order for the page of q after a key.
func changeFilter(q store.ChangeQuery, key string) (filter, order bson.D, err error) {
	filter, order = bson.D{}, bson.D{{Key: "sequence", Value: -1}}
	compare := "$lt"
	if q.Order == store.OldestFirst {
		order[0].Value, compare = 1, "$gt"
	}
	var bounds bson.A
	if key != "" {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return nil, nil, store.ErrInvalidToken
		}
		bounds = append(bounds, bson.D{{Key: "sequence", Value: bson.D{{Key: compare, Value: n}}}})
	}
	if q.After > 0 {
		bounds = append(bounds, bson.D{{Key: "sequence", Value: bson.D{{Key: "$gt", Value: q.After}}}})
	}
	if len(bounds) > 0 {
		filter = append(filter, bson.E{Key: "$and", Value: bounds})
	}
	filter = addList(filter, "company", q.Companies)
	filter = addList(filter, "documentID", q.DocumentIDs)
	filter = addList(filter, "documentType", q.Types)
	filter = addList(filter, "kind", q.Kinds)
	filter = addList(filter, "summary.labels", q.Labels)
	if q.Silent != nil {
		filter = append(filter, bson.E{Key: "silent", Value: *q.Silent})
	}
	if !q.Since.IsZero() {
		filter = append(filter, bson.E{Key: "at", Value: bson.D{{Key: "$gte", Value: q.Since}}})
	}
	return filter, order, nil
}

// addList adds the condition that a field has one of the values, if there are any.
func addList[T ~string](filter bson.D, field string, values []T) bson.D {
	switch len(values) {
	case 0:
		return filter
	case 1:
		return append(filter, bson.E{Key: field, Value: values[0]})
	}
	return append(filter, bson.E{Key: field, Value: bson.D{{Key: "$in", Value: values}}})
}

// GetChange implements store.Changes.
func (s changeStore) GetChange(ctx context.Context, id string) (store.Change, error) {
	var c change
	err := s.findOne(ctx, "get change "+id, changeCollection, bson.D{{Key: "_id", Value: id}}, &c)
	return c.Change, err
}

// LatestChange implements store.Changes.
func (s changeStore) LatestChange(ctx context.Context) (int64, error) {
	var newest change
	err := s.retry(ctx, "get the latest change", func(ctx context.Context) error {
		err := s.db.Collection(changeCollection).FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "sequence", Value: -1}}).SetProjection(bson.D{{Key: "sequence", Value: 1}})).Decode(&newest)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return newest.Sequence, err
}

// deleteChanges deletes the changes of a company.
func (s *database) deleteChanges(ctx context.Context, company string) error {
	return s.retry(ctx, "delete the changes of "+company, func(ctx context.Context) error {
		_, err := s.db.Collection(changeCollection).DeleteMany(ctx, bson.D{{Key: "company", Value: company}})
		return err
	})
}
