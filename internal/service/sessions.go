package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// The limits of a session.
const (
	SessionIdle = 12 * time.Hour     // without a request
	SessionAge  = 7 * 24 * time.Hour // at most
	// sessionTouch is how often a session in use is written.
	sessionTouch = time.Minute
	// maxUserAgent is the maximum length of a user agent in a session, in bytes.
	maxUserAgent = 512
)

// Sessions has the use cases of sign-ins to the dashboard. Its methods that take a token precede
// authorization.
type Sessions struct {
	Guard Guard
	Store store.Sessions
}

// RoleScopes returns the scopes of a role of the dashboard. An unknown role has none.
func RoleScopes(role string) []store.APIScope {
	switch role {
	case "operator":
		return []store.APIScope{store.ScopeAdmin}
	case "reviewer":
		return []store.APIScope{store.ScopeReview}
	case "viewer":
		return []store.APIScope{store.ScopeRead}
	}
	return nil
}

// SessionID returns the ID of the session of a token.
func SessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SignIn is a sign-in that succeeded.
type SignIn struct {
	User, Role           string
	IPAddress, UserAgent string
}

// Open opens a session and returns its token, of which the store has only the hash.
func (s *Sessions) Open(ctx context.Context, in SignIn) (token string, err error) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	token = base64.RawURLEncoding.EncodeToString(b)
	now := s.Guard.Now()
	session := store.Session{
		ID: SessionID(token), User: in.User, Role: in.Role, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(SessionIdle),
		IPAddress: in.IPAddress, UserAgent: truncated(in.UserAgent, maxUserAgent),
	}
	if err := s.Store.CreateSession(ctx, session); err != nil {
		return "", fmt.Errorf("open a session: %w", err)
	}
	s.record(ctx, in, store.AuditSucceeded)
	return token, nil
}

// Failed records a sign-in that failed.
func (s *Sessions) Failed(ctx context.Context, in SignIn) { s.record(ctx, in, store.AuditDenied) }

func (s *Sessions) record(ctx context.Context, in SignIn, outcome store.AuditOutcome) {
	caller := Caller{Actor: "user:" + truncated(in.User, 100), IPAddress: in.IPAddress}
	s.Guard.record(ctx, caller, Action{Name: "session.create", TargetKind: "session"}, &Recorded{TargetName: truncated(in.User, 100)}, outcome)
}

// truncated returns at most n bytes of a text, without a part of a rune and without NUL.
func truncated(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

// Get returns the session of a token, or an Unauthenticated problem.
func (s *Sessions) Get(ctx context.Context, token string) (store.Session, error) {
	session, err := s.Store.GetSession(ctx, SessionID(token), s.Guard.Now())
	if errors.Is(err, store.ErrNotFound) {
		return session, problem.New(problem.Unauthenticated, "the session has ended; sign in again")
	}
	if err != nil {
		return session, fmt.Errorf("read a session: %w", err)
	}
	return session, nil
}

// Use is Get for a request of the user. It extends the session.
func (s *Sessions) Use(ctx context.Context, token string) (store.Session, error) {
	session, err := s.Get(ctx, token)
	now := s.Guard.Now()
	if err != nil || now.Sub(session.LastSeenAt) < sessionTouch {
		return session, err
	}
	expires := now.Add(SessionIdle)
	if end := session.CreatedAt.Add(SessionAge); end.Before(expires) {
		expires = end
	}
	if err := s.Store.TouchSession(ctx, session.ID, now, expires); err != nil && !errors.Is(err, store.ErrNotFound) {
		return session, fmt.Errorf("extend a session: %w", err)
	}
	return session, nil
}

// List returns one page of the sessions of all users if the caller is an administrator, and of the
// caller otherwise.
func (s *Sessions) List(ctx context.Context, caller Caller, opts store.ListOptions) ([]store.Session, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	user := userOf(caller)
	if caller.Allows(store.ScopeAdmin) {
		user = ""
	}
	items, next, err := s.Store.ListSessions(ctx, user, s.Guard.Now(), opts)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	return items, next, nil
}

// userOf returns the name of the user who calls.
func userOf(caller Caller) string {
	return strings.TrimPrefix(caller.Actor, "user:")
}

// Revoke ends a session of the caller, or of anyone if the caller is an administrator.
func (s *Sessions) Revoke(ctx context.Context, caller Caller, id string) error {
	return s.Guard.Change(ctx, caller, Action{Name: "session.revoke", Scope: store.ScopeRead, TargetKind: "session"}, func(ctx context.Context, r *Recorded) error {
		session, err := s.Store.GetSession(ctx, id, s.Guard.Now())
		notOwn := err == nil && session.User != userOf(caller) && !caller.Allows(store.ScopeAdmin)
		if errors.Is(err, store.ErrNotFound) || notOwn {
			return problem.New(problem.NotFound, "there is no such session")
		}
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		r.TargetName = session.User
		if err := s.Store.DeleteSession(ctx, id); err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
		return nil
	})
}

// RevokeAll ends all sessions of the caller and returns their number.
func (s *Sessions) RevokeAll(ctx context.Context, caller Caller) (ended int, err error) {
	user := userOf(caller)
	err = s.Guard.Change(ctx, caller, Action{Name: "session.revokeAll", Scope: store.ScopeRead, TargetKind: "session", TargetName: user}, func(ctx context.Context, _ *Recorded) error {
		if ended, err = s.Store.DeleteUserSessions(ctx, user); err != nil {
			return fmt.Errorf("end the sessions of %s: %w", user, err)
		}
		return nil
	})
	return ended, err
}
