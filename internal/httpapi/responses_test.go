package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

func TestAnInternalErrorIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	var log lockedLog
	a := newTestAPI(t, func(o *Options) { o.Log = log.logger() })
	a.addEcho(Operation{}, func(*echoInput) (*echoOutput, error) {
		return nil, fmt.Errorf("dial db1.internal: %w", errors.New("connection refused"))
	})
	r := a.call("POST", "/v1/echo/a", "{}")
	p := decode[Problem](t, r, 500)
	if strings.Contains(string(r.body), "db1") || p.RequestID == "" || p.RequestID != r.Header.Get("X-Request-ID") || !strings.HasSuffix(p.Type, "/internal") {
		t.Errorf("the caller sees %s", r.body)
	}
	if text := log.String(); !strings.Contains(text, "db1.internal") || !strings.Contains(text, p.RequestID) {
		t.Errorf("the log is %s", text)
	}
}

func TestAPanicIsAProblemAndItsValueIsNotLogged(t *testing.T) {
	t.Parallel()
	var log lockedLog
	registry := prometheus.NewRegistry()
	a := newTestAPI(t, func(o *Options) { o.Log, o.Metrics = log.logger(), registry })
	a.addEcho(Operation{}, func(in *echoInput) (*echoOutput, error) { panic("canary " + in.Body.Text) })
	p := decode[Problem](t, a.call("POST", "/v1/echo/a", `{"text":"canary"}`), 500)
	if !strings.HasSuffix(p.Type, "/internal") || strings.Contains(log.String(), "canary") || !strings.Contains(log.String(), p.RequestID) {
		t.Errorf("the problem is %+v, the log %s", p, log.String())
	}
	if n := testutil.ToFloat64(a.server.metrics.panics); n != 1 {
		t.Errorf("%v panics are counted, want 1", n)
	}
}

func TestAValidationProblemNamesTheLocationAndNotTheValue(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addEcho(Operation{}, nil)
	for name, c := range map[string]struct {
		body, location string
		status         int
	}{
		"wrong type":     {`{"text":["canary"]}`, "body.text", 422},
		"unknown field":  {`{"texts":"canary"}`, "body.texts", 422},
		"too long":       {`{"text":"` + strings.Repeat("canary", 20) + `"}`, "body.text", 422},
		"null":           {`null`, "body", 422},
		"a null":         {`{"text":null}`, "body.text", 422},
		"broken":         {`{"text":"canary`, "body", 400},
		"trailing data":  {`{"text":"x"} canary`, "body", 400},
		"another number": {`{"text":"x"}{"text":"canary"}`, "body", 400},
	} {
		r := a.call("POST", "/v1/echo/a", c.body)
		p := decode[Problem](t, r, c.status)
		if len(p.Errors) != 1 || p.Errors[0].Location != c.location || p.Errors[0].Message == "" || strings.Contains(string(r.body), "canary") {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

func TestAProblemListsABoundedNumberOfInvalidValues(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addEcho(Operation{}, nil)
	var body bytes.Buffer
	body.WriteString("{")
	for i := range 5000 {
		fmt.Fprintf(&body, "%q:1,", fmt.Sprintf("unknown%d%s", i, strings.Repeat("x", 100)))
	}
	fmt.Fprintf(&body, "%q:1}", strings.Repeat("y", 100_000))
	if r := a.call("POST", "/v1/echo/a", body.String()); r.StatusCode != 422 || len(r.body) > 20_000 {
		t.Errorf("5,001 unknown fields give status %d and %d bytes", r.StatusCode, len(r.body))
	}
}

func TestABodyThatIsTooLargeOrEncodedIsRefused(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addEcho(Operation{MaxBody: 200}, nil)
	text := func(n int) string { return `{"text":"` + strings.Repeat("x", n) + `"}` }
	for name, c := range map[string]struct {
		r      response
		status int
	}{
		"at the maximum":    {a.call("POST", "/v1/echo/a", `{"text":"x"}`+strings.Repeat(" ", 188)), 200},
		"above the maximum": {a.call("POST", "/v1/echo/a", text(300)), 413},
		"gzip":              {a.call("POST", "/v1/echo/a", text(1), "Content-Encoding", "gzip"), 415},
		"another type":      {a.call("POST", "/v1/echo/a", text(1), "Content-Type", "text/xml"), 415},
		"no body":           {a.call("POST", "/v1/echo/a", ""), 400},
	} {
		if c.r.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, c.r.StatusCode, c.status, c.r.body)
		}
	}
}

func TestResponsesDoNotDependOnTheHost(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for _, path := range []string{"/v1/keys", "/openapi.json", "/v1/nothing", "/v1/keys?limit=0"} {
		r := a.call("GET", path, "", "X-Forwarded-Host", "attacker.example", "X-Request-ID", "fixed-request-id")
		r2 := a.call("GET", path, "", "X-Request-ID", "fixed-request-id")
		if !bytes.Equal(r.body, r2.body) || bytes.Contains(r.body, []byte("$schema")) || bytes.Contains(r.body, []byte("127.0.0.1")) || strings.Contains(r.Header.Get("Link"), "describedBy") {
			t.Errorf("%s answers %.300s with Link %q", path, r.body, r.Header.Get("Link"))
		}
	}
}

func TestNoResponseHasANullList(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, unlimited)
	for _, op := range a.server.Operations() {
		if op.Method != http.MethodGet {
			continue
		}
		r, err := a.send(op.Method, pathOf(op), "", http.Header{"Authorization": {"Bearer " + adminKey}})
		if err != nil {
			t.Fatalf("%s: %v", op.Path, err)
		}
		var v any
		if json.Unmarshal(r.body, &v) == nil && hasNull(v) {
			t.Errorf("%s answers a null: %s", op.Path, r.body)
		}
	}
	api := a.server.api.OpenAPI()
	requests := requestSchemas(api)
	for name, schema := range api.Components.Schemas.Map() {
		if b, err := json.Marshal(schema); err != nil || !requests[name] && bytes.Contains(b, []byte(`"null"`)) {
			t.Errorf("the response %s can have a null: %s (%v)", name, b, err)
		}
	}
}

func hasNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	}
	return false
}

func TestRequestsAreStrictAndResponsesMayGrow(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	schemas := a.server.api.OpenAPI().Components.Schemas.Map()
	if s := schemas["KeyInput"]; s == nil || s.AdditionalProperties != false {
		t.Error("a request may have unknown properties")
	}
	for _, name := range []string{"Key", "Problem", "ListKey"} {
		if s := schemas[name]; s == nil || s.AdditionalProperties != nil {
			t.Errorf("the response %s must not have properties of a later version", name)
		}
	}
}

func TestOnlyOneDescriptionIsServed(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for _, path := range []string{"/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/schemas", "/schemas/Key.json", "/v1", "/", "/metrics", "/debug/pprof/"} {
		if r := a.call("GET", path, ""); r.StatusCode != 404 || r.Header.Get("Content-Type") != problemType {
			t.Errorf("%s has status %d and type %s", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
}

func TestARouteWithoutAScopeCannotBeRegistered(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	defer func() {
		if recover() == nil {
			t.Error("a route without a scope was registered")
		}
	}()
	register(a.server, Operation{ID: "open", Method: http.MethodGet, Path: "/v1/open"}, func(context.Context, service.Caller, *struct{}) (*struct{}, error) { return nil, nil })
}

func TestAFailureOfTheStoreDuringAuthenticationIsNotARefusal(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) {
		o.Authenticate = func(context.Context, string) (service.Caller, error) {
			return service.Caller{}, errors.New("connect to mongodb://clausea:canary@db: refused")
		}
	})
	if r := a.call("GET", "/v1/keys", ""); r.StatusCode != 500 || strings.Contains(string(r.body), "canary") {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
	a2 := newTestAPI(t, func(o *Options) {
		o.Authenticate = func(context.Context, string) (service.Caller, error) { return service.Caller{}, store.ErrNotFound }
	})
	if r := a2.call("GET", "/v1/keys", ""); r.StatusCode >= 500 {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
}

// lockedLog collects log lines at the level debug.
type lockedLog struct{ lockedBuffer }

func (l *lockedLog) logger() logr.Logger {
	return funcr.New(func(prefix, args string) { _, _ = l.Write([]byte(prefix + " " + args + "\n")) }, funcr.Options{Verbosity: 10})
}

func TestAMediaTypeThatTheRouteLacksIsRefusedBeforeItIsExecuted(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	calls := a.addEcho(Operation{}, nil)
	for accept, status := range map[string]int{
		"": 200, "*/*": 200, "application/json": 200, "application/*;q=0.1, text/html": 200, "text/html;q=0.9, */*;q=0.1": 200,
		"application/xml": 406, "text/markdown": 406, "application/json;q=0": 406, "text/event-stream": 406,
	} {
		before := calls.Load()
		r := a.call("POST", "/v1/echo/a", "{}", "Accept", accept)
		if r.StatusCode != status || (calls.Load() > before) != (status == 200) {
			t.Errorf("Accept %q: status %d after %d calls, want %d", accept, r.StatusCode, calls.Load()-before, status)
		}
	}
}

func TestAQueryParameterWithoutAValueIsRefused(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for _, query := range []string{"limit=", "limit", "limit=5&limit="} {
		p := decode[Problem](t, a.call("GET", "/v1/keys?"+query, ""), 422)
		if len(p.Errors) != 1 || p.Errors[0].Location != "query.limit" {
			t.Errorf("%s: %+v", query, p)
		}
	}
	if r := a.call("GET", "/v1/keys?cursor=", ""); r.StatusCode != 200 {
		t.Errorf("an empty text has status %d: %s", r.StatusCode, r.body)
	}
}
