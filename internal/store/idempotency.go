package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors of BeginRequest.
var (
	// ErrRequestInProgress means that the first request with an idempotency key has not ended.
	// It wraps ErrConflict.
	ErrRequestInProgress = fmt.Errorf("a request with this idempotency key is in progress: %w", ErrConflict)
	// ErrKeyReused means that an idempotency key was used for a different request before.
	ErrKeyReused = errors.New("the idempotency key was used for a different request")
)

// RequestState is the state of a request with an idempotency key.
type RequestState string

// The states of a request.
const (
	RequestInProgress RequestState = "InProgress"
	RequestDone       RequestState = "Done"
)

// Bounds of idempotency keys.
const (
	// MaxRequestTime is the maximum time for which a request can be InProgress. After that,
	// its process is considered dead, and the key is free.
	MaxRequestTime  = 15 * time.Minute
	MaxResponseBody = 1 << 20 // bytes of Response.Body
	maxHeaderFields = 20
)

// HeaderField is a field of an HTTP header.
type HeaderField struct {
	Name  string `json:"name"`
	Value string `json:"value"` // at most 4096 bytes
}

// Response is the response to a request, which a repeated request receives again.
type Response struct {
	Status int `json:"status"`
	// Header has the fields that a repeated request receives, at most 20.
	Header []HeaderField `json:"header"`
	Body   []byte        `json:"body"` // at most MaxResponseBody
}

// IdempotentRequest is a request with an idempotency key.
type IdempotentRequest struct {
	// Key consists of the API key, the route and the idempotency key of the client.
	Key string `json:"key"`
	// Fingerprint identifies the request: the hexadecimal SHA-256 of method, path and body.
	Fingerprint string `json:"fingerprint"`
	// Owner is a random ID that the process chooses for this execution of the request.
	Owner string       `json:"owner"`
	State RequestState `json:"state"`
	// Response is zero while the request is InProgress.
	Response  Response  `json:"response"`
	CreatedAt time.Time `json:"createdAt"`
	// ExpiresAt is when the key becomes free. While the request is InProgress, it is at most
	// MaxRequestTime after CreatedAt.
	ExpiresAt time.Time `json:"expiresAt"`
}

// Checked returns r as BeginRequest stores it, or an error that wraps ErrInvalid.
func (r IdempotentRequest) Checked() (IdempotentRequest, error) {
	b := bounds{what: "request with an idempotency key"}
	b.required("key", r.Key, 2*maxLine)
	b.hash("fingerprint", r.Fingerprint)
	b.required("owner", r.Owner, maxID)
	b.after("createdAt", r.CreatedAt, time.Time{})
	b.after("expiresAt", r.ExpiresAt, r.CreatedAt)
	if r.ExpiresAt.Sub(r.CreatedAt) > MaxRequestTime {
		b.fail("expiresAt is more than %s after createdAt", MaxRequestTime)
	}
	r.State, r.Response = RequestInProgress, Response{Header: []HeaderField{}, Body: []byte{}}
	r.CreatedAt, r.ExpiresAt = StoredTime(r.CreatedAt), StoredTime(r.ExpiresAt)
	return r, b.err
}

// Begin returns the error of BeginRequest for r if its key has the record other, which has not
// expired, or nil if BeginRequest returns other. A record of the same owner is that of an
// earlier call.
func (r IdempotentRequest) Begin(other IdempotentRequest) error {
	switch {
	case other.Fingerprint != r.Fingerprint:
		return ErrKeyReused
	case other.State != RequestDone && other.Owner != r.Owner:
		return ErrRequestInProgress
	}
	return nil
}

// Checked returns r as it is stored, or an error that wraps ErrInvalid.
func (r Response) Checked() (Response, error) {
	b := bounds{what: "response to a request with an idempotency key"}
	if r.Status < 100 || r.Status > 999 {
		b.fail("the status %d is not an HTTP status", r.Status)
	}
	if len(r.Header) > maxHeaderFields {
		b.fail("the header has %d fields, the maximum is %d", len(r.Header), maxHeaderFields)
	}
	for _, f := range r.Header {
		b.required("header name", f.Name, maxID)
		b.text("header value", f.Value, maxText)
	}
	if len(r.Body) > MaxResponseBody {
		b.fail("the body has %d bytes, the maximum is %d", len(r.Body), MaxResponseBody)
	}
	r.Header, r.Body = list(r.Header), list(r.Body)
	return r, b.err
}

// IdempotencyKeys stores requests under their idempotency keys, so that a repeated request is
// executed once.
type IdempotencyKeys interface {
	// BeginRequest stores r as InProgress if its key is free, and returns it. A key is free if
	// it has no record, or if the record has expired at r.CreatedAt. If the key has the record
	// of the same request that is Done, BeginRequest returns that record; the caller replays
	// the response. Other records give ErrRequestInProgress or ErrKeyReused.
	BeginRequest(ctx context.Context, r IdempotentRequest) (IdempotentRequest, error)
	// FinishRequest makes a request Done with a response until expires. It returns ErrConflict
	// if owner no longer has the key.
	FinishRequest(ctx context.Context, key, owner string, r Response, expires time.Time) error
	// ReleaseRequest frees the key of a request that failed, if it is InProgress and owner has
	// the key.
	ReleaseRequest(ctx context.Context, key, owner string) error
	// ExpireRequests deletes requests that have expired at now, at most MaxExpired, and returns
	// their number. MongoDB deletes them by itself too.
	ExpireRequests(ctx context.Context, now time.Time) (deleted int, err error)
}
