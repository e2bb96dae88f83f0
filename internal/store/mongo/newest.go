package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// newestFirst is the order by descending time and ID. at is the field with the time.
func newestFirst(at string) bson.D {
	return bson.D{{Key: at, Value: -1}, {Key: "_id", Value: -1}}
}

// newestQuery selects records of a collection, newest first.
type newestQuery struct {
	collection string
	at         string // the field with the time
	filter     bson.D
}

// equal selects records with a value in a field. An empty value selects all records.
func (q *newestQuery) equal(field, value string) {
	if value != "" {
		q.filter = append(q.filter, bson.E{Key: field, Value: value})
	}
}

// whereIn selects records with one of the values in a field. An empty list selects all records.
func whereIn[V ~string](q *newestQuery, field string, values []V) {
	if len(values) > 0 {
		q.filter = append(q.filter, bson.E{Key: field, Value: bson.D{{Key: "$in", Value: values}}})
	}
}

// find returns the filter for the page that starts after a key. after is nil for the first page.
func (q *newestQuery) find(after *store.NewestKey) bson.D {
	filter := append(bson.D{}, q.filter...)
	if after == nil {
		return filter
	}
	// The first condition gives the index its bound, the second is exact.
	return append(filter, bson.E{Key: "$and", Value: bson.A{
		bson.D{{Key: q.at, Value: bson.D{{Key: "$lte", Value: after.At}}}},
		bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: q.at, Value: bson.D{{Key: "$lt", Value: after.At}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: after.ID}}}},
		}}},
	}})
}

// listNewest returns one page of the records that q selects. key returns the time and the ID of
// a stored record, and the item for it.
func listNewest[R, M any](ctx context.Context, s *database, what string, q newestQuery, opts store.ListOptions, key func(R) (store.NewestKey, M)) ([]M, string, error) {
	limit, after, err := opts.DecodeNewest()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	return listRecords(ctx, s, what, q.collection, q.find(after), newestFirst(q.at), limit, func(r R) (string, M) {
		k, m := key(r)
		return k.String(), m
	})
}

// byID matches the record with an ID.
func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

// insertNew inserts a record whose field "write" is the random token write. It returns
// store.ErrExists if another call stored a record with the ID.
func (s *database) insertNew(ctx context.Context, what, collection, id, write string, v any) error {
	return s.retry(ctx, what, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).InsertOne(ctx, v)
		if !mongo.IsDuplicateKeyError(err) {
			return err
		}
		// An earlier attempt of this call whose response was lost has the same token.
		n, err := s.db.Collection(collection).CountDocuments(ctx, bson.D{{Key: "_id", Value: id}, {Key: "write", Value: write}})
		if err == nil && n == 0 {
			err = store.ErrExists
		}
		return err
	})
}

// updateRecord applies an idempotent update to the record id if it matches conditions. If it
// does not match, it returns mismatch, or store.ErrNotFound if the record does not exist.
func (s *database) updateRecord(ctx context.Context, what, collection, id string, conditions, update bson.D, mismatch error) error {
	return s.retry(ctx, what, func(ctx context.Context) error {
		res, err := s.db.Collection(collection).UpdateOne(ctx, append(byID(id), conditions...), update)
		if err != nil || res.MatchedCount > 0 {
			return err
		}
		if err := s.db.Collection(collection).FindOne(ctx, byID(id), options.FindOne().SetProjection(byIDOnly)).Err(); err != nil {
			return err
		}
		return mismatch
	})
}

// byIDOnly is the projection to the ID.
var byIDOnly = bson.D{{Key: "_id", Value: 1}}

// writtenFrom matches a record with a revision, or with the token of this write, which an
// earlier attempt whose response was lost applied.
func writtenFrom(field string, revision int64, write string) bson.D {
	return bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: field, Value: revision}}, bson.D{{Key: "write", Value: write}}}}}
}

// deleteRecords deletes the records that match a filter and returns their number. If a response
// was lost, the number is too small.
func (s *database) deleteRecords(ctx context.Context, what, collection string, filter bson.D) (deleted int, err error) {
	err = s.retry(ctx, what, func(ctx context.Context) error {
		res, err := s.db.Collection(collection).DeleteMany(ctx, filter)
		if err == nil {
			deleted += int(res.DeletedCount)
		}
		return err
	})
	return deleted, err
}

// expire deletes at most store.MaxExpired of the records that match a filter and returns their
// number.
func (s *database) expire(ctx context.Context, what, collection string, filter bson.D) (deleted int, err error) {
	var rows []struct {
		Key string `json:"_id"`
	}
	err = s.retry(ctx, what, func(ctx context.Context) error {
		cur, err := s.db.Collection(collection).Find(ctx, filter, options.Find().SetLimit(store.MaxExpired).SetProjection(byIDOnly))
		if err != nil {
			return err
		}
		return cur.All(ctx, &rows)
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Key
	}
	filter = append(append(bson.D{}, filter...), bson.E{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}})
	if _, err := s.deleteRecords(ctx, what, collection, filter); err != nil {
		return 0, err
	}
	return len(ids), nil
}
