package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/oidc/oidctest"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
)

// testRoles are the roles of the accounts of tests.
const testRoles = "email:ada@example.com=operator,group:legal=reviewer"

// withProvider makes a dashboard accept the users of a provider.
func withProvider(t *testing.T, p *oidctest.Provider, roles string, users []signin.User) func(*Options) {
	return func(o *Options) {
		r, err := oidc.ParseRoles(roles)
		if err != nil {
			t.Fatal(err)
		}
		o.URL = "https://clausea.example"
		o.OIDC, err = oidc.New(oidc.Options{
			Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, URL: o.URL + CallbackPath, Roles: r, Client: p.Client(),
		})
		if err != nil {
			t.Fatal(err)
		}
		key, err := o.OIDC.SessionKey()
		if err != nil {
			t.Fatal(err)
		}
		o.SignIn = signin.New(users, ratelimit.NewMemory())
		o.SignIn.AcceptProvider(oidc.UserPrefix, key)
	}
}

// newProviderDashboard returns a dashboard without passwords, and its provider, whose account is Ada.
func newProviderDashboard(t *testing.T) (*testDashboard, *oidctest.Provider) {
	t.Helper()
	p := oidctest.New(t)
	p.Claims["email"], p.Claims["email_verified"] = "ada@example.com", true
	return newTestDashboard(t, withProvider(t, p, testRoles, nil)), p
}

// startProvider begins a sign-in and returns the path of the callback.
func (d *testDashboard) startProvider(p *oidctest.Provider, to string) string {
	d.t.Helper()
	r := d.get("/oidc/start?" + url.Values{"to": {to}}.Encode())
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), p.URL+"/authorize?") {
		d.t.Fatalf("status %d, Location %s", r.StatusCode, r.Header.Get("Location"))
	}
	return "/oidc/callback?" + p.Authorize(r.Header.Get("Location")).Encode()
}

func TestAUserSignsInWithAnIdentityProvider(t *testing.T) {
	t.Parallel()
	d, p := newProviderDashboard(t)
	r := d.get("/sign-in?to=%2Fdashboard%2Fcompanies")
	r.mustContain(t, `href="https://clausea.example/dashboard/oidc/start?to=%2Fdashboard%2Fcompanies"`)
	if strings.Contains(r.body, "password") {
		t.Error("the page asks for a password")
	}
	r = d.get(d.startProvider(p, "/dashboard/companies"))
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/dashboard/companies" {
		t.Fatalf("status %d, Location %s: %s", r.StatusCode, r.Header.Get("Location"), r.body)
	}
	for _, c := range r.Cookies() {
		if !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.Name == oidcCookie && c.MaxAge >= 0 {
			t.Errorf("cookie %s: %+v", c.Name, c)
		}
	}
	d.get("/system").mustContain(t, "oidc:ada@example.com (operator)")
	entries, _, err := d.store.ListAudit(t.Context(), store.AuditQuery{Action: "session.create"})
	if err != nil || len(entries) != 1 || entries[0].Actor != "user:oidc:ada@example.com" || entries[0].Outcome != store.AuditSucceeded {
		t.Errorf("the audit log has %+v, error %v", entries, err)
	}
}

func TestPasswordsAndAnIdentityProviderAreOfferedTogether(t *testing.T) {
	t.Parallel()
	p := oidctest.New(t)
	p.Broken = http.StatusServiceUnavailable
	d := newTestDashboard(t, withProvider(t, p, testRoles, testUsers()))
	d.stranger().get("/sign-in").mustContain(t, "Sign in with 127.0.0.1", `type="password"`)
	r := d.stranger().get("/oidc/start")
	if r.StatusCode != http.StatusBadGateway || !strings.Contains(r.body, "Try it again in a minute") || !strings.Contains(r.body, `type="password"`) {
		t.Errorf("a provider that is down: status %d: %s", r.StatusCode, r.body)
	}
	d.as("viewer").get("/companies").mustContain(t, "viewer")
}

func TestACallbackNeedsTheBrowserThatBegan(t *testing.T) {
	t.Parallel()
	d, p := newProviderDashboard(t)
	victim := d.stranger()
	callback := d.startProvider(p, "/dashboard/")
	for what, path := range map[string]string{"the callback of another browser": callback, "no parameters": "/oidc/callback", "a state": "/oidc/callback?state=x&code=y"} {
		r := victim.get(path)
		if r.StatusCode != http.StatusBadRequest || sessionOf(victim) != "" || !strings.Contains(r.body, "Begin it again") {
			t.Errorf("%s: status %d: %s", what, r.StatusCode, r.body)
		}
	}
	d.get(callback)
	if r := d.get(callback); r.StatusCode != http.StatusBadRequest {
		t.Errorf("the callback again: status %d", r.StatusCode)
	}
}

func TestASignInWithAProviderLeadsOnlyToPagesOfTheDashboard(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"https://evil.example/", "//evil.example/dashboard/", "/\\evil.example", "javascript:alert(1)", "/v1/companies"} {
		d, p := newProviderDashboard(t)
		if r := d.get(d.startProvider(p, to)); r.Header.Get("Location") != "/dashboard/" {
			t.Errorf("%s leads to %s", to, r.Header.Get("Location"))
		}
	}
}

func TestAnAccountWithoutARoleSeesWhatToDo(t *testing.T) {
	t.Parallel()
	d, p := newProviderDashboard(t)
	p.Claims["email"] = "eve@example.com"
	r := d.get(d.startProvider(p, "/dashboard/"))
	if r.StatusCode != http.StatusForbidden || !strings.Contains(r.body, "oidc:eve@example.com") || !strings.Contains(r.body, "DASHBOARD_OIDC_ROLES") || sessionOf(d) != "" {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
	entries, _, err := d.store.ListAudit(t.Context(), store.AuditQuery{Action: "session.create"})
	if err != nil || !slices.ContainsFunc(entries, func(e store.AuditEntry) bool {
		return e.Outcome == store.AuditDenied && e.TargetName == "oidc:eve@example.com"
	}) {
		t.Errorf("the audit log has %+v, error %v", entries, err)
	}
}

func TestTheErrorsOfAProviderAreExplained(t *testing.T) {
	t.Parallel()
	d, p := newProviderDashboard(t)
	for code, want := range map[string]string{"access_denied": "you cancelled the sign-in", "server_error": "error code is server_error", "<script>alert(1)</script>": "the log of the dashboard has the reason"} {
		callback, err := url.Parse(d.startProvider(p, "/dashboard/"))
		if err != nil {
			t.Fatal(err)
		}
		r := d.get("/oidc/callback?" + url.Values{"state": {callback.Query().Get("state")}, "error": {code}, "error_description": {"<b>x"}}.Encode())
		if r.StatusCode != http.StatusForbidden || !strings.Contains(r.body, want) || strings.Contains(r.body, "<script>alert") || strings.Contains(r.body, "<b>x") {
			t.Errorf("%s: status %d: %s", code, r.StatusCode, r.body)
		}
	}
}

func TestFailedCallbacksAreSlowedDown(t *testing.T) {
	t.Parallel()
	d, _ := newProviderDashboard(t)
	refused := 0
	for range 100 {
		if r := d.get("/oidc/callback?state=x&code=y"); r.StatusCode == http.StatusTooManyRequests && r.Header.Get("Retry-After") != "" {
			refused++
		}
	}
	if refused < 60 {
		t.Errorf("%d of 100 callbacks were refused, want at least 60", refused)
	}
}

func TestASessionEndsIfTheSettingsOfTheProviderChange(t *testing.T) {
	t.Parallel()
	d, p := newProviderDashboard(t)
	d.get(d.startProvider(p, "/dashboard/"))
	d.get("/sessions").mustContain(t, "oidc:ada@example.com")
	o := d.server.o
	for what, change := range map[string]func(*Options){
		"the roles":   withProvider(t, p, testRoles+",*=viewer", nil),
		"no provider": func(o *Options) { o.SignIn = signin.New(testUsers(), ratelimit.NewMemory()) },
	} {
		d.server.o = o
		change(&d.server.o)
		if r := d.get("/sessions"); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d", what, r.StatusCode)
		}
	}
}
