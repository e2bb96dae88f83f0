package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// apiKeyStore implements store.APIKeys.
type apiKeyStore struct{ *database }

// apiKey is the stored form of a store.APIKey.
type apiKey struct {
	Key          string `json:"_id"`
	store.APIKey `json:",inline"`
	Write        string `json:"write"` // the token of the insertion
}

// CreateAPIKey implements store.APIKeys.
func (s apiKeyStore) CreateAPIKey(ctx context.Context, k store.APIKey) error {
	what := "create API key " + k.ID
	k, err := k.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	v := apiKey{k.ID, k, rand.Text()}
	return s.insertNew(ctx, what, apiKeyCollection, v.Key, v.Write, v)
}

// GetAPIKey implements store.APIKeys.
func (s apiKeyStore) GetAPIKey(ctx context.Context, id string) (store.APIKey, error) {
	var k apiKey
	err := s.findOne(ctx, "get API key "+id, apiKeyCollection, byID(id), &k)
	return k.APIKey, err
}

// ListAPIKeys implements store.APIKeys.
func (s apiKeyStore) ListAPIKeys(ctx context.Context, opts store.ListOptions) ([]store.APIKey, string, error) {
	query := newestQuery{collection: apiKeyCollection, at: "createdAt"}
	return listNewest(ctx, s.database, "list API keys", query, opts, func(k apiKey) (store.NewestKey, store.APIKey) {
		return store.NewestKey{At: k.CreatedAt, ID: k.Key}, k.APIKey
	})
}

// RevokeAPIKey implements store.APIKeys.
func (s apiKeyStore) RevokeAPIKey(ctx context.Context, id string, at time.Time) error {
	return s.updateRecord(ctx, "revoke API key "+id, apiKeyCollection, id, bson.D{{Key: "revokedAt", Value: time.Time{}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "revokedAt", Value: at}}}}, nil)
}

// TouchAPIKey implements store.APIKeys.
func (s apiKeyStore) TouchAPIKey(ctx context.Context, id string, at time.Time) error {
	return s.updateRecord(ctx, "touch API key "+id, apiKeyCollection, id, nil, bson.D{{Key: "$max", Value: bson.D{{Key: "lastUsedAt", Value: at}}}}, nil)
}
