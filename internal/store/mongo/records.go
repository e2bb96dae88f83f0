package mongo

import (
	"context"

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
func (s *database) replaceRecord(ctx context.Context, f store.Fence, what, collection, id string, v any) error {
	return s.fenced(ctx, f, what, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, v, options.Replace().SetUpsert(true))
		if mongo.IsDuplicateKeyError(err) && mongo.SessionFromContext(ctx) == nil { // another process inserted it concurrently
			_, err = s.db.Collection(collection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, v, options.Replace().SetUpsert(true))
		}
		return err
	})
}

// findOne decodes the record that matches a filter into v.
func (s *database) findOne(ctx context.Context, what, collection string, filter bson.D, v any) error {
	return s.retry(ctx, what, func(ctx context.Context) error { return s.db.Collection(collection).FindOne(ctx, filter).Decode(v) })
}

// listRecords returns one page of records. key returns the position of a stored record in the
// order, and the item for it. hide lists fields that are not read.
func listRecords[R, M any](ctx context.Context, s *database, what, collection string, filter, order bson.D, limit int, key func(R) (string, M), hide ...string) (items []M, next string, err error) {
	return listHinted(ctx, s, what, collection, filter, order, nil, limit, key, hide...)
}

// listHinted is listRecords with the keys of the index that the server has to use, or nil.
func listHinted[R, M any](ctx context.Context, s *database, what, collection string, filter, order, hint bson.D, limit int, key func(R) (string, M), hide ...string) (items []M, next string, err error) {
	err = s.retry(ctx, what, func(ctx context.Context) error {
		items, next = nil, ""
		opts := options.Find().SetSort(order).SetLimit(int64(limit) + 1)
		if hint != nil {
			opts.SetHint(hint)
		}
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
