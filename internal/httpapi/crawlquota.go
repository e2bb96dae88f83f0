package httpapi

import (
	"net/http"
	"strconv"

	"github.com/clausea/crawler/internal/problem"
)

// crawlQuota counts requests against the number of crawls that a caller may start. A request
// that starts no crawl is not counted: it is counted first, so that requests at the same time
// cannot exceed the quota, and returned to the quota afterwards.
func (s *Server) crawlQuota(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) error {
	q, quota := requestOf(r.Context()), s.o.Limits.Crawls
	if s.o.Limiter == nil || s.o.Local || quota.Unlimited() {
		next(w, r)
		return nil
	}
	result := s.o.Limiter.Allow(r.Context(), q.caller.Actor, quota)
	addQuota(w.Header(), quota, result)
	if !result.Allowed {
		return tooMany(problem.CrawlQuota, quota, result, "the quota of "+strconv.Itoa(quota.Requests)+" crawls in "+quota.Window.String()+" is used up")
	}
	c := &capture{ResponseWriter: w}
	defer func() {
		if c.status != http.StatusCreated && c.status != http.StatusAccepted {
			s.o.Limiter.Return(r.Context(), q.caller.Actor, quota)
		}
	}()
	next(c, r)
	return nil
}
