package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/apikey"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Keys has the use cases of API keys. All need the scope admin.
type Keys struct {
	Guard Guard
	Store store.APIKeys
	// Authenticator forgets keys that are revoked. It may be nil.
	Authenticator *Authenticator
}

// NewKey describes a key to create.
type NewKey struct {
	Name      string
	Scopes    []store.APIScope
	Feed      string    // the query of the feed, for the scope feed only
	ExpiresAt time.Time // zero: never
}

// List returns one page of the keys, newest first.
func (s *Keys) List(ctx context.Context, caller Caller, opts store.ListOptions) ([]store.APIKey, string, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, "", err
	}
	return s.Store.ListAPIKeys(ctx, opts)
}

// Create creates a key and returns it with its text, which is shown once and not stored.
func (s *Keys) Create(ctx context.Context, caller Caller, in NewKey) (k store.APIKey, text string, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "key.create", Scope: store.ScopeAdmin, TargetKind: "key"}, func(ctx context.Context, r *Recorded) error {
		k, text, err = s.create(ctx, caller, in)
		r.TargetName, r.After = k.ID, keyState(k)
		return err
	})
	return k, text, err
}

func (s *Keys) create(ctx context.Context, caller Caller, in NewKey) (k store.APIKey, text string, err error) {
	now := s.Guard.Now()
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now) {
		return k, "", problem.OfField("body.expiresAt", "is in the past")
	}
	feedOnly := len(in.Scopes) == 1 && in.Scopes[0] == store.ScopeFeed
	for _, scope := range in.Scopes {
		if scope == store.ScopeFeed && !feedOnly {
			return k, "", problem.OfField("body.scopes", "the scope feed cannot be combined with others")
		}
	}
	if err := checkFeed(in.Feed); err != nil {
		return k, "", err
	}
	if in.Feed != "" && !feedOnly {
		return k, "", problem.OfField("body.feed", "applies to keys of the scope feed only")
	}
	text, id := apikey.New()
	k = store.APIKey{ID: id, Hash: apikey.Hash(text), Name: in.Name, Scopes: in.Scopes, Feed: in.Feed, CreatedAt: now, CreatedBy: caller.Actor, ExpiresAt: in.ExpiresAt}
	if k, err = k.Checked(); err != nil {
		return k, "", problem.Wrap(err, problem.InvalidValue, "the name or the scopes of the key are invalid")
	}
	if err := s.Store.CreateAPIKey(ctx, k); err != nil {
		return k, "", fmt.Errorf("create an API key: %w", err)
	}
	return k, text, nil
}

// Revoke revokes a key. Revoking it again changes nothing.
func (s *Keys) Revoke(ctx context.Context, caller Caller, id string) error {
	return s.Guard.Change(ctx, caller, Action{Name: "key.revoke", Scope: store.ScopeAdmin, TargetKind: "key", TargetName: id}, func(ctx context.Context, _ *Recorded) error {
		return s.revoke(ctx, id)
	})
}

func (s *Keys) revoke(ctx context.Context, id string) error {
	err := s.Store.RevokeAPIKey(ctx, id, s.Guard.Now())
	if errors.Is(err, store.ErrNotFound) {
		return problem.New(problem.NotFound, "there is no API key %.40q", id)
	}
	if err != nil {
		return fmt.Errorf("revoke API key %s: %w", id, err)
	}
	if s.Authenticator != nil {
		s.Authenticator.Forget(id)
	}
	return nil
}

// Rotate creates a key with the properties of another one, and revokes that one.
func (s *Keys) Rotate(ctx context.Context, caller Caller, id string) (k store.APIKey, text string, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "key.rotate", Scope: store.ScopeAdmin, TargetKind: "key", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		old, err := s.Store.GetAPIKey(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return problem.New(problem.NotFound, "there is no API key %.40q", id)
		}
		if err != nil {
			return fmt.Errorf("read API key %s: %w", id, err)
		}
		if !old.Active(s.Guard.Now()) {
			return problem.New(problem.Conflict, "the key %s is revoked or has expired; create a new one", id)
		}
		k, text, err = s.create(ctx, caller, NewKey{Name: old.Name, Scopes: old.Scopes, Feed: old.Feed, ExpiresAt: old.ExpiresAt})
		if err != nil {
			return err
		}
		r.Before, r.After = keyState(old), keyState(k)
		return s.revoke(ctx, id)
	})
	return k, text, err
}

// keyState is a key in the audit log: without its hash.
func keyState(k store.APIKey) any {
	if k.ID == "" {
		return nil
	}
	k.Hash = ""
	return k
}
