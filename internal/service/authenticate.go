package service

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/apikey"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

const (
	// keyCacheTime is how long a key that was read is used without reading it again: a key that
	// was revoked in another process works this long at most. Chosen by hand.
	keyCacheTime = 5 * time.Second
	// maxCachedKeys bounds the cache.
	maxCachedKeys = 10_000
	// touchInterval is the time between two writes of a key's LastUsedAt, as store.APIKeys asks.
	touchInterval = time.Minute
	touchTimeout  = 2 * time.Second
)

// KeyReader reads API keys.
type KeyReader interface {
	GetAPIKey(ctx context.Context, id string) (store.APIKey, error)
	TouchAPIKey(ctx context.Context, id string, at time.Time) error
}

// Authenticator finds the caller of an API key. It is safe for concurrent use.
type Authenticator struct {
	keys KeyReader
	// admin is the SHA-256 of the key of the settings, which has all scopes. The settings may
	// have a key of any form.
	admin    [sha256.Size]byte
	hasAdmin bool
	now      func() time.Time

	mu     sync.Mutex
	cached map[string]cachedKey
}

type cachedKey struct {
	key     store.APIKey
	readAt  time.Time
	touched time.Time
}

// NewAuthenticator returns an Authenticator. adminKey is the key of the settings, or empty.
func NewAuthenticator(keys KeyReader, adminKey string) *Authenticator {
	return &Authenticator{keys: keys, admin: sha256.Sum256([]byte(adminKey)), hasAdmin: adminKey != "", now: time.Now, cached: map[string]cachedKey{}}
}

// Authenticate returns the caller that a key identifies. Its error is an InvalidKey problem if
// the key is malformed, unknown, revoked or expired.
func (a *Authenticator) Authenticate(ctx context.Context, key string) (Caller, error) {
	sum := sha256.Sum256([]byte(key))
	if a.hasAdmin && subtle.ConstantTimeCompare(sum[:], a.admin[:]) == 1 {
		return Caller{Actor: "key:settings", Scopes: []store.APIScope{store.ScopeAdmin}, Trigger: store.TriggerAPI}, nil
	}
	id, err := apikey.ID(key)
	if err != nil {
		return Caller{}, problem.New(problem.InvalidKey, "the API key is malformed; check that it is complete")
	}
	k, err := a.read(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, invalidKey()
	}
	if err != nil {
		return Caller{}, err
	}
	if !apikey.MatchesSum(sum, k.Hash) || !k.Active(a.now()) {
		return Caller{}, invalidKey()
	}
	a.touch(ctx, id)
	return Caller{Actor: "key:" + k.ID, Scopes: k.Scopes, Feed: k.Feed, Trigger: store.TriggerAPI}, nil
}

func invalidKey() error {
	return problem.New(problem.InvalidKey, "the API key is unknown, revoked or expired")
}

// read returns a key from the cache or from the store.
func (a *Authenticator) read(ctx context.Context, id string) (store.APIKey, error) {
	now := a.now()
	a.mu.Lock()
	c, ok := a.cached[id]
	a.mu.Unlock()
	if ok && now.Sub(c.readAt) < keyCacheTime {
		return c.key, nil
	}
	k, err := a.keys.GetAPIKey(ctx, id)
	if err != nil {
		return k, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.cached) >= maxCachedKeys {
		clear(a.cached)
	}
	a.cached[id] = cachedKey{key: k, readAt: now, touched: c.touched}
	return k, nil
}

// Forget removes a key from the cache, after it was revoked in this process.
func (a *Authenticator) Forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.cached, id)
}

// touch records the use of a key, at most once a minute. The record is informative, so a
// failure does not reject the request.
func (a *Authenticator) touch(ctx context.Context, id string) {
	now := a.now()
	a.mu.Lock()
	c, ok := a.cached[id]
	due := ok && now.Sub(c.touched) >= touchInterval
	if due {
		c.touched = now
		a.cached[id] = c
	}
	a.mu.Unlock()
	if due {
		ctx, cancel := context.WithTimeout(ctx, touchTimeout)
		defer cancel()
		_ = a.keys.TouchAPIKey(ctx, id, now)
	}
}
