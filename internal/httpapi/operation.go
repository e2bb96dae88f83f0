package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// public is the policy of routes that need no key.
const public store.APIScope = "public"

// Operation is a route of the API with its policy.
type Operation struct {
	ID, Method, Path string
	Summary          string
	Description      string
	Tag              string
	// Scope is what the caller must be allowed to do, or public. The use case checks it again.
	Scope store.APIScope
	// Feed marks a route that feed readers call. It also allows keys of the scope feed, and
	// accepts a key as the password of HTTP Basic authentication, which feed readers can send.
	Feed bool
	// KeyOptional makes a public route identify a caller that sends a key.
	KeyOptional bool
	// Status is the status of success. It is 200 if it is 0.
	Status int
	// Problems lists the codes that the route reports in addition to those of every route.
	Problems []problem.Code
	// Timeout limits the handling of a request. It is defaultTimeout if it is 0.
	Timeout time.Duration
	// MaxBody is the maximum size of the request body, in bytes. It is 1 MiB if it is 0.
	MaxBody int64
	// Idempotent makes the route accept an Idempotency-Key. A response with a secret must have
	// the Cache-Control no-store: then its body is not stored for a repeated request.
	Idempotent bool
	// StartsCrawl makes the route count against the quota of crawls, if its status is 201 or 202.
	StartsCrawl bool
	// Revalidates makes the route answer a client that asks again and again whether a
	// representation has changed from memory, for a short time.
	Revalidates bool
	// Version returns a number that changes whenever the responses of the route may change. It
	// makes the server remember the responses. nil: unknown.
	Version func() int64
	// Stream marks a route whose response is a stream of events.
	Stream bool
	// Hidden leaves the route out of the description.
	Hidden bool
	// Responses documents responses that the output type does not describe. If one of success has
	// content, its media types are those that a client must accept; else it is JSON.
	Responses map[string]*huma.Response
}

const (
	defaultTimeout = 15 * time.Second
	defaultMaxBody = 1 << 20
)

// handler handles the requests of an operation.
type handler[I, O any] func(ctx context.Context, caller service.Caller, in *I) (*O, error)

// register adds a route. It is the only way to add one, so that every route has a policy.
func register[I, O any](s *Server, op Operation, h handler[I, O]) {
	if op.Scope == "" {
		panic("httpapi: operation " + op.ID + " has no scope") // a mistake of the programmer
	}
	d := op.describe(s)
	s.operations = append(s.operations, op)
	huma.Register(s.api, d, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, requestOf(ctx).caller, in)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return out, nil
	})
}

// describe returns the operation as huma documents and serves it.
func (op *Operation) describe(s *Server) huma.Operation {
	if op.MaxBody == 0 {
		op.MaxBody = defaultMaxBody
	}
	d := huma.Operation{
		OperationID: op.ID, Hidden: op.Hidden, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody + 1, Errors: op.statuses(), Responses: op.Responses,
		Middlewares: s.middlewares(op), Extensions: map[string]any{"x-scope": string(op.Scope)},
	}
	if op.Idempotent {
		d.Parameters = append(d.Parameters, idempotencyParam())
	}
	if op.Tag != "" {
		d.Tags = []string{op.Tag}
	}
	d.Security = op.security()
	return d
}

// common lists the problems that every route can report.
var common = []problem.Code{
	problem.MalformedRequest, problem.InvalidValue, problem.RateLimited, problem.NotAcceptable,
	problem.Internal, problem.Unavailable, problem.TimedOut,
}

// statuses lists the statuses of the problems of the operation.
func (op *Operation) statuses() []int {
	codes := slices.Concat(common, op.Problems)
	if op.Scope != public {
		codes = append(codes, problem.Unauthenticated, problem.Forbidden)
	}
	if op.Idempotent {
		codes = append(codes, problem.RequestInProgress, problem.IdempotencyKeyReused, problem.ResponseNotStored)
	}
	if op.Method != http.MethodGet && op.Method != http.MethodDelete {
		codes = append(codes, problem.BodyTooLarge, problem.UnsupportedMediaType)
	}
	var out []int
	for _, c := range codes {
		out = append(out, c.Definition().Status)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
