package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// idempotencyStore implements store.IdempotencyKeys.
type idempotencyStore struct{ *database }

// idempotentRequest is the stored form of a store.IdempotentRequest.
type idempotentRequest struct {
	ID                      string `json:"_id"`
	store.IdempotentRequest `json:",inline"`
}

// BeginRequest implements store.IdempotencyKeys.
func (s idempotencyStore) BeginRequest(ctx context.Context, r store.IdempotentRequest) (store.IdempotentRequest, error) {
	const what = "begin a request with an idempotency key"
	r, err := r.Checked()
	if err != nil {
		return store.IdempotentRequest{}, fmt.Errorf("%s: %w", what, err)
	}
	var found idempotentRequest
	err = s.retry(ctx, what, func(ctx context.Context) error {
		requests := s.db.Collection(idempotencyCollection)
		// Replace an expired record, or insert one. If the key is not free, the insertion fails.
		_, err := requests.ReplaceOne(ctx, append(byID(r.Key), expired(r.CreatedAt)...), idempotentRequest{r.Key, r}, options.Replace().SetUpsert(true))
		if !mongo.IsDuplicateKeyError(err) {
			found.IdempotentRequest = r
			return err
		}
		found = idempotentRequest{}
		err = requests.FindOne(ctx, byID(r.Key)).Decode(&found)
		if errors.Is(err, mongo.ErrNoDocuments) { // it was released or expired in between
			return store.ErrRequestInProgress
		}
		if err != nil {
			return err
		}
		return r.Begin(found.IdempotentRequest)
	})
	if err != nil {
		return store.IdempotentRequest{}, err
	}
	return found.IdempotentRequest, nil
}

// FinishRequest implements store.IdempotencyKeys.
func (s idempotencyStore) FinishRequest(ctx context.Context, key, owner string, r store.Response, expires time.Time) error {
	const what = "finish a request with an idempotency key"
	r, err := r.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	err = s.updateRecord(ctx, what, idempotencyCollection, key, bson.D{{Key: "owner", Value: owner}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: store.RequestDone}, {Key: "response", Value: r}, {Key: "expiresAt", Value: expires},
	}}}, store.ErrConflict)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s: %w", what, store.ErrConflict)
	}
	return err
}

// ReleaseRequest implements store.IdempotencyKeys.
func (s idempotencyStore) ReleaseRequest(ctx context.Context, key, owner string) error {
	_, err := s.deleteRecords(ctx, "release an idempotency key", idempotencyCollection,
		append(byID(key), bson.E{Key: "owner", Value: owner}, bson.E{Key: "state", Value: store.RequestInProgress}))
	return err
}

// ExpireRequests implements store.IdempotencyKeys.
func (s idempotencyStore) ExpireRequests(ctx context.Context, now time.Time) (int, error) {
	return s.expire(ctx, "expire idempotency keys", idempotencyCollection, expired(now))
}
