package httpapi

import (
	"net/http"
	"slices"
)

// corsMaxAge is how long a browser uses the answer to a preflight request, in seconds. Chromium
// uses at most two hours.
const corsMaxAge = "7200"

// handleCORS sets the headers for a page of an allowed origin (https://fetch.spec.whatwg.org). It
// reports whether it answered the request, which it does for a preflight request. Keys travel in
// headers and not in cookies, so credentials are never allowed.
func (s *Server) handleCORS(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if len(s.o.CORSOrigins) > 0 {
		w.Header().Add("Vary", "Origin")
	}
	if origin == "" || !slices.Contains(s.o.CORSOrigins, origin) {
		if preflight {
			w.WriteHeader(http.StatusNoContent) // without headers, which the browser takes for a refusal
		}
		return preflight
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID, Idempotent-Replayed")
	if !preflight {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, X-API-Key, Content-Type, Accept, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID")
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
	return true
}
