package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// sessionStore implements store.Sessions.
type sessionStore struct{ *database }

// CreateSession implements store.Sessions. Errors do not contain the ID: it is the hash of a
// credential.
func (s sessionStore) CreateSession(ctx context.Context, v store.Session) error {
	what := "create a session of " + v.User
	v, err := v.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.insertNew(ctx, what, v, `INSERT OR IGNORE INTO sessions(id,at,user,expires,v) VALUES(?,?,?,?,?)`, v.ID, v.CreatedAt.UnixMilli(), v.User, v.ExpiresAt.UnixMilli())
}

// GetSession implements store.Sessions.
func (s sessionStore) GetSession(ctx context.Context, id string, now time.Time) (v store.Session, err error) {
	return v, s.getRecord(ctx, "get a session", &v, `SELECT v FROM sessions WHERE id=? AND expires>?`, id, now.UnixMilli())
}

// ListSessions implements store.Sessions.
func (s sessionStore) ListSessions(ctx context.Context, user string, now time.Time, opts store.ListOptions) ([]store.Session, string, error) {
	return listNewest(ctx, s.read, "list sessions", selectSessions(user, now), opts, func(v store.Session) store.NewestKey {
		return store.NewestKey{At: v.CreatedAt, ID: v.ID}
	})
}

// selectSessions returns the query for the sessions of a user that have not expired.
func selectSessions(user string, now time.Time) newestQuery {
	query := newestQuery{table: "sessions"}
	query.equal("user", user)
	query.where("+expires>?", now.UnixMilli()) // the + prevents the use of the index of expires
	return query
}

// TouchSession implements store.Sessions.
func (s sessionStore) TouchSession(ctx context.Context, id string, now, expires time.Time) error {
	return s.inTransaction(ctx, "touch a session", func(t *sql.Tx) error {
		v, err := readRecord[store.Session](ctx, t, "sessions", id)
		if err != nil {
			return err
		}
		if !v.ExpiresAt.After(now) {
			return store.ErrNotFound
		}
		v.LastSeenAt, v.ExpiresAt = store.StoredTime(now), store.StoredTime(expires)
		_, err = execRecord(ctx, t, v, `UPDATE sessions SET expires=?2, v=?3 WHERE id=?1`, id, v.ExpiresAt.UnixMilli())
		return err
	})
}

// DeleteSession implements store.Sessions.
func (s sessionStore) DeleteSession(ctx context.Context, id string) error {
	_, err := s.deleteCount(ctx, "delete a session", `DELETE FROM sessions WHERE id=?`, id)
	return err
}

// DeleteUserSessions implements store.Sessions.
func (s sessionStore) DeleteUserSessions(ctx context.Context, user string) (int, error) {
	return s.deleteCount(ctx, "delete the sessions of "+user, `DELETE FROM sessions WHERE user=?`, user)
}

// expireSessions deletes a limited number of sessions.
const expireSessions = `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires<=? ORDER BY expires LIMIT ?)`

// ExpireSessions implements store.Sessions.
func (s sessionStore) ExpireSessions(ctx context.Context, now time.Time) (int, error) {
	return s.deleteCount(ctx, "expire sessions", expireSessions, now.UnixMilli(), store.MaxExpired)
}
