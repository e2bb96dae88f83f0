package httpapi

import (
	"context"
	"net/url"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/tracing"
)

// request is what the edge knows of a request. The steps of the edge fill it in.
type request struct {
	span      *tracing.Span
	id        string
	ipAddress string
	url       *url.URL
	accept    []string // the values of the header Accept
	caller    service.Caller
	// operation is the ID of the operation, or "none" until a route is found.
	operation string
	feed      bool // whether the operation is a feed
	// problem is the code of the problem that was reported, or empty.
	problem string
	// body is the request body, after readBody.
	body []byte
}

type requestKey struct{}

// requestOf returns the request of a context. Outside of a request it is an empty one.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{operation: "none"}
}

func withRequest(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}
