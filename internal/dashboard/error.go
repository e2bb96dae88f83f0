package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

func notFound() error {
	return problem.New(problem.NotFound, "there is no such page in the dashboard")
}

func crossOrigin() error {
	return problem.New(problem.Forbidden, "the form was sent from another site; open the page of the dashboard and send it from there")
}

// statusClientClosed is logged for requests whose client left.
const statusClientClosed = 499

// problemOf returns what the user sees of an error. It logs errors that are not the user's.
func (s *Server) problemOf(r *http.Request, err error) *problem.Problem {
	var p *problem.Problem
	switch {
	case errors.As(err, &p):
		if p.Cause != nil && p.Code.Definition().Status >= http.StatusInternalServerError {
			s.o.Log.Error(p.Cause, "a request to the dashboard failed", "path", r.URL.Path)
		}
		return p
	case errors.Is(err, store.ErrInvalidToken):
		return problem.Wrap(err, problem.InvalidValue, "the link to this page of the list is not valid; start with the first page")
	case errors.Is(err, store.ErrInvalid):
		return problem.Wrap(err, problem.InvalidValue, "a value of the link or of the form is not valid")
	case errors.Is(err, store.ErrUnavailable):
		p = problem.Wrap(err, problem.Unavailable, "the store does not respond")
	case errors.Is(err, context.DeadlineExceeded):
		p = problem.Wrap(err, problem.TimedOut, "the request took longer than %s", requestTimeout)
	default:
		p = problem.Wrap(err, problem.Internal, "an internal error occurred; the log of the process has its text")
	}
	s.o.Log.Error(err, "a request to the dashboard failed", "path", r.URL.Path)
	return p
}

// errorData is what the error page shows.
type errorData struct {
	Status int
	Title  string
	Detail string
	Remedy string
	Fields []problem.Field
	// Related is the page of the record that the problem is about, and RelatedText the text of
	// the link. It replaces the remedy.
	Related, RelatedText string
}

// relatedPage returns the page of a record whose path in the API is given, and the text of a link
// to it. Both are empty if the dashboard has no such page.
func relatedPage(path string) (page, text string) {
	for prefix, text := range map[string]string{"/v1/crawls/": "Open the crawl", "/v1/companies/": "Open the company"} {
		if id, ok := strings.CutPrefix(path, prefix); ok && id != "" && !strings.Contains(id, "/") {
			return Base + strings.TrimPrefix(prefix, "/v1") + id, text
		}
	}
	return "", ""
}

// writeError writes the error page. v is nil before the sign-in.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		w.WriteHeader(statusClientClosed)
		return
	}
	p := s.problemOf(r, err)
	d := p.Code.Definition()
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.RetryAfter+time.Second-1)/time.Second)))
	}
	if v == nil {
		v = &visit{Request: r, W: w, Server: s}
	}
	data := errorData{Status: d.Status, Title: d.Title, Detail: p.Detail, Remedy: remedyOf(p), Fields: p.Fields}
	data.Related, data.RelatedText = relatedPage(p.Related)
	if err := s.render(v, d.Status, page{Title: d.Title, Body: data}); err != nil {
		s.o.Log.Error(err, "failed to render the error page")
		http.Error(w, d.Title, d.Status)
	}
}

// recoverPanics makes a panic of one request an error page.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // the value that net/http documents
				panic(v)
			}
			s.o.Log.Error(fmt.Errorf("panic: %v", v), "a request to the dashboard panicked", "path", r.URL.Path, "stack", string(debug.Stack()))
			http.Error(w, "an internal error occurred; the log of the process has its text", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}
