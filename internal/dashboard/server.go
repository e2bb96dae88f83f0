package dashboard

import (
	"net/http"
	"time"
)

// Base is the path below which the dashboard is served.
const Base = "/dashboard"

// Server is the dashboard.
type Server struct {
	o      Options
	mux    *http.ServeMux
	assets assets
	routes []Route
	// heartbeat is streamHeartbeat, unless a test replaces it.
	heartbeat time.Duration
}

// New returns the dashboard over the services of o.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{o: o, mux: http.NewServeMux(), heartbeat: streamHeartbeat}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	s.serveAssets()
	registerPages(s)
	s.mux.HandleFunc(Base+"/", s.signedIn(func(*visit) error { return notFound() }))
	s.mux.Handle("GET "+Base, http.RedirectHandler(Base+"/", http.StatusMovedPermanently))
	return s, nil
}

// Routes lists the routes that need a session, with the scopes that they need.
func (s *Server) Routes() []Route { return s.routes }

// Handler returns the handler of the dashboard. It handles the paths below Base.
func (s *Server) Handler() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeError(w, r, nil, crossOrigin())
	}))
	return securityHeaders(s.recoverPanics(protection.Handler(s.mux)))
}

// contentSecurityPolicy allows nothing but the files of the dashboard itself.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// securityHeaders adds the header fields that all responses have.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
