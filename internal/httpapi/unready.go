package httpapi

import (
	"net/http"
	"slices"
	"time"

	"github.com/clausea/crawler/internal/problem"
)

// unreadyRetry is the Retry-After of a process that starts. Chosen by hand.
const unreadyRetry = 5 * time.Second

// Unready returns the handler of a process whose API is not available yet: its routes report an
// Unavailable problem, and so do the paths in also. extra handles all other paths.
func Unready(extra http.Handler, also ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !owns(r.URL.Path) && !slices.Contains(also, r.URL.Path) {
			extra.ServeHTTP(w, r)
			return
		}
		id := requestID(r)
		setSecurityHeaders(w.Header())
		w.Header().Set("X-Request-ID", id)
		writeProblem(w, newProblem(&problem.Problem{Code: problem.Unavailable, Detail: "the process is starting", RetryAfter: unreadyRetry}, id))
	})
}
