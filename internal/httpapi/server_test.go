package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/httpapi/testclient"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// adminKey is the key of the settings in tests.
const adminKey = "test-admin-key"

// testAPI is an API over an embedded store, behind a real HTTP server.
type testAPI struct {
	t      *testing.T
	store  store.Store
	server *Server
	url    string
}

// newTestAPI starts an API. change adjusts its options.
func newTestAPI(t *testing.T, change func(*Options)) *testAPI {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	authenticator := service.NewAuthenticator(s, adminKey)
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	resources := kubestore.NewClient(s, scheme)
	o := Options{
		Services: service.New(service.Dependencies{
			Store: s, Resources: service.Resources{Client: resources, Cache: resources, Namespace: kubestore.DefaultNamespace}, Authenticator: authenticator, Log: logr.Discard(),
		}),
		Version: "test", Authenticate: authenticator.Authenticate, Limiter: ratelimit.NewMemory(), Limits: DefaultLimits(), Idempotency: s, Log: logr.Discard(), Stop: t.Context(),
	}
	if change != nil {
		change(&o)
	}
	server, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server.Handler())
	t.Cleanup(h.Close)
	return &testAPI{t: t, store: s, server: server, url: h.URL}
}

// response is a response with its body.
type response struct {
	*http.Response
	body []byte
}

// call sends a request with the administrator's key. header lists names and values in turn.
func (a *testAPI) call(method, path, body string, header ...string) response {
	a.t.Helper()
	r, b := testclient.Call(a.t, method, a.url+path, adminKey, body, header...)
	return response{r, b}
}

// audited returns the entries of the audit log about a kind of target, of which there is one.
func (a *testAPI) audited(kind string) []store.AuditEntry {
	a.t.Helper()
	entries, _, err := a.store.ListAudit(a.t.Context(), store.AuditQuery{TargetKind: kind})
	if err != nil || len(entries) == 0 {
		a.t.Fatalf("the audit log has %d entries about a %s, %v", len(entries), kind, err)
	}
	return entries
}

// decode decodes the body of a response with a status.
func decode[T any](t *testing.T, r response, status int) T {
	t.Helper()
	return testclient.Decode[T](t, r.Response, r.body, status)
}

func TestAKeyWorksUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	created := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"frontend","scopes":["admin"]}`), 201)
	bearer := "Bearer " + created.Secret
	listed := decode[list[Key]](t, a.call("GET", "/v1/keys", "", "Authorization", bearer), 200)
	if len(listed.Items) != 1 || listed.Items[0].ID != created.ID || strings.Contains(string(a.call("GET", "/v1/keys", "").body), created.Secret) {
		t.Errorf("the list is %+v, want key %s without its text", listed, created.ID)
	}
	if r := a.call("DELETE", "/v1/keys/"+created.ID, ""); r.StatusCode != 204 {
		t.Errorf("revoke: status %d: %s", r.StatusCode, r.body)
	}
	p := decode[Problem](t, a.call("GET", "/v1/keys", "", "Authorization", bearer), 401)
	if p.Type != "https://clausea.co/problems/invalid-key" || p.RequestID == "" {
		t.Errorf("a revoked key gives %+v", p)
	}
	entries, _, err := a.store.ListAudit(t.Context(), store.AuditQuery{TargetKind: "key"})
	if err != nil || len(entries) != 2 {
		t.Errorf("the audit log has %d entries, %v; want 2", len(entries), err)
	}
}

func TestProblemsHaveTheirFormAndNoInternals(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for name, c := range map[string]struct {
		r      response
		status int
		code   string
	}{
		"no key":            {a.call("GET", "/v1/keys", "", "Authorization", ""), 401, "unauthenticated"},
		"unknown route":     {a.call("GET", "/v1/nothing", ""), 404, "no-such-route"},
		"wrong method":      {a.call("PATCH", "/v1/keys", "{}"), 405, "method-not-allowed"},
		"unknown parameter": {a.call("GET", "/v1/keys?limt=5", ""), 422, "invalid-value"},
		"wrong limit":       {a.call("GET", "/v1/keys?limit=500", ""), 422, "invalid-value"},
		"wrong cursor":      {a.call("GET", "/v1/keys?cursor=%21", ""), 422, "invalid-value"},
		"broken JSON":       {a.call("POST", "/v1/keys", `{"name"`), 400, "malformed-request"},
		"unknown field":     {a.call("POST", "/v1/keys", `{"name":"a","scopes":["read"],"secret":"hunter2"}`), 422, "invalid-value"},
		"no such key":       {a.call("DELETE", "/v1/keys/aaaaaaaa", ""), 404, "not-found"},
	} {
		p := decode[Problem](t, c.r, c.status)
		if !strings.HasSuffix(p.Type, "/"+c.code) || p.Status != c.status || p.Title == "" || p.Detail == "" || c.r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: problem %s of type %s", name, c.r.body, c.r.Header.Get("Content-Type"))
		}
		if strings.Contains(string(c.r.body), "hunter2") {
			t.Errorf("%s: the problem repeats a value of the body: %s", name, c.r.body)
		}
	}
	if allow := a.call("PATCH", "/v1/keys", "{}").Header.Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow of a wrong method is %q", allow)
	}
}

func TestTheDescriptionNamesTheScopeOfEachRoute(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	r := a.call("GET", "/openapi.json", "", "Authorization", "")
	d := decode[struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Scope string `json:"x-scope"`
		}
	}](t, r, 200)
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Paths) == 0 {
		t.Fatalf("the description is %.200s", r.body)
	}
	for path, operations := range d.Paths {
		for method, op := range operations {
			if op.Scope == "" {
				t.Errorf("%s %s has no scope", method, path)
			}
		}
	}
	if again := a.call("GET", "/openapi.json", "", "If-None-Match", `"x,y", `+r.Header.Get("ETag")); again.StatusCode != 304 || again.Header.Get("ETag") == "" || len(again.body) > 0 {
		t.Errorf("with its ETag, the description has status %d and %d bytes", again.StatusCode, len(again.body))
	}
}
