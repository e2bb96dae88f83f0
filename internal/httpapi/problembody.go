package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Problem is the body of every error response (RFC 9457).
type Problem struct {
	Type       string          `json:"type" format:"uri" doc:"Identifies the kind of problem. docs/problems.md lists all."`
	Title      string          `json:"title" doc:"The kind of problem in words."`
	Status     int             `json:"status" doc:"The HTTP status code."`
	Detail     string          `json:"detail" doc:"What is wrong with this request."`
	Instance   string          `json:"instance,omitempty" format:"uri-reference" doc:"A resource that explains the problem, such as the running crawl."`
	Errors     []problem.Field `json:"errors,omitempty" doc:"The invalid values."`
	Retryable  bool            `json:"retryable" doc:"Whether the same request can succeed later."`
	RetryAfter int             `json:"retryAfter,omitempty" doc:"Seconds after which to try again."`
	Violated   []string        `json:"violated-policies,omitempty" doc:"The quotas that the request exceeded."`
	RequestID  string          `json:"requestID" doc:"Identifies the request in the log."`

	headers http.Header
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// MarshalJSON implements json.Marshaler. It escapes <, > and &, which huma does not: a problem
// can repeat parts of the request.
func (p *Problem) MarshalJSON() ([]byte, error) {
	type plain Problem
	b, err := json.Marshal((*plain)(p))
	if err != nil {
		return nil, fmt.Errorf("encode a problem: %w", err)
	}
	return b, nil
}

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// newProblem returns the body of a problem.
func newProblem(p *problem.Problem, requestID string) *Problem {
	d := p.Code.Definition()
	b := &Problem{
		Type: d.Type(), Title: d.Title, Status: d.Status, Detail: p.Detail, Instance: p.Related, Errors: p.Fields,
		Retryable: d.Retryable, Violated: p.Policies, RequestID: requestID, headers: http.Header{},
	}
	if p.RetryAfter > 0 {
		b.RetryAfter = int((p.RetryAfter + time.Second - 1) / time.Second)
		b.headers.Set("Retry-After", strconv.Itoa(b.RetryAfter))
	}
	if d.Status == http.StatusUnauthorized {
		b.headers.Set("WWW-Authenticate", `Bearer realm="clausea"`)
	}
	b.headers.Set("Cache-Control", "no-store")
	return b
}

// problemOf returns the response to a request that failed. It logs errors that are not the
// caller's, because the caller does not see their text and only an operator can correct them.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	r := requestOf(ctx)
	p := asProblem(ctx, err)
	r.problem = string(p.Code)
	if p.Code.Definition().Status >= http.StatusInternalServerError || p.Code == problem.Rejected {
		s.o.Log.Error(err, "failed to serve a request", "operation", r.operation, "requestID", r.id, "problem", p.Code)
	}
	b := newProblem(p, r.id)
	if r.feed && b.Status == http.StatusUnauthorized {
		b.headers.Add("WWW-Authenticate", `Basic realm="clausea", charset="UTF-8"`)
	}
	return b
}

// storeRetryAfter is the Retry-After of a store that does not respond: MongoDB elects a new
// primary within about 12 s.
const storeRetryAfter = 10 * time.Second

// asProblem returns the problem that an error is, or that of an internal error.
func asProblem(ctx context.Context, err error) *problem.Problem {
	var p *problem.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrNotFound):
		return problem.Wrap(err, problem.NotFound, "there is no such resource")
	case errors.Is(err, store.ErrInvalidToken):
		p := problem.InvalidCursor()
		p.Cause = err
		return p
	case errors.Is(err, store.ErrInvalid):
		return problem.Wrap(err, problem.InvalidValue, "a value exceeds a bound of the store")
	case errors.Is(err, store.ErrUnavailable):
		return &problem.Problem{Code: problem.Unavailable, Detail: "the store does not respond", RetryAfter: storeRetryAfter, Cause: err}
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		return problem.Wrap(err, problem.TimedOut, "the request took too long")
	}
	return problem.Wrap(err, problem.Internal, "an internal error occurred")
}

// humaProblem returns the problem that huma reports with a status. Errors of huma can contain
// values of the request, which can be secrets; only their locations and messages are used.
func humaProblem(status int, msg string, errs []error) *Problem {
	code := problem.Internal
	detail := "an internal error occurred"
	switch status {
	case http.StatusBadRequest:
		code, detail = problem.MalformedRequest, msg
	case http.StatusUnprocessableEntity:
		code, detail = problem.InvalidValue, "the request has invalid values"
	case http.StatusNotAcceptable:
		code, detail = problem.NotAcceptable, "the route has none of the media types that Accept lists"
	case http.StatusRequestEntityTooLarge:
		code, detail = problem.BodyTooLarge, msg
	case http.StatusUnsupportedMediaType:
		code, detail, errs = problem.UnsupportedMediaType, "the Content-Type of the request is not supported", nil // errs repeats it
	}
	p := &problem.Problem{Code: code, Detail: detail}
	if code.Definition().Status < http.StatusInternalServerError {
		p.Fields = fieldsOf(errs)
	}
	if len(p.Fields) == 1 {
		p.Detail += ": " + strings.TrimPrefix(p.Fields[0].Location+": ", ": ") + p.Fields[0].Message
	}
	return newProblem(p, "")
}

// Bounds of the invalid values that a problem lists: a request can have a million of them, with
// names that the client chose.
const (
	maxFields    = 20
	maxFieldText = 300
)

// fieldsOf returns the locations and messages of validation errors, without their values.
func fieldsOf(errs []error) []problem.Field {
	var out []problem.Field
	for _, err := range errs {
		if len(out) == maxFields {
			break
		}
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			e := d.ErrorDetail()
			out = append(out, problem.Field{Location: shortened(e.Location), Message: shortened(e.Message)})
		} else if err != nil {
			out = append(out, problem.Field{Message: "the value cannot be read"})
		}
	}
	return out
}

func shortened(s string) string {
	if len(s) <= maxFieldText {
		return s
	}
	return strings.ToValidUTF8(s[:maxFieldText], "") + "..."
}

// writeProblem writes a problem outside of huma.
func writeProblem(w http.ResponseWriter, b *Problem) {
	for name, values := range b.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(b.Status)
	_ = json.NewEncoder(w).Encode(b) // fails only if the client has disconnected
}
