package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
)

// sessionOf returns the cookie of the session of a dashboard's client.
func sessionOf(d *testDashboard) string {
	d.t.Helper()
	u, err := url.Parse(d.url + Base)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, c := range d.client.Jar.Cookies(u) {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

// withCookie returns the same dashboard for a client that has only the cookie of a session.
func (d *testDashboard) withCookie(value string) *testDashboard {
	d.t.Helper()
	out := *d
	out.client = &http.Client{Transport: d.client.Transport, Jar: newJar(d.t), CheckRedirect: d.client.CheckRedirect}
	u, err := url.Parse(d.url)
	if err != nil {
		d.t.Fatal(err)
	}
	out.client.Jar.SetCookies(u, []*http.Cookie{{Name: sessionCookie, Value: value, Path: "/", Secure: true}})
	return &out
}

func TestASignInDoesNotUseTheTokenThatTheBrowserHad(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	fixed := d.withCookie("chosen by an attacker")
	r := fixed.post("/sign-in", "name", "operator", "password", testPassword)
	if r.StatusCode != http.StatusSeeOther || sessionOf(fixed) == "chosen by an attacker" {
		t.Errorf("status %d, the token is that of the attacker: %v", r.StatusCode, sessionOf(fixed) == "chosen by an attacker")
	}
	for _, c := range r.Cookies() {
		if !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s: %+v", c.Name, c)
		}
	}
}

func TestASessionEndsAtTheSignOut(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	stolen := d.withCookie(sessionOf(d))
	if r := stolen.get("/sessions"); r.StatusCode != http.StatusOK {
		t.Fatalf("before the sign-out: status %d", r.StatusCode)
	}
	if r := d.post("/sign-out"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-out: status %d", r.StatusCode)
	}
	if r := stolen.get("/sessions"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after the sign-out: status %d", r.StatusCode)
	}
}

func TestAUserSignsOutEverywhere(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	one, two, other := d.as("reviewer"), d.as("reviewer"), d.as("viewer")
	one.post("/sign-out-everywhere")
	if r := two.get("/sessions"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the other session of the user: status %d", r.StatusCode)
	}
	if r := other.get("/sessions"); r.StatusCode != http.StatusOK {
		t.Errorf("the session of another user: status %d", r.StatusCode)
	}
}

func TestAUserEndsOnlyOwnSessions(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	viewer := d.as("viewer")
	id := service.SessionID(signin.Token(sessionOf(d)))
	if r := viewer.post("/sessions/" + id + "/revoke"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a viewer ends the session of the operator: status %d", r.StatusCode)
	}
	if r := d.post("/sessions/" + service.SessionID(signin.Token(sessionOf(viewer))) + "/revoke"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("an operator ends the session of a viewer: status %d", r.StatusCode)
	}
	if r := viewer.get("/sessions"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the viewer afterwards: status %d", r.StatusCode)
	}
}

func TestFailedSignInsAreAudited(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	stranger := d.withCookie("none")
	if r := stranger.post("/sign-in", "name", "viewer", "password", "guess"); r.StatusCode != http.StatusUnauthorized || strings.Contains(r.body, "guess") {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
	entries, _, err := d.store.ListAudit(t.Context(), store.AuditQuery{Action: "session.create"})
	if err != nil {
		t.Fatal(err)
	}
	denied := 0
	for _, e := range entries {
		if e.Outcome == store.AuditDenied && e.TargetName == "viewer" && e.IPAddress == "127.0.0.1" {
			denied++
		}
	}
	if denied != 1 {
		t.Errorf("%d entries of the failed sign-in, want 1: %+v", denied, entries)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for _, route := range append(d.server.Routes(), Route{Method: http.MethodPost, Path: Base + "/sign-in", Kind: "action"}) {
		if route.Kind != "action" {
			continue
		}
		req, err := http.NewRequestWithContext(t.Context(), route.Method, d.url+filled(route.Path), strings.NewReader("id=x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		req.Header.Set("Origin", "https://evil.example")
		r, err := d.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s: status %d", route.Method, route.Path, r.StatusCode)
		}
	}
}

// filled replaces the parameters of a path.
func filled(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, "{$}"), "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

// allowed lists the roles that each scope of a route allows.
var allowed = map[store.APIScope]string{
	store.ScopeRead: "viewer reviewer operator", store.ScopeReview: "reviewer operator", store.ScopeCrawl: "operator", store.ScopeWrite: "operator", store.ScopeAdmin: "operator",
}

func TestEveryRouteAllowsExactlyTheRolesOfItsScope(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for _, role := range []string{"viewer", "reviewer", "operator"} {
		u := d.as(role)
		for _, route := range d.server.Routes() {
			if route.Kind == "stream" || strings.Contains(route.Path, "/sign-out") {
				continue
			}
			roles, ok := allowed[route.Scope]
			if !ok {
				t.Fatalf("%s has the unknown scope %q", route.Path, route.Scope)
			}
			r := u.do(route.Method, filled(route.Path), url.Values{})
			if refused := r.StatusCode == http.StatusForbidden; refused == slices.Contains(strings.Fields(roles), role) || r.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s %s (%s) as %s: status %d", route.Method, route.Path, route.Scope, role, r.StatusCode)
			}
		}
	}
}

func TestAnUnencryptedConnectionIsExplained(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for host, insecure := range map[string]bool{"clausea.internal:8080": true, "localhost:8080": false, "127.0.0.1": false, "[::1]:8080": false} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/dashboard/sign-in", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if got := !d.server.isSecure(r); got != insecure {
			t.Errorf("%s is insecure: %v, want %v", host, got, insecure)
		}
	}
}

func TestASessionEndsIfItsUserChangesInTheSettings(t *testing.T) {
	t.Parallel()
	for what, users := range map[string][]signin.User{
		"was removed":     {{Name: "operator", Role: signin.Operator, Hash: signin.NewHash(testPassword)}},
		"has less rights": {{Name: "reviewer", Role: signin.Viewer, Hash: testUsers()[0].Hash}},
		"has a new hash":  {{Name: "reviewer", Role: signin.Reviewer, Hash: signin.NewHash("another password")}},
	} {
		d := newTestDashboard(t).as("reviewer")
		if r := d.get("/sessions"); r.StatusCode != http.StatusOK {
			t.Fatalf("before: status %d", r.StatusCode)
		}
		d.server.o.SignIn = signin.New(users, ratelimit.NewMemory()) // as after a restart with other settings
		if r := d.get("/sessions"); r.StatusCode != http.StatusSeeOther {
			t.Errorf("the user %s: status %d", what, r.StatusCode)
		}
	}
}
