package httpapi

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// step is one step of the edge before the input of an operation is read. It returns the request
// with which to continue, or an error, which ends the request with a problem.
type step func(w http.ResponseWriter, r *http.Request) (*http.Request, error)

// middlewares returns the steps of an operation, in their order: who calls, how often, whether
// they may, whether there is room, what they send, and whether they sent it before.
func (s *Server) middlewares(op *Operation) huma.Middlewares {
	out := huma.Middlewares{s.asMiddleware(s.begin(op))}
	if op.Scope != public {
		out = append(out, s.asMiddleware(s.authenticate), s.asMiddleware(s.limit), s.asMiddleware(authorize(op.Scope)))
	}
	if op.Revalidates {
		out = append(out, s.asAround(s.validators.revalidate))
	}
	if op.Version != nil {
		out = append(out, s.asAround(newRememberedPages(op.Version).serve))
	}
	out = append(out, s.asMiddleware(checkForm(op)), s.checkValues, s.bound(op), s.asMiddleware(readBody(op)), s.checkNulls)
	if op.Idempotent {
		out = append(out, s.asAround(s.idempotent(op)))
	}
	if op.StartsCrawl {
		out = append(out, s.asAround(s.crawlQuota))
	}
	return out
}

// around is a step of the edge that calls the steps after it. Its error ends the request with a
// problem; it must not call next and return an error.
type around func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) error

// asAround returns a middleware of huma that executes a step around the others.
func (s *Server) asAround(do around) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		err := do(w, r, func(w http.ResponseWriter, r *http.Request) { next(humago.NewContext(ctx.Operation(), r, w)) })
		if err != nil {
			writeProblem(w, s.problemOf(r.Context(), err))
		}
	}
}

// asMiddleware returns a middleware of huma that executes a step.
func (s *Server) asMiddleware(do step) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		before, w := humago.Unwrap(ctx)
		r, err := do(w, before)
		switch {
		case err != nil:
			writeProblem(w, s.problemOf(ctx.Context(), err))
		case r == before:
			next(ctx)
		default:
			next(humago.NewContext(ctx.Operation(), r, w))
		}
	}
}

// keyOf returns the API key of a request, or "". basic accepts HTTP Basic authentication.
func keyOf(r *http.Request, basic bool) (string, error) {
	key := r.Header.Get("X-Api-Key") // in canonical form, which is found faster
	authorization := r.Header.Get("Authorization")
	if authorization == "" {
		return key, nil
	}
	scheme, bearer, _ := strings.Cut(authorization, " ")
	bearer = strings.TrimSpace(bearer)
	if _, password, ok := r.BasicAuth(); ok && basic {
		scheme, bearer = "Bearer", password
	}
	if !strings.EqualFold(scheme, "Bearer") || bearer == "" {
		return "", problem.New(problem.InvalidKey, "the header Authorization must be Bearer and an API key")
	}
	if key != "" && key != bearer {
		return "", problem.New(problem.InvalidKey, "Authorization and X-API-Key have different keys; send one of them")
	}
	return bearer, nil
}

// authenticate finds the caller.
func (s *Server) authenticate(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
	q := requestOf(r.Context())
	key, err := keyOf(r, q.feed)
	if err != nil {
		return nil, err
	}
	caller := service.Caller{Actor: "anonymous"}
	switch {
	case s.o.Local:
		caller = service.Caller{Actor: "local", Scopes: []store.APIScope{store.ScopeAdmin}, Trigger: store.TriggerCLI}
	case key != "":
		if caller, err = s.o.Authenticate(r.Context(), key); err != nil {
			return nil, s.limitFailedKeys(r.Context(), q.ipAddress, err)
		}
	case s.o.Anonymous:
		caller.Scopes = []store.APIScope{store.ScopeRead}
	default:
		return nil, problem.New(problem.Unauthenticated, "the request has no API key")
	}
	caller.IPAddress, caller.RequestID = q.ipAddress, q.id
	q.caller = caller
	return r, nil
}

// limitFailedKeys slows down an IP address that tries keys. It returns err, or a RateLimited
// problem.
func (s *Server) limitFailedKeys(ctx context.Context, ipAddress string, err error) error {
	if !problem.IsCode(err, problem.InvalidKey) || s.o.Limiter == nil {
		return err
	}
	if result := s.o.Limiter.Allow(ctx, ipAddress, s.o.Limits.FailedKey); !result.Allowed {
		return tooMany(problem.RateLimited, s.o.Limits.FailedKey, result, "this IP address sent too many invalid API keys")
	}
	return err
}

// authorize returns the step that checks the scope.
func authorize(scope store.APIScope) step {
	return func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		q := requestOf(r.Context())
		if q.feed && q.caller.Allows(store.ScopeFeed) {
			return r, nil // the use case checks which feed
		}
		return r, q.caller.Authorize(scope)
	}
}

// limit counts the request against the quota of its caller.
func (s *Server) limit(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	q := requestOf(r.Context())
	if s.o.Limiter == nil || s.o.Local {
		return r, nil
	}
	quota, subject := s.o.Limits.Key, q.caller.Actor
	if subject == "anonymous" {
		quota, subject = s.o.Limits.Anonymous, q.ipAddress
	}
	if quota.Unlimited() {
		return r, nil
	}
	result := s.o.Limiter.Allow(r.Context(), subject, quota)
	addQuota(w.Header(), quota, result)
	if !result.Allowed {
		return nil, tooMany(problem.RateLimited, quota, result, "the quota of "+strconv.Itoa(quota.Requests)+" requests in "+quota.Window.String()+" is used up")
	}
	return r, nil
}

// The names of the RateLimit fields as http.Header has them.
const (
	rateLimitPolicy = "Ratelimit-Policy"
	rateLimit       = "Ratelimit"
)

// addQuota adds a quota to the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10).
func addQuota(h http.Header, q ratelimit.Quota, r ratelimit.Result) {
	field := func(first byte, n int, second byte, d time.Duration) string {
		b := strconv.AppendQuote(make([]byte, 0, 64), q.Name)
		b = strconv.AppendInt(append(b, ';', first, '='), int64(n), 10)
		return string(strconv.AppendInt(append(b, ';', second, '='), int64(seconds(d)), 10))
	}
	h[rateLimitPolicy] = append(h[rateLimitPolicy], field('q', q.Requests, 'w', q.Window))
	h[rateLimit] = append(h[rateLimit], field('r', r.Remaining, 't', r.Reset))
}

// tooMany returns the problem of a request that exceeds a quota.
func tooMany(code problem.Code, q ratelimit.Quota, r ratelimit.Result, detail string) error {
	return &problem.Problem{Code: code, Detail: detail, RetryAfter: r.RetryAfter, Policies: []string{q.Name}}
}

// seconds rounds a duration up to seconds.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// bound limits how many requests are handled at once, and for how long each.
func (s *Server) bound(op *Operation) func(huma.Context, func(huma.Context)) {
	room, timeout := s.requests, op.Timeout
	if op.Stream {
		room = s.streams
	}
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if !room.take() {
			writeProblem(w, s.problemOf(ctx.Context(), &problem.Problem{Code: problem.Overloaded, Detail: "the server handles as many requests as it can", RetryAfter: time.Second}))
			return
		}
		defer room.release()
		if !op.Stream {
			limited, cancel := context.WithTimeout(r.Context(), timeout)
			defer cancel()
			r = r.WithContext(limited)
			extendDeadlines(w, timeout+responseTime)
		}
		next(humago.NewContext(ctx.Operation(), r, w))
	}
}

// responseTime is how long a client may take to receive a response, in addition to the time that
// its request takes.
const responseTime = 15 * time.Second

// extendDeadlines sets the deadlines of the connection for one request. It has no effect on a
// connection without deadlines.
func extendDeadlines(w http.ResponseWriter, d time.Duration) {
	c, end := http.NewResponseController(w), time.Now().Add(d)
	_, _ = c.SetReadDeadline(end), c.SetWriteDeadline(end)
}

// slots bounds what happens at once. A nil slots is no bound.
type slots chan struct{}

func newSlots(n int) slots {
	if n <= 0 {
		return nil
	}
	return make(slots, n)
}

// take reports whether there is room, and occupies it.
func (s slots) take() bool {
	if s == nil {
		return true
	}
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) release() {
	if s != nil {
		<-s
	}
}
