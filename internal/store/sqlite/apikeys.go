package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// apiKeyStore implements store.APIKeys.
type apiKeyStore struct{ *database }

// CreateAPIKey implements store.APIKeys.
func (s apiKeyStore) CreateAPIKey(ctx context.Context, k store.APIKey) error {
	what := "create API key " + k.ID
	k, err := k.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.insertNew(ctx, what, k, `INSERT OR IGNORE INTO api_keys(id,at,v) VALUES(?,?,?)`, k.ID, k.CreatedAt.UnixMilli())
}

// GetAPIKey implements store.APIKeys.
func (s apiKeyStore) GetAPIKey(ctx context.Context, id string) (k store.APIKey, err error) {
	return k, s.getRecord(ctx, "get API key "+id, &k, `SELECT v FROM api_keys WHERE id=?`, id)
}

// ListAPIKeys implements store.APIKeys.
func (s apiKeyStore) ListAPIKeys(ctx context.Context, opts store.ListOptions) ([]store.APIKey, string, error) {
	return listNewest(ctx, s.read, "list API keys", newestQuery{table: "api_keys"}, opts, func(k store.APIKey) store.NewestKey {
		return store.NewestKey{At: k.CreatedAt, ID: k.ID}
	})
}

// RevokeAPIKey implements store.APIKeys.
func (s apiKeyStore) RevokeAPIKey(ctx context.Context, id string, at time.Time) error {
	return s.updateAPIKey(ctx, "revoke API key "+id, id, func(k *store.APIKey) {
		if k.RevokedAt.IsZero() {
			k.RevokedAt = store.StoredTime(at)
		}
	})
}

// TouchAPIKey implements store.APIKeys.
func (s apiKeyStore) TouchAPIKey(ctx context.Context, id string, at time.Time) error {
	return s.updateAPIKey(ctx, "touch API key "+id, id, func(k *store.APIKey) {
		if at.After(k.LastUsedAt) {
			k.LastUsedAt = store.StoredTime(at)
		}
	})
}

// updateAPIKey changes a key.
func (s apiKeyStore) updateAPIKey(ctx context.Context, what, id string, change func(*store.APIKey)) error {
	return s.inTransaction(ctx, what, func(t *sql.Tx) error {
		k, err := readRecord[store.APIKey](ctx, t, "api_keys", id)
		if err != nil {
			return err
		}
		change(&k)
		_, err = execRecord(ctx, t, k, `UPDATE api_keys SET v=?2 WHERE id=?1`, id)
		return err
	})
}
