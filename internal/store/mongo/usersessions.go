package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// sessionStore implements store.Sessions. These are the sessions of people; the sessions of the
// database are in sessions.go.
type sessionStore struct{ *database }

// userSession is the stored form of a store.Session.
type userSession struct {
	Key           string `json:"_id"`
	store.Session `json:",inline"`
	Write         string `json:"write"` // the token of the insertion
}

// CreateSession implements store.Sessions. Errors do not contain the ID: it is the hash of a
// credential.
func (s sessionStore) CreateSession(ctx context.Context, v store.Session) error {
	what := "create a session of " + v.User
	v, err := v.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	r := userSession{v.ID, v, rand.Text()}
	return s.insertNew(ctx, what, sessionCollection, r.Key, r.Write, r)
}

// unexpired matches records that expire after a time.
func unexpired(now time.Time) bson.E {
	return bson.E{Key: "expiresAt", Value: bson.D{{Key: "$gt", Value: now}}}
}

// expired matches records that have expired at a time.
func expired(now time.Time) bson.D {
	return bson.D{{Key: "expiresAt", Value: bson.D{{Key: "$lte", Value: now}}}}
}

// GetSession implements store.Sessions.
func (s sessionStore) GetSession(ctx context.Context, id string, now time.Time) (store.Session, error) {
	var v userSession
	err := s.findOne(ctx, "get a session", sessionCollection, append(byID(id), unexpired(now)), &v)
	return v.Session, err
}

// ListSessions implements store.Sessions.
func (s sessionStore) ListSessions(ctx context.Context, user string, now time.Time, opts store.ListOptions) ([]store.Session, string, error) {
	return listNewest(ctx, s.database, "list sessions", selectSessions(user, now), opts, func(v userSession) (store.NewestKey, store.Session) {
		return store.NewestKey{At: v.CreatedAt, ID: v.Key}, v.Session
	})
}

// selectSessions returns the query for the sessions of a user that have not expired.
func selectSessions(user string, now time.Time) newestQuery {
	query := newestQuery{collection: sessionCollection, at: "createdAt", filter: bson.D{unexpired(now)}}
	query.equal("user", user)
	return query
}

// TouchSession implements store.Sessions.
func (s sessionStore) TouchSession(ctx context.Context, id string, now, expires time.Time) error {
	return s.updateRecord(ctx, "touch a session", sessionCollection, id, bson.D{unexpired(now)},
		bson.D{{Key: "$set", Value: bson.D{{Key: "lastSeenAt", Value: now}, {Key: "expiresAt", Value: expires}}}}, store.ErrNotFound)
}

// DeleteSession implements store.Sessions.
func (s sessionStore) DeleteSession(ctx context.Context, id string) error {
	_, err := s.deleteRecords(ctx, "delete a session", sessionCollection, byID(id))
	return err
}

// DeleteUserSessions implements store.Sessions.
func (s sessionStore) DeleteUserSessions(ctx context.Context, user string) (int, error) {
	return s.deleteRecords(ctx, "delete the sessions of "+user, sessionCollection, bson.D{{Key: "user", Value: user}})
}

// ExpireSessions implements store.Sessions.
func (s sessionStore) ExpireSessions(ctx context.Context, now time.Time) (int, error) {
	return s.expire(ctx, "expire sessions", sessionCollection, expired(now))
}
