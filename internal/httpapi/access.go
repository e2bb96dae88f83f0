package httpapi

import (
	"net/http"

	"github.com/clausea/crawler/internal/problem"
)

// begin returns the first step of an operation. It records which operation the request calls.
func (s *Server) begin(op *Operation) step {
	return func(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
		q := requestOf(r.Context())
		q.operation, q.feed = op.ID, op.Feed
		if !op.KeyOptional {
			return r, nil
		}
		return s.identify(w, r)
	}
}

// identify finds the caller of a public route. A caller without a valid key has no scope. Invalid
// keys count as those on other routes do, because the response shows whether a key is valid.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	q := requestOf(r.Context())
	_, err := s.authenticate(w, r)
	if problem.IsCode(err, problem.Unauthenticated) || problem.IsCode(err, problem.InvalidKey) {
		q.caller.Actor, q.caller.IPAddress, q.caller.RequestID = "anonymous", q.ipAddress, q.id
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return s.limit(w, r)
}

// security returns the ways of authentication that the description lists.
func (op *Operation) security() []map[string][]string {
	if op.Scope == public && !op.KeyOptional {
		return nil
	}
	out := []map[string][]string{{"bearer": {}}, {"key": {}}}
	if op.Feed {
		out = append(out, map[string][]string{"basic": {}})
	}
	if op.KeyOptional {
		out = append(out, map[string][]string{})
	}
	return out
}
