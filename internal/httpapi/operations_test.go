package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/apikey"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/store"
)

var pathParameter = regexp.MustCompile(`\{(\w+)(\.\.\.)?\}`)

// placeholder returns a valid value of a path parameter, of a resource that does not exist.
func placeholder(name string) string {
	switch {
	case name == "version" || name == "number" || name == "n" || strings.HasSuffix(name, "Version"):
		return "1"
	case name == "id":
		return "aaaaaaaa"
	}
	return "placeholder"
}

// pathOf returns the path of an operation with placeholders for its parameters.
func pathOf(op Operation) string {
	return pathParameter.ReplaceAllStringFunc(op.Path, func(p string) string {
		return placeholder(pathParameter.FindStringSubmatch(p)[1])
	})
}

// unlimited removes the quotas of callers.
func unlimited(o *Options) {
	o.Limits.Key, o.Limits.Anonymous, o.Limits.FailedKey, o.Limits.Crawls = ratelimit.Quota{}, ratelimit.Quota{}, ratelimit.Quota{}, ratelimit.Quota{}
}

// send sends a request, and returns its response with up to 1 MiB of the body. It reads only the
// headers of a stream.
func (a *testAPI) send(method, path, body string, header http.Header) (response, error) {
	ctx, cancel := context.WithTimeout(a.t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.url, strings.NewReader(body))
	if err != nil {
		return response{}, err
	}
	path, req.URL.RawQuery, _ = strings.Cut(path, "?")
	req.URL.Opaque = strings.TrimPrefix(a.url, "http:") + path // sent as it is
	req.Header = header
	if body == "" {
		req.Body, req.ContentLength = nil, 0
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return response{Response: resp}, nil
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return response{resp, b}, err
}

// sufficient lists the callers that a scope of a route allows, by what they have.
var sufficient = map[store.APIScope][]store.APIScope{
	public:            {public, store.ScopeRead, store.ScopeCrawl, store.ScopeReview, store.ScopeWrite, store.ScopeAdmin},
	store.ScopeFeed:   {store.ScopeRead, store.ScopeCrawl, store.ScopeReview, store.ScopeWrite, store.ScopeAdmin},
	store.ScopeRead:   {store.ScopeRead, store.ScopeCrawl, store.ScopeReview, store.ScopeWrite, store.ScopeAdmin},
	store.ScopeCrawl:  {store.ScopeCrawl, store.ScopeWrite, store.ScopeAdmin},
	store.ScopeReview: {store.ScopeReview, store.ScopeWrite, store.ScopeAdmin},
	store.ScopeWrite:  {store.ScopeWrite, store.ScopeAdmin},
	store.ScopeAdmin:  {store.ScopeAdmin},
}

func TestEveryRouteAllowsExactlyTheCallersOfItsScope(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, unlimited)
	wrong, _ := apikey.New()
	callers := []struct {
		name   string
		scope  store.APIScope // what the caller has; public: nothing
		header string
		status int // of a refusal
	}{
		{"none", public, "", 401},
		{"wrong key", public, "Bearer " + wrong, 401},
		{"read", store.ScopeRead, a.newKey(store.ScopeRead), 403},
		{"crawl", store.ScopeCrawl, a.newKey(store.ScopeCrawl), 403},
		{"review", store.ScopeReview, a.newKey(store.ScopeReview), 403},
		{"write", store.ScopeWrite, a.newKey(store.ScopeWrite), 403},
		{"admin", store.ScopeAdmin, "Bearer " + adminKey, 403},
	}
	for _, op := range a.server.Operations() {
		callersOf, known := sufficient[op.Scope]
		if !known {
			t.Errorf("%s has the unknown scope %q", op.ID, op.Scope)
			continue
		}
		for _, caller := range callers {
			body := ""
			if op.Method != http.MethodGet && op.Method != http.MethodDelete {
				body = "{}"
			}
			h := http.Header{"Content-Type": {"application/json"}}
			if caller.header != "" {
				h.Set("Authorization", caller.header)
			}
			r, err := a.send(op.Method, pathOf(op), body, h)
			if err != nil {
				t.Fatalf("%s %s as %s: %v", op.Method, op.Path, caller.name, err)
			}
			allowed := slices.Contains(callersOf, caller.scope)
			refused := r.StatusCode == 401 || r.StatusCode == 403
			if allowed == refused || refused && r.StatusCode != caller.status || r.StatusCode >= 500 {
				t.Errorf("%s %s (%s) as %s: status %d: %s", op.Method, op.Path, op.Scope, caller.name, r.StatusCode, r.body)
			}
		}
	}
}

// methodsOf are the keys of a path in an OpenAPI description that are operations.
var methodsOf = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func TestEveryRouteOfTheDescriptionIsAnOperationWithAPolicy(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	var d struct {
		Paths map[string]map[string]json.RawMessage
	}
	if b, err := a.server.Description(); err != nil || json.Unmarshal(b, &d) != nil {
		t.Fatalf("the description cannot be read: %v", err)
	}
	described := map[string]bool{}
	for path, item := range d.Paths {
		for method := range item {
			if slices.Contains(methodsOf, method) {
				described[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	ids := map[string]bool{}
	for _, op := range a.server.Operations() {
		route := op.Method + " " + op.Path
		if !described[route] {
			t.Errorf("%s is not in the description", route)
		}
		delete(described, route)
		if ids[op.ID] || op.ID == "" || op.Summary == "" {
			t.Errorf("%s has the ID %q, which is empty or not unique, or it has no summary", route, op.ID)
		}
		ids[op.ID] = true
		if tagTexts[op.Tag] == "" {
			t.Errorf("%s has the tag %q, which the description does not explain", route, op.Tag)
		}
	}
	for route := range described {
		t.Errorf("%s has no policy", route)
	}
}

func TestHEADAnswersAsGETWithoutABody(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, unlimited)
	paths := []string{"/openapi.json", "/v1/keys", "/v1/nothing"}
	for _, op := range a.server.Operations() {
		if op.Method == http.MethodGet {
			paths = append(paths, pathOf(op))
		}
	}
	for _, path := range paths {
		h := http.Header{"Authorization": {"Bearer " + adminKey}}
		get, err := a.send("GET", path, "", h)
		head, errHead := a.send("HEAD", path, "", h)
		if err != nil || errHead != nil {
			t.Fatalf("%s: %v, %v", path, err, errHead)
		}
		if head.StatusCode != get.StatusCode || len(head.body) > 0 {
			t.Errorf("HEAD %s: status %d and %d bytes, GET has %d", path, head.StatusCode, len(head.body), get.StatusCode)
		}
		again, err := a.send("GET", path, "", h)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, name := range []string{"Content-Type", "ETag", "Cache-Control", "Vary", "Content-Security-Policy"} {
			if again.Header.Get(name) != get.Header.Get(name) {
				continue // the response has the current time
			}
			if head.Header.Get(name) != get.Header.Get(name) {
				t.Errorf("HEAD %s: %s is %q, GET has %q", path, name, head.Header.Get(name), get.Header.Get(name))
			}
		}
	}
}
