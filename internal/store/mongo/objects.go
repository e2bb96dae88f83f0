package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// object is the stored form of a custom resource. Every write replaces the whole document,
// so that an event of the change stream contains all of it. A deleted object remains as a
// tombstone for tombstoneTTL, so that the event of the deletion has its version.
type object struct {
	ID              string     `json:"_id"`
	Namespace       string     `json:"namespace"`
	Name            string     `json:"name"`
	ResourceVersion int64      `json:"resourceVersion"`
	UID             string     `json:"uid"`
	Labels          bson.D     `json:"labels"`
	Change          string     `json:"change"`              // store.EventType of the last write
	DeletedAt       *time.Time `json:"deletedAt,omitempty"` // set in a tombstone
	Object          any        `json:"object"`
}

// collectionOf returns the name of the collection of a kind: its lower-case plural.
func collectionOf(kind string) string {
	k := strings.ToLower(kind)
	if strings.HasSuffix(k, "y") {
		return k[:len(k)-1] + "ies"
	}
	return k + "s"
}

func (s objectStore) objects(kind string) *mongo.Collection {
	return s.db.Collection(collectionOf(kind))
}

func idOf(k store.ObjectKey) string { return k.Namespace + "/" + k.Name }

// liveFilter matches an object that is not a tombstone.
func liveFilter(id string) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "deletedAt", Value: nil}}
}

// newObject returns the stored form of o.
func newObject(o store.Object, change store.EventType, version int64) (object, error) {
	body, err := fromJSON(o.JSON)
	if err != nil {
		return object{}, err
	}
	r := object{ID: idOf(o.ObjectKey), Namespace: o.Namespace, Name: o.Name, ResourceVersion: version, UID: o.UID, Labels: bson.D{}, Change: string(change), Object: body}
	for k, v := range o.Labels {
		r.Labels = append(r.Labels, bson.E{Key: k, Value: v})
	}
	sort.Slice(r.Labels, func(i, j int) bool { return r.Labels[i].Key < r.Labels[j].Key })
	return r, nil
}

// toStore returns the store.Object of a stored object.
func (r object) toStore(kind string) (store.Object, error) {
	o := store.Object{ObjectKey: store.ObjectKey{Kind: kind, Namespace: r.Namespace, Name: r.Name}, ResourceVersion: strconv.FormatInt(r.ResourceVersion, 10), UID: r.UID}
	if len(r.Labels) > 0 {
		o.Labels = make(map[string]string, len(r.Labels))
	}
	for _, e := range r.Labels {
		o.Labels[e.Key], _ = e.Value.(string)
	}
	var b bytes.Buffer
	if err := toJSON(&b, r.Object); err != nil {
		return o, fmt.Errorf("decode %s %s: %w", kind, r.ID, err)
	}
	o.JSON = b.Bytes()
	return o, nil
}

// nextVersion allocates a resource version. Each is allocated once, so a write that finds its
// version in the database knows that an earlier attempt succeeded.
func (s objectStore) nextVersion(ctx context.Context) (int64, error) {
	var c struct {
		V int64 `json:"v"`
	}
	err := s.retry(ctx, "allocate a resource version", func(ctx context.Context) error {
		return s.db.Collection(metaCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: "resourceVersion"}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "v", Value: int64(1)}}}},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&c)
	})
	return c.V, err
}

// GetObject implements store.Objects.
func (s objectStore) GetObject(ctx context.Context, key store.ObjectKey) (store.Object, error) {
	var r object
	what := "get " + key.Kind + " " + idOf(key)
	err := s.retry(ctx, what, func(ctx context.Context) error {
		return s.objects(key.Kind).FindOne(ctx, liveFilter(idOf(key))).Decode(&r)
	})
	if err != nil {
		return store.Object{}, err
	}
	return r.toStore(key.Kind)
}

// CreateObject implements store.Objects.
func (s objectStore) CreateObject(ctx context.Context, o store.Object) (store.Object, error) {
	what := "create " + o.Kind + " " + idOf(o.ObjectKey)
	version, err := s.nextVersion(ctx)
	if err != nil {
		return store.Object{}, fmt.Errorf("%s: %w", what, err)
	}
	r, err := newObject(o, store.EventAdded, version)
	if err != nil {
		return store.Object{}, fmt.Errorf("%s: %w", what, err)
	}
	err = s.retry(ctx, what, func(ctx context.Context) error {
		// Replace a tombstone, or insert the object.
		_, err := s.objects(o.Kind).ReplaceOne(ctx, bson.D{{Key: "_id", Value: r.ID}, {Key: "deletedAt", Value: bson.D{{Key: "$ne", Value: nil}}}}, r, options.Replace().SetUpsert(true))
		if mongo.IsDuplicateKeyError(err) {
			return s.resolveMismatch(ctx, o.ObjectKey, version, store.ErrExists)
		}
		return err
	})
	o.ResourceVersion = strconv.FormatInt(version, 10)
	return o, err
}

// UpdateObject implements store.Objects.
func (s objectStore) UpdateObject(ctx context.Context, o store.Object) (store.Object, error) {
	what := "update " + o.Kind + " " + idOf(o.ObjectKey)
	old, err := strconv.ParseInt(o.ResourceVersion, 10, 64)
	if err != nil {
		return store.Object{}, fmt.Errorf("%s: resource version %.40q is not a number: %w", what, o.ResourceVersion, store.ErrConflict)
	}
	version, err := s.nextVersion(ctx)
	if err != nil {
		return store.Object{}, fmt.Errorf("%s: %w", what, err)
	}
	r, err := newObject(o, store.EventModified, version)
	if err != nil {
		return store.Object{}, fmt.Errorf("%s: %w", what, err)
	}
	err = s.retry(ctx, what, func(ctx context.Context) error {
		res, err := s.objects(o.Kind).ReplaceOne(ctx, append(liveFilter(r.ID), bson.E{Key: "resourceVersion", Value: old}), r)
		if err == nil && res.MatchedCount == 0 {
			return s.resolveMismatch(ctx, o.ObjectKey, version, store.ErrConflict)
		}
		return err
	})
	o.ResourceVersion = strconv.FormatInt(version, 10)
	return o, err
}

// DeleteObject implements store.Objects. It replaces the object with a tombstone.
func (s objectStore) DeleteObject(ctx context.Context, key store.ObjectKey, resourceVersion string) error {
	what := "delete " + key.Kind + " " + idOf(key)
	version, err := s.nextVersion(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.retry(ctx, what, func(ctx context.Context) error {
		for {
			var r object
			err := s.objects(key.Kind).FindOne(ctx, liveFilter(idOf(key))).Decode(&r)
			if errors.Is(err, mongo.ErrNoDocuments) {
				return s.resolveMismatch(ctx, key, version, store.ErrNotFound)
			}
			if err != nil {
				return err
			}
			if resourceVersion != "" && resourceVersion != strconv.FormatInt(r.ResourceVersion, 10) {
				return store.ErrConflict
			}
			old, now := r.ResourceVersion, time.Now()
			r.ResourceVersion, r.Change, r.DeletedAt = version, string(store.EventDeleted), &now
			res, err := s.objects(key.Kind).ReplaceOne(ctx, append(liveFilter(r.ID), bson.E{Key: "resourceVersion", Value: old}), r)
			if err != nil || res.MatchedCount == 1 {
				return err
			}
		}
	})
}

// resolveMismatch returns the result of a write that did not match the stored object. It returns
// nil if an earlier attempt of the same write succeeded and its response was lost. If not, it
// returns ErrNotFound if the object does not exist, and other if it does.
func (s objectStore) resolveMismatch(ctx context.Context, key store.ObjectKey, version int64, other error) error {
	var r object
	err := s.objects(key.Kind).FindOne(ctx, bson.D{{Key: "_id", Value: idOf(key)}}).Decode(&r)
	switch {
	case err != nil && !errors.Is(err, mongo.ErrNoDocuments):
		return err
	case err == nil && r.ResourceVersion == version:
		return nil
	case (err != nil || r.DeletedAt != nil) && !errors.Is(other, store.ErrExists):
		return store.ErrNotFound
	}
	return other
}

// ListObjects implements store.Objects.
func (s objectStore) ListObjects(ctx context.Context, kind, namespace string, opts store.ListOptions) (items []store.Object, next, version string, err error) {
	limit, after, err := opts.Decode()
	if err != nil {
		return nil, "", "", fmt.Errorf("list %s: %w", kind, err)
	}
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}, {Key: "deletedAt", Value: nil}}
	if namespace != "" {
		filter = append(filter, bson.E{Key: "namespace", Value: namespace})
	}
	err = s.retry(ctx, "list "+kind, func(ctx context.Context) error {
		items, next = nil, ""
		// Read the version first: a change between the two reads is then delivered twice, not
		// missed.
		var e error
		if version, e = s.operationTime(ctx); e != nil {
			return e
		}
		cur, e := s.objects(kind).Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)+1))
		if e != nil {
			return e
		}
		var rows []object
		if e = cur.All(ctx, &rows); e != nil {
			return e
		}
		for i, r := range rows {
			if i == limit {
				next = store.EncodeContinue(rows[i-1].ID)
				break
			}
			o, e := r.toStore(kind)
			if e != nil {
				return e
			}
			items = append(items, o)
		}
		return nil
	})
	return items, next, version, err
}
