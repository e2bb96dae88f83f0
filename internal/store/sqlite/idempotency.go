package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// idempotencyStore implements store.IdempotencyKeys.
type idempotencyStore struct{ *database }

// BeginRequest implements store.IdempotencyKeys.
func (s idempotencyStore) BeginRequest(ctx context.Context, r store.IdempotentRequest) (found store.IdempotentRequest, err error) {
	const what = "begin a request with an idempotency key"
	if r, err = r.Checked(); err != nil {
		return store.IdempotentRequest{}, fmt.Errorf("%s: %w", what, err)
	}
	err = s.inTransaction(ctx, what, func(t *sql.Tx) error {
		found, err = readRecord[store.IdempotentRequest](ctx, t, "idempotency", r.Key)
		if err == nil && found.ExpiresAt.After(r.CreatedAt) {
			return r.Begin(found)
		}
		if err != nil && !isNotFound(err) {
			return err
		}
		found = r
		_, err := execRecord(ctx, t, r, `INSERT OR REPLACE INTO idempotency(id,expires,v) VALUES(?,?,?)`, r.Key, r.ExpiresAt.UnixMilli())
		return err
	})
	if err != nil {
		return store.IdempotentRequest{}, err
	}
	return found, nil
}

// FinishRequest implements store.IdempotencyKeys.
func (s idempotencyStore) FinishRequest(ctx context.Context, key, owner string, r store.Response, expires time.Time) error {
	const what = "finish a request with an idempotency key"
	r, err := r.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.inTransaction(ctx, what, func(t *sql.Tx) error {
		v, err := readRecord[store.IdempotentRequest](ctx, t, "idempotency", key)
		if isNotFound(err) || err == nil && v.Owner != owner {
			return store.ErrConflict
		}
		if err != nil {
			return err
		}
		v.State, v.Response, v.ExpiresAt = store.RequestDone, r, store.StoredTime(expires)
		_, err = execRecord(ctx, t, v, `UPDATE idempotency SET expires=?2, v=?3 WHERE id=?1`, key, v.ExpiresAt.UnixMilli())
		return err
	})
}

// ReleaseRequest implements store.IdempotencyKeys.
func (s idempotencyStore) ReleaseRequest(ctx context.Context, key, owner string) error {
	_, err := s.deleteCount(ctx, "release an idempotency key",
		`DELETE FROM idempotency WHERE id=? AND json_extract(v,'$.owner')=? AND json_extract(v,'$.state')='InProgress'`, key, owner)
	return err
}

// expireRequests deletes a limited number of requests.
const expireRequests = `DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE expires<=? ORDER BY expires LIMIT ?)`

// ExpireRequests implements store.IdempotencyKeys.
func (s idempotencyStore) ExpireRequests(ctx context.Context, now time.Time) (int, error) {
	return s.deleteCount(ctx, "expire idempotency keys", expireRequests, now.UnixMilli(), store.MaxExpired)
}
