package httpapi

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/problem"
)

// attack is a bad input: what it changes of a valid request to an operation.
type attack struct {
	name string
	// applies reports whether the operation reads what the attack changes. nil: always.
	applies func(target) bool
	change  func(r *attempt)
	// refused is set if the API must refuse the request. Other inputs may be accepted.
	refused bool
}

// target is an operation under attack.
type target struct {
	Operation
	takesBody bool
}

// attempt is a request that an attack changes.
type attempt struct {
	op                 Operation
	method, path, body string
	header             http.Header
}

func hasBody(op target) bool          { return op.takesBody }
func hasPathParameter(op target) bool { return strings.Contains(op.Path, "{") }
func needsKey(op target) bool         { return op.Scope != public }

// setBody returns an attack that sends a body.
func setBody(body string) func(*attempt) { return func(r *attempt) { r.body = body } }

// setHeader returns an attack that sets a header.
func setHeader(name string, values ...string) func(*attempt) {
	return func(r *attempt) { r.header[name] = values }
}

// addQuery returns an attack that adds to the query.
func addQuery(query string) func(*attempt) { return func(r *attempt) { r.path += "?" + query } }

// setSegment returns an attack that replaces the path parameters.
func setSegment(segment string) func(*attempt) {
	return func(r *attempt) {
		r.path = pathParameter.ReplaceAllString(r.op.Path, strings.ReplaceAll(segment, "$", "$$"))
	}
}

// attacks are the bad inputs that every operation receives.
var attacks = []attack{
	// Bodies.
	{"broken JSON", hasBody, setBody(`{"a"`), true},
	{"no JSON", hasBody, setBody("<x/>"), true},
	{"a JSON text", hasBody, setBody(`"x"`), true},
	{"a JSON list", hasBody, setBody(`[]`), true},
	{"null", hasBody, setBody(`null`), true},
	{"trailing data", hasBody, setBody(`{} {}`), true},
	{"an unknown field", hasBody, setBody(`{"unknown-field":1}`), true},
	{"a prototype", hasBody, setBody(`{"__proto__":{"admin":true}}`), true},
	{"invalid UTF-8", hasBody, setBody("{\"name\":\"\xff\xfe\"}"), false},
	{"a NUL", hasBody, setBody(`{"name":"a\u0000b"}`), false},
	{"lone surrogates", hasBody, setBody(`{"name":"\ud800"}`), false},
	{"deep nesting", hasBody, setBody(strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)), true},
	{"deep lists", hasBody, setBody(strings.Repeat("[", 100_000)), true},
	{"a huge number", hasBody, setBody(`{"limit":1e999999}`), true},
	{"a long text", hasBody, setBody(`{"name":"` + strings.Repeat("x", 500_000) + `"}`), true},
	{"wrong types", hasBody, func(r *attempt) { r.body = wrongTypes }, true},
	{"a large body", hasBody, func(r *attempt) { r.body = `{"name":"` + strings.Repeat("x", int(min(r.op.MaxBody, 2<<20))) + `"}` }, true},
	{"a byte order mark", hasBody, setBody("\xef\xbb\xbf{}"), false},
	// Headers.
	{"XML as the type", hasBody, setHeader("Content-Type", "application/xml"), false},
	{"a malformed type", hasBody, setHeader("Content-Type", "application/json; charset=\"\xff"), false},
	{"two types", hasBody, setHeader("Content-Type", "application/json", "text/plain"), false},
	{"gzip", hasBody, setHeader("Content-Encoding", "gzip"), true},
	{"a chain of encodings", hasBody, setHeader("Content-Encoding", "br, gzip, gzip"), true},
	{"two different keys", needsKey, setHeader("X-Api-Key", "another"), true},
	{"a key in basic authentication", needsKey, setHeader("Authorization", "Basic YWRtaW46YWRtaW4="), true},
	{"a key of odd bytes", needsKey, setHeader("Authorization", "Bearer \xff\x80"), true},
	{"a long key", needsKey, setHeader("Authorization", "Bearer "+strings.Repeat("k", 50_000)), true},
	{"two Idempotency-Keys", func(op target) bool { return op.Idempotent }, setHeader("Idempotency-Key", "a", "b"), true},
	{"odd tags", nil, func(r *attempt) {
		r.header["If-Match"] = []string{`W/"`, `"""`, "\x80"}
		r.header["If-None-Match"] = []string{strings.Repeat(`W/"x",`, 2000)}
	}, false},
	{"odd media types", nil, setHeader("Accept", "*/*;q=NaN, ;;;, text/"+strings.Repeat("a", 1000), "\x80"), false},
	{"an odd date", nil, setHeader("If-Modified-Since", "\x80 2026"), false},
	{"a forged proxy", nil, setHeader("X-Forwarded-For", strings.Repeat("1.2.3.4,", 2000)+"'; DROP TABLE"), false},
	{"an odd request ID", nil, setHeader("X-Request-Id", "<script>alert(1)</script>"), false},
	// Queries.
	{"an unknown parameter", nil, addQuery("unknown-parameter=1"), true},
	{"an operator of a database", nil, addQuery("name[$ne]=x"), true},
	{"a broken escape", nil, addQuery("limit=%zz&cursor=%"), true},
	{"invalid UTF-8 in the query", nil, addQuery("%ff%fe=%ff"), true},
	{"a text as the limit", nil, addQuery("limit=ten"), true},
	{"a negative limit", nil, addQuery("limit=-1"), true},
	{"a huge limit", nil, addQuery("limit=99999999999999999999"), true},
	{"an odd cursor", nil, addQuery("cursor=..%2f..%2f%00"), true},
	{"a long cursor", nil, addQuery("cursor=" + strings.Repeat("A", 5000)), true},
	{"an odd date in the query", nil, addQuery("asOf=2026-13-45T99:99:99Z&since=0000"), true},
	{"many parameters", nil, addQuery(strings.Repeat("a=1&", 20_000)), true},
	// Paths.
	{"dot segments", hasPathParameter, setSegment("%2e%2e"), true},
	{"an encoded slash", hasPathParameter, setSegment("..%2f..%2fetc%2fpasswd"), true},
	{"a NUL in the path", hasPathParameter, setSegment("a%00b"), true},
	{"invalid UTF-8 in the path", hasPathParameter, setSegment("%ff%fe"), true},
	{"a long segment", hasPathParameter, setSegment(strings.Repeat("a", 8000)), true},
	{"a script in the path", hasPathParameter, setSegment("%3Cscript%3Ealert(1)%3C%2Fscript%3E"), true},
	{"a query language in the path", hasPathParameter, setSegment("'%20OR%201=1%20--"), true},
	{"an operator in the path", hasPathParameter, setSegment("%7B%22$ne%22:null%7D"), true},
	{"spaces in the path", hasPathParameter, setSegment("%20%09%0d%0aSet-Cookie:%20a=b"), true},
	{"a huge number in the path", hasPathParameter, setSegment("99999999999999999999"), false},
	{"a negative number in the path", hasPathParameter, setSegment("-1"), true},
	{"a right-to-left mark in the path", hasPathParameter, setSegment("%E2%80%AE%E2%81%A6"), true},
	// Methods.
	{"another method", nil, func(r *attempt) { r.method = "PROPFIND" }, true},
	{"a method override", nil, setHeader("X-Http-Method-Override", "DELETE"), false},
}

// wrongTypes has a value of a wrong type for fields that many bodies have.
const wrongTypes = `{"name":1,"url":[],"spec":"x","domains":{},"scopes":"admin","events":7,"type":[],"state":{},"reason":[],"limit":"x","until":5,"url":false}`

// targets lists the operations of an API.
func (a *testAPI) targets() []target {
	var out []target
	for _, op := range a.server.Operations() {
		item := a.server.api.OpenAPI().Paths[op.Path]
		takesBody := false
		for _, o := range []*huma.Operation{item.Post, item.Put, item.Patch} {
			takesBody = takesBody || o != nil && o.OperationID == op.ID && o.RequestBody != nil
		}
		out = append(out, target{op, takesBody})
	}
	return out
}

func TestNoBadInputIsAFailureOfTheServer(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, unlimited)
	for _, op := range a.targets() {
		for _, attack := range attacks {
			if attack.applies != nil && !attack.applies(op) {
				continue
			}
			r := &attempt{op: op.Operation, method: op.Method, path: pathOf(op.Operation), header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + adminKey}}}
			if op.takesBody {
				r.body = "{}"
			}
			attack.change(r)
			what := fmt.Sprintf("%s %s: %s", op.Method, op.Path, attack.name)
			got, err := a.send(r.method, r.path, r.body, r.header)
			switch {
			case err != nil:
				t.Errorf("%s: the connection is cut: %v", what, err)
			case got.StatusCode >= 500 || attack.refused && got.StatusCode < 400:
				t.Errorf("%s: status %d: %.300s", what, got.StatusCode, got.body)
			case got.StatusCode >= 400:
				checkProblem(t, what, got)
			}
		}
	}
}

// definitions are the definitions of problems by their type and status.
var definitions = func() map[string]problem.Definition {
	out := map[string]problem.Definition{}
	for _, d := range problem.Catalog() {
		out[fmt.Sprint(d.Type(), d.Status)] = d
	}
	return out
}()

// checkProblem checks that a response is a problem of the catalogue, which has a remedy, and that
// it does not repeat markup of the request.
func checkProblem(t *testing.T, what string, got response) {
	t.Helper()
	var p Problem
	err := json.Unmarshal(got.body, &p)
	d := definitions[fmt.Sprint(p.Type, p.Status)]
	if err != nil || d.Remedy == "" || p.Detail == "" || p.RequestID == "" || got.Header.Get("Content-Type") != problemType {
		t.Errorf("%s: no problem of the catalogue: %s %.300s", what, got.Header.Get("Content-Type"), got.body)
	}
	if strings.Contains(strings.ToLower(string(got.body)), "<script") || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: the problem repeats the input as it is: %.300s", what, got.body)
	}
}

func TestABodyThatBreaksItsFramingIsMalformed(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addEcho(Operation{}, nil)
	head := "POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + adminKey + "\r\nContent-Type: application/json\r\nConnection: close\r\n"
	for name, rest := range map[string]string{
		"a chunk without a length": "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
		"a chunk that is too long": "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
		"a body that ends early":   "Content-Length: 10\r\n\r\n{}",
	} {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(a.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, head+rest); err != nil {
			t.Fatal(err)
		}
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != 400 {
			t.Errorf("%s: status %d, %v: %s", name, r.StatusCode, err, b)
		}
		checkProblem(t, name, response{r, b})
		_ = c.Close()
	}
}
