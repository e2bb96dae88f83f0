package store

import (
	"context"
	"regexp"
	"time"
)

// APIScope is what an API key allows.
type APIScope string

// The scopes of API keys.
const (
	ScopeRead  APIScope = "read"
	ScopeCrawl APIScope = "crawl" // start and control crawls
	// ScopeReview allows reviews of changes, and corrections and pins of documents.
	ScopeReview APIScope = "review"
	ScopeWrite  APIScope = "write"
	ScopeAdmin  APIScope = "admin"
	ScopeFeed   APIScope = "feed" // read one feed, APIKey.Feed, and nothing else
)

// APIKey is a key of the HTTP API. The store has only the hash of the key.
type APIKey struct {
	ID string `json:"id"` // the public ID, 8 letters and digits
	// Hash is the hexadecimal SHA-256 of the key.
	Hash   string     `json:"hash"`
	Name   string     `json:"name"`
	Scopes []APIScope `json:"scopes"` // at least one
	// Feed is the query of the feed that a key of ScopeFeed reads.
	Feed      string    `json:"feed"`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy string    `json:"createdBy"`
	// LastUsedAt is zero if the key was never used.
	LastUsedAt time.Time `json:"lastUsedAt"`
	ExpiresAt  time.Time `json:"expiresAt"` // zero: never
	RevokedAt  time.Time `json:"revokedAt"` // zero: not revoked
}

// Active reports whether the key is neither revoked nor expired at a time.
func (k APIKey) Active(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

var apiKeyID = regexp.MustCompile(`^[0-9A-Za-z]{8}$`)

// Checked returns k as it is stored, or an error that wraps ErrInvalid.
func (k APIKey) Checked() (APIKey, error) {
	b := bounds{what: "API key"}
	if !apiKeyID.MatchString(k.ID) {
		b.fail("the ID does not consist of 8 letters and digits")
	}
	b.hash("hash", k.Hash)
	b.required("name", k.Name, maxLine)
	if len(k.Scopes) == 0 {
		b.fail("scopes is empty")
	}
	anyOf(&b, "scopes", k.Scopes, ScopeRead, ScopeCrawl, ScopeReview, ScopeWrite, ScopeAdmin, ScopeFeed)
	b.text("feed", k.Feed, maxURL)
	b.after("createdAt", k.CreatedAt, time.Time{})
	b.text("createdBy", k.CreatedBy, maxID)
	k.Scopes = list(k.Scopes)
	k.CreatedAt, k.LastUsedAt, k.ExpiresAt, k.RevokedAt = StoredTime(k.CreatedAt), StoredTime(k.LastUsedAt), StoredTime(k.ExpiresAt), StoredTime(k.RevokedAt)
	return k, b.err
}

// APIKeys stores API keys. Revoked keys remain, because the audit log refers to them.
type APIKeys interface {
	// CreateAPIKey stores k, or returns ErrExists if there is a key with its ID.
	CreateAPIKey(ctx context.Context, k APIKey) error
	// GetAPIKey returns a key by its ID, or ErrNotFound. The key may be expired or revoked.
	GetAPIKey(ctx context.Context, id string) (APIKey, error)
	// ListAPIKeys returns one page of the keys, newest first.
	ListAPIKeys(ctx context.Context, opts ListOptions) (items []APIKey, next string, err error)
	// RevokeAPIKey sets RevokedAt of a key if it is not revoked yet, or returns ErrNotFound.
	RevokeAPIKey(ctx context.Context, id string, at time.Time) error
	// TouchAPIKey sets LastUsedAt of a key if it is earlier than at, or returns ErrNotFound. A
	// caller calls it at most once a minute for a key.
	TouchAPIKey(ctx context.Context, id string, at time.Time) error
}
