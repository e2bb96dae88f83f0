package httpapi

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// echoInput and echoOutput are the types of the routes that tests of the edge add.
type echoInput struct {
	Name string `path:"name" maxLength:"40"`
	Body struct {
		Text string `json:"text,omitempty" maxLength:"100"`
	}
}

type echoBody struct {
	Text string `json:"text"`
	Call int32  `json:"call"`
}

type echoOutput struct {
	Location     string `header:"Location"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         echoBody
}

// addEcho adds the route POST /v1/echo/{name}, which counts its calls. handle decides on the
// response; nil answers with the text of the request.
func (a *testAPI) addEcho(op Operation, handle func(in *echoInput) (*echoOutput, error)) *atomic.Int32 {
	op.ID, op.Method, op.Path, op.Tag = "echo", http.MethodPost, "/v1/echo/{name}", "test"
	if op.Scope == "" {
		op.Scope = store.ScopeCrawl
	}
	calls := &atomic.Int32{}
	register(a.server, op, func(_ context.Context, _ service.Caller, in *echoInput) (*echoOutput, error) {
		n := calls.Add(1)
		if handle != nil {
			return handle(in)
		}
		return &echoOutput{Location: "/v1/echo/" + in.Name, ETag: `"x"`, Body: echoBody{in.Body.Text, n}}, nil
	})
	return calls
}

// newKey creates a key with a scope and returns its header.
func (a *testAPI) newKey(scope store.APIScope) string {
	a.t.Helper()
	body := `{"name":"` + string(scope) + `","scopes":["` + string(scope) + `"]}`
	return "Bearer " + decode[CreatedKey](a.t, a.call("POST", "/v1/keys", body), 201).Secret
}

// addSlow adds GET /v1/slow, which waits until its time is over.
func (a *testAPI) addSlow(limit time.Duration) {
	register(a.server, Operation{ID: "slow", Method: http.MethodGet, Path: "/v1/slow", Scope: store.ScopeRead, Timeout: limit},
		func(ctx context.Context, _ service.Caller, _ *struct{}) (*echoOutput, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
}
