package httpapi

import (
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"

	"github.com/clausea/crawler/internal/ipaddress"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/tracing"
)

// Handler returns the API as an http.Handler: the routes behind the edge that all requests pass.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.o.Extra != nil && !owns(r.URL.Path) && r.URL.Path != healthPath {
			s.o.Extra.ServeHTTP(w, r)
			return
		}
		q := &request{id: requestID(r), ipAddress: ipaddress.OfClient(r, s.o.TrustedProxies), url: r.URL, accept: r.Header.Values("Accept"), operation: "none"}
		ctx, span := tracing.Begin(tracing.Continue(r.Context(), r.Header.Get("Traceparent")), r.Method, tracing.Server, attribute.String("http.request.method", r.Method))
		q.span = span
		r = r.WithContext(withRequest(ctx, q))
		out := &recorder{ResponseWriter: w, request: r, changes: &s.validators.changes}
		setSecurityHeaders(out.Header())
		out.Header()["X-Request-Id"] = []string{q.id}
		started := time.Now()
		defer s.finish(out, r, q, started)
		if s.handleCORS(out, r) {
			return
		}
		s.route(out, r)
	})
}

// owns reports whether the API serves a path.
func owns(path string) bool {
	return path == "/v1" || strings.HasPrefix(path, "/v1/") || path == "/openapi.json" || path == "/docs" || strings.HasPrefix(path, "/docs/")
}

// finish answers a request whose handler panicked, and records the request.
func (s *Server) finish(w *recorder, r *http.Request, q *request, started time.Time) {
	if v := recover(); v != nil {
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v) // the server closes the connection without a message
		}
		s.metrics.panics.Inc()
		// The value of a panic can contain data of the request, so it is not logged.
		s.o.Log.Error(nil, "a handler panicked", "operation", q.operation, "requestID", q.id, "stack", string(debug.Stack()))
		if w.status == 0 {
			q.problem = string(problem.Internal)
			writeProblem(w, newProblem(problem.New(problem.Internal, "an internal error occurred"), q.id))
		}
	}
	took := time.Since(started)
	s.metrics.record(q, r.Method, w.Status(), took)
	q.endSpan(r.Method, w.Status())
	log := s.o.Log.V(1)
	if !log.Enabled() { // the values would take memory for each request
		return
	}
	log.Info("request", "operation", q.operation, "method", r.Method, "status", w.Status(), "problem", q.problem, "bytes", w.bytes,
		"duration", took.String(), "actor", q.caller.Actor, "ipAddress", q.ipAddress, "requestID", q.id)
}

// endSpan ends the span of a request.
func (q *request) endSpan(method string, status int) {
	q.span.SetName(method + " " + q.operation)
	q.span.Set(attribute.String("clausea.operation", q.operation), attribute.Int("http.response.status_code", status), attribute.String("clausea.request_id", q.id))
	if status >= http.StatusInternalServerError {
		q.span.Fail("5xx")
	}
	q.span.End()
}

// route serves the request by its route, or reports that there is none.
func (s *Server) route(w *recorder, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	// The mux answers in plain text. Its status and Allow header are right.
	probe := &discard{header: http.Header{}}
	h.ServeHTTP(probe, r)
	q := requestOf(r.Context())
	p := problem.New(problem.NoSuchRoute, "there is no route %.100q", r.URL.Path)
	switch {
	case probe.status == http.StatusMethodNotAllowed:
		allow := probe.header.Get("Allow")
		p = problem.New(problem.MethodNotAllowed, "the route allows %s", allow)
		w.Header().Set("Allow", allow)
	case probe.status >= 300 && probe.status < 400: // a path that is not clean, such as //v1
		p = problem.New(problem.NoSuchRoute, "there is no route %.100q; the path must not contain empty or dot segments", r.URL.Path)
	}
	q.problem = string(p.Code)
	writeProblem(w, newProblem(p, q.id))
}

// securityHeaders are the headers of all responses. Their values are shared, and must not be
// changed in place.
var securityHeaders = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'; sandbox"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Referrer-Policy":              {"no-referrer"},
}

// setSecurityHeaders sets the headers of all responses. The API serves data, and no pages.
func setSecurityHeaders(h http.Header) {
	for name, values := range securityHeaders {
		h[name] = values
	}
}

// requestID returns the ID of a request: that of a proxy, if it is a plain word, or a new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	plain := strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
	if len(id) < 8 || len(id) > 64 || !plain {
		return uuid.NewString()
	}
	return id
}

// discard is a ResponseWriter that only keeps status and header.
type discard struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header { return d.header }

// Write implements http.ResponseWriter.
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader implements http.ResponseWriter.
func (d *discard) WriteHeader(status int) { d.status = status }
