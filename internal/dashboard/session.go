package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
)

// The cookies. The prefix makes browsers refuse them from other hosts and without Secure
// (RFC 6265bis, 4.1.3.2).
const (
	sessionCookie = "__Host-clausea-session" // the token of the session and its seal
	deviceCookie  = "__Host-clausea-device"  // identifies a browser at later sign-ins
	oidcCookie    = "__Host-clausea-oidc"    // a sign-in with an identity provider that has begun
)

// deviceAge is how long a browser is known. A sign-in renews it.
const deviceAge = 180 * 24 * time.Hour

// setCookie sets a cookie that scripts and other sites cannot use. An empty value deletes it.
func setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(age / time.Second), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// cookieOf returns the value of a cookie, or "".
func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// signedIn returns a handler that needs a session. Without one, the browser goes to the sign-in.
func (s *Server) signedIn(do func(v *visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, W: w, Server: s}
		err := s.findSession(v)
		if problem.IsCode(err, problem.Unauthenticated) {
			to := Base + "/sign-in"
			if r.Method == http.MethodGet && r.URL.Path != Base+"/" {
				to += "?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		if err == nil {
			err = do(v)
		}
		if err != nil {
			s.writeError(w, r, v, err)
		}
	}
}

// readSession reads the session of a request with get. Its error is an Unauthenticated problem if
// there is none, or if it was opened with settings that no longer apply.
func (s *Server) readSession(r *http.Request, get func(ctx context.Context, token string) (store.Session, error)) (store.Session, error) {
	cookie := cookieOf(r, sessionCookie)
	token := signin.Token(cookie)
	if token == "" {
		return store.Session{}, problem.New(problem.Unauthenticated, "the request has no session")
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	session, err := get(ctx, token)
	if err == nil && !s.o.SignIn.IsSealed(cookie, session.User, session.Role) {
		err = problem.New(problem.Unauthenticated, "the user, the role or the password has changed; sign in again")
	}
	return session, err
}

// findSession sets the session and the caller of a visit.
func (s *Server) findSession(v *visit) error {
	session, err := s.readSession(v.Request, s.o.Services.Sessions.Use)
	if err != nil {
		return err
	}
	v.Session = session
	v.Caller = service.Caller{
		Actor: "user:" + session.User, Scopes: service.RoleScopes(session.Role), Trigger: store.TriggerDashboard,
		IPAddress: s.clientIP(v.Request), RequestID: uuid.NewString(),
	}
	return nil
}
