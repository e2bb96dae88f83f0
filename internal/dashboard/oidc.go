package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
)

// CallbackPath is where the identity provider sends browsers after a sign-in.
const CallbackPath = Base + "/oidc/callback"

// maxReason limits the reason of a failed sign-in in the log, in bytes.
const maxReason = 1000

// registerOIDC registers the sign-in with an identity provider. It begins with a link and not with
// a form, because the Content-Security-Policy does not let a form lead to another site.
func registerOIDC(s *Server) {
	if s.o.OIDC == nil {
		return
	}
	s.mux.HandleFunc("GET "+Base+"/oidc/start", s.startOIDC)
	s.mux.HandleFunc("GET "+CallbackPath, s.finishOIDC)
}

// oidcStart returns where a sign-in begins. Its host is the one to which the provider returns, so
// that the cookie is there.
func (s *Server) oidcStart(to string) string {
	return s.o.URL + Base + "/oidc/start?" + url.Values{"to": {to}}.Encode()
}

func (s *Server) startOIDC(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	to := returnPath(r.URL.Query().Get("to"))
	provider, sealed, err := s.o.OIDC.Begin(ctx, to)
	if err != nil {
		s.oidcFailed(w, r, signInData{To: to}, err)
		return
	}
	setCookie(w, oidcCookie, sealed, oidc.AttemptAge)
	http.Redirect(w, r, provider, http.StatusSeeOther)
}

func (s *Server) finishOIDC(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	d := signInData{To: returnPath("")}
	in := service.SignIn{User: oidc.UserPrefix, IPAddress: s.clientIP(r), UserAgent: r.UserAgent()}
	refund, err := s.o.SignIn.AdmitProvider(ctx, in.IPAddress)
	throttled := &signin.ThrottledError{}
	if errors.As(err, &throttled) {
		s.showThrottled(w, r, d, throttled)
		return
	}
	sealed := cookieOf(r, oidcCookie)
	setCookie(w, oidcCookie, "", 0)
	who, to, err := s.o.OIDC.Finish(ctx, sealed, r.URL.Query())
	if err != nil {
		noRole := &oidc.NoRoleError{}
		if errors.As(err, &noRole) {
			in.User = noRole.User
		}
		s.o.Services.Sessions.Failed(ctx, in)
		s.oidcFailed(w, r, d, err)
		return
	}
	refund()
	in.User, in.Role = who.User, string(who.Role)
	s.openSession(w, r, in, returnPath(to))
}

// oidcFailed shows the sign-in page with what happened and what to do.
func (s *Server) oidcFailed(w http.ResponseWriter, r *http.Request, d signInData, err error) {
	var (
		status      = http.StatusInternalServerError
		unavailable *oidc.UnavailableError
		refused     *oidc.RefusedError
		noRole      *oidc.NoRoleError
	)
	switch {
	case errors.Is(err, oidc.ErrState):
		status = http.StatusBadRequest
		d.Error = "The sign-in was not begun in this browser, or took too long. Begin it again, and finish it within 10 minutes. If it fails again, allow cookies for this site."
	case errors.As(err, &noRole):
		status = http.StatusForbidden
		d.Error = "Your account has no role here: " + noRole.User + ". Ask the operator to add it to DASHBOARD_OIDC_ROLES. An e-mail address counts only if the provider verified it."
	case errors.As(err, &refused) && refused.Code == "access_denied":
		status = http.StatusForbidden
		d.Error = s.o.OIDC.Name() + " did not let you sign in, or you cancelled the sign-in."
	case errors.As(err, &refused):
		status = http.StatusForbidden
		d.Error = "The sign-in with " + s.o.OIDC.Name() + " failed. Try it again. If it fails again, the log of the dashboard has the reason."
		if refused.Code != "" {
			d.Error += " The provider's error code is " + refused.Code + "."
		}
	case errors.As(err, &unavailable):
		status = http.StatusBadGateway
		d.Error = s.o.OIDC.Name() + " does not respond as an OpenID Connect provider. Try it again in a minute. If it fails again, the operator should check DASHBOARD_OIDC_ISSUER and the network; the log of the dashboard has the reason."
	}
	if status == http.StatusInternalServerError {
		s.writeError(w, r, nil, err)
		return
	}
	reason := err.Error()
	if len(reason) > maxReason { // it has the response of the provider
		reason = reason[:maxReason]
	}
	s.o.Log.Info("a sign-in with the identity provider failed", "reason", reason, "ipAddress", s.clientIP(r))
	s.showSignIn(w, r, status, d)
}
