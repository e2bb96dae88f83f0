package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// Key is an API key, without its text.
type Key struct {
	ID         string          `json:"id" doc:"The public ID, which the key contains."`
	Name       string          `json:"name"`
	Scopes     []string        `json:"scopes" enum:"read,crawl,review,write,admin,feed"`
	Feed       string          `json:"feed,omitempty" doc:"The query of the only feed that a key of the scope feed reads."`
	CreatedAt  timestamp.Time  `json:"createdAt"`
	CreatedBy  string          `json:"createdBy"`
	LastUsedAt *timestamp.Time `json:"lastUsedAt,omitempty" doc:"At most a minute old. Absent if the key was never used."`
	ExpiresAt  *timestamp.Time `json:"expiresAt,omitempty"`
	RevokedAt  *timestamp.Time `json:"revokedAt,omitempty"`
}

// CreatedKey is a key with its text, which is shown once.
type CreatedKey struct {
	Key
	Secret string `json:"key" doc:"The key. It is shown once and not stored."`
}

// KeyInput describes a key to create.
type KeyInput struct {
	Name      string    `json:"name" minLength:"1" maxLength:"200" example:"frontend"`
	Scopes    []string  `json:"scopes" minItems:"1" maxItems:"5" enum:"read,crawl,review,write,admin,feed"`
	Feed      string    `json:"feed,omitempty" maxLength:"2048" doc:"For the scope feed: the query of the feed, such as companies=acme&kinds=Changed."`
	ExpiresAt time.Time `json:"expiresAt,omitempty" doc:"When the key expires. Absent: never."`
}

type createdKeyOutput struct {
	Location     string `header:"Location"`
	CacheControl string `header:"Cache-Control"`
	Body         CreatedKey
}

type keyPath struct {
	ID string `path:"id" minLength:"8" maxLength:"8" pattern:"^[0-9A-Za-z]{8}$" doc:"The public ID of a key."`
}

// registerKeys registers the routes of API keys.
func registerKeys(s *Server, keys *service.Keys) {
	register(s, Operation{
		ID: "listKeys", Method: http.MethodGet, Path: "/v1/keys", Tag: "keys", Scope: store.ScopeAdmin,
		Summary: "List the API keys", Description: "Newest first, with revoked and expired ones.",
	}, func(ctx context.Context, caller service.Caller, in *Page) (*listOutput[Key], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := keys.List(ctx, caller, opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, keyOfRecord), nil
	})
	register(s, Operation{
		ID: "createKey", Method: http.MethodPost, Path: "/v1/keys", Tag: "keys", Scope: store.ScopeAdmin, Status: http.StatusCreated, Idempotent: true,
		Summary: "Create an API key", Description: "The response contains the key. It is shown once.",
	}, func(ctx context.Context, caller service.Caller, in *struct{ Body KeyInput }) (*createdKeyOutput, error) {
		b := in.Body
		k, text, err := keys.Create(ctx, caller, service.NewKey{Name: b.Name, Scopes: convertAll[store.APIScope](b.Scopes), Feed: b.Feed, ExpiresAt: b.ExpiresAt})
		if err != nil {
			return nil, err
		}
		return newCreatedKey(k, text), nil
	})
	register(s, Operation{
		ID: "revokeKey", Method: http.MethodDelete, Path: "/v1/keys/{id}", Tag: "keys", Scope: store.ScopeAdmin, Status: http.StatusNoContent,
		Summary: "Revoke an API key", Description: "The key stops working at once in this process, and within 5 seconds in others. Its record remains.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *keyPath) (*struct{}, error) {
		return nil, keys.Revoke(ctx, caller, in.ID)
	})
	register(s, Operation{
		ID: "rotateKey", Method: http.MethodPost, Path: "/v1/keys/{id}/rotate", Tag: "keys", Scope: store.ScopeAdmin, Status: http.StatusCreated, Idempotent: true,
		Summary: "Rotate an API key", Description: "Creates a key with the same properties, and revokes the old one.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *keyPath) (*createdKeyOutput, error) {
		k, text, err := keys.Rotate(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return newCreatedKey(k, text), nil
	})
}

func newCreatedKey(k store.APIKey, text string) *createdKeyOutput {
	return &createdKeyOutput{Location: "/v1/keys/" + k.ID, CacheControl: "no-store", Body: CreatedKey{keyOfRecord(k), text}}
}

func keyOfRecord(k store.APIKey) Key {
	return Key{
		ID: k.ID, Name: k.Name, Scopes: convertAll[string](k.Scopes), Feed: k.Feed, CreatedAt: timestamp.Of(k.CreatedAt), CreatedBy: k.CreatedBy,
		LastUsedAt: timestamp.Optional(k.LastUsedAt), ExpiresAt: timestamp.Optional(k.ExpiresAt), RevokedAt: timestamp.Optional(k.RevokedAt),
	}
}
