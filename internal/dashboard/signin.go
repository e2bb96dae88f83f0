package dashboard

import (
	"errors"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
)

// signInData is what the sign-in page shows.
type signInData struct {
	To, Name, Error string
	// HasNames asks for a name.
	HasNames bool
	// Insecure explains that browsers do not store the cookie of an unencrypted connection.
	Insecure bool
	// HasPasswords shows the form.
	HasPasswords bool
	// Provider is the host of the identity provider, and Start where a sign-in with it begins. Both
	// are empty without one.
	Provider, Start string
}

func registerSignIn(s *Server) {
	s.mux.HandleFunc("GET "+Base+"/sign-in", func(w http.ResponseWriter, r *http.Request) {
		s.showSignIn(w, r, http.StatusOK, signInData{To: returnPath(r.URL.Query().Get("to"))})
	})
	s.mux.HandleFunc("POST "+Base+"/sign-in", s.signIn)
	s.action("POST /sign-out", store.ScopeRead, signOut)
	s.action("POST /sign-out-everywhere", store.ScopeRead, signOutEverywhere)
	s.action("POST /sessions/{id}/revoke", store.ScopeRead, func(v *visit) (outcome, error) {
		return outcome{To: Base + "/sessions", Notice: "The session has ended."}, s.o.Services.Sessions.Revoke(v.Context(), v.Caller, v.Path("id"))
	})
	s.view("GET /sessions", showSessions)
}

// returnPath returns the path to which a sign-in leads. Only pages of the dashboard are allowed.
func returnPath(to string) string {
	if strings.HasPrefix(to, Base+"/") {
		return to
	}
	return Base + "/"
}

// isSecure reports whether browsers store cookies with Secure from the connection: it is
// encrypted, or it does not leave the machine (Secure Contexts, 3.1).
func (s *Server) isSecure(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	local := host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
	return local || r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	v := &visit{Request: r, W: w, Server: s}
	d.HasNames, d.HasPasswords, d.Insecure = s.o.SignIn.HasNames(), s.o.SignIn.HasPasswords(), !s.isSecure(r)
	if s.o.OIDC != nil {
		d.Provider, d.Start = s.o.OIDC.Name(), s.oidcStart(d.To)
	}
	if err := s.render(v, status, page{Title: "Sign in", Body: d}); err != nil {
		s.writeError(w, r, v, err)
	}
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	v := &visit{Request: r, W: w, Server: s}
	if err := v.parseForm(); err != nil {
		s.writeError(w, r, v, err)
		return
	}
	d := signInData{To: returnPath(v.Form("to")), Name: v.Form("name")}
	in := service.SignIn{User: d.Name, IPAddress: s.clientIP(r), UserAgent: r.UserAgent()}
	if in.User == "" {
		in.User = signin.Owner
	}
	user, device, err := s.o.SignIn.Check(r.Context(), signin.Attempt{
		Name: d.Name, Password: v.PostForm.Get("password"), IPAddress: in.IPAddress, Device: cookieOf(r, deviceCookie),
	})
	throttled := &signin.ThrottledError{}
	switch {
	case errors.As(err, &throttled):
		s.showThrottled(w, r, d, throttled)
		return
	case errors.Is(err, signin.ErrWrong):
		s.o.Log.Info("a sign-in to the dashboard failed", "ipAddress", in.IPAddress)
		s.o.Services.Sessions.Failed(r.Context(), in)
		d.Error = "The password is wrong."
		if s.o.SignIn.HasNames() {
			d.Error = "The name or the password is wrong."
		}
		s.showSignIn(w, r, http.StatusUnauthorized, d)
		return
	case err != nil:
		s.writeError(w, r, v, err)
		return
	}
	in.User, in.Role = user.Name, string(user.Role)
	setCookie(w, deviceCookie, device, deviceAge)
	s.openSession(w, r, in, d.To)
}

// showThrottled shows the sign-in page with the time to wait.
func (s *Server) showThrottled(w http.ResponseWriter, r *http.Request, d signInData, err *signin.ThrottledError) {
	seconds := int(math.Ceil(err.RetryAfter.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	d.Error = "Too many sign-ins failed from your network. Wait " + plural(seconds, "second", "seconds") + ", then try again."
	s.showSignIn(w, r, http.StatusTooManyRequests, d)
}

// openSession opens a session with a new token, and leads to a page of the dashboard.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request, in service.SignIn, to string) {
	token, err := s.o.Services.Sessions.Open(r.Context(), in)
	if err != nil {
		s.writeError(w, r, nil, err)
		return
	}
	setCookie(w, sessionCookie, s.o.SignIn.Seal(token, in.User, in.Role), service.SessionAge)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func signOut(v *visit) (outcome, error) {
	setCookie(v.W, sessionCookie, "", 0)
	return outcome{To: Base + "/sign-in", Notice: "You are signed out."}, v.Server.o.Services.Sessions.Revoke(v.Context(), v.Caller, v.Session.ID)
}

func signOutEverywhere(v *visit) (outcome, error) {
	n, err := v.Server.o.Services.Sessions.RevokeAll(v.Context(), v.Caller)
	setCookie(v.W, sessionCookie, "", 0)
	return outcome{To: Base + "/sign-in", Notice: "You are signed out; " + plural(n, "session", "sessions") + " ended."}, err
}

// sessionsData is what the page of sessions shows.
type sessionsData struct {
	Items   []store.Session
	Current string
	Pager   pager
}

func showSessions(v *visit) (page, error) {
	items, next, err := v.Server.o.Services.Sessions.List(v.Context(), v.Caller, store.ListOptions{Limit: 50, Continue: v.Query("cursor")})
	return page{Title: "Sessions", Nav: "system", Body: sessionsData{items, v.Session.ID, newPager(v, next)}}, err
}
