package cli

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/signin"
)

func TestTheHashOfAPasswordIsPrinted(t *testing.T) {
	t.Parallel()
	for input, ok := range map[string]bool{"my password\n": true, "my password": true, "": false, "\n": false, strings.Repeat("x", 1025): false} {
		var out strings.Builder
		err := hashPassword(strings.NewReader(input), &out)
		if (err == nil) != ok {
			t.Errorf("%.20q: error %v", input, err)
		}
		if h, perr := signin.ParseHash(strings.TrimSpace(out.String())); ok && (perr != nil || !h.Matches("my password")) {
			t.Errorf("%.20q: printed %q: %v", input, out.String(), perr)
		}
	}
}

func TestTheDashboardNeedsAUser(t *testing.T) {
	t.Parallel()
	code, _, stderr := call(t, nil, "dashboard", "--port", "0", "--metrics-port", "0", "--store", t.TempDir())
	if code != exitUsage || !strings.Contains(stderr, "DASHBOARD_PASSWORD") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	code, _, stderr = call(t, map[string]string{"DASHBOARD_PASSWORD_HASH": "bogus"}, "dashboard", "--port", "0", "--metrics-port", "0", "--store", t.TempDir())
	if code != exitUsage || !strings.Contains(stderr, "argon2id") || strings.Contains(stderr, "bogus") {
		t.Errorf("an invalid hash: exit code %d, %s", code, stderr)
	}
}

func TestAnIncompleteIdentityProviderIsAnError(t *testing.T) {
	t.Parallel()
	complete := map[string]string{
		"DASHBOARD_URL": "https://clausea.example", "DASHBOARD_OIDC_ISSUER": "https://login.example", "DASHBOARD_OIDC_CLIENT_ID": "clausea",
		"DASHBOARD_OIDC_CLIENT_SECRET": "bogus secret", "DASHBOARD_OIDC_ROLES": "email:ada@example.com=operator",
	}
	for name, value := range map[string]string{
		"DASHBOARD_URL": "", "DASHBOARD_OIDC_CLIENT_ID": "", "DASHBOARD_OIDC_CLIENT_SECRET": "", "DASHBOARD_OIDC_ROLES": "ada=admin", "DASHBOARD_OIDC_ISSUER": "login.example",
	} {
		variables := maps.Clone(complete)
		variables[name] = value
		code, _, stderr := call(t, variables, "dashboard", "--port", "0", "--metrics-port", "0", "--store", t.TempDir())
		if code != exitUsage || !strings.Contains(stderr, name) || strings.Contains(stderr, "bogus") {
			t.Errorf("%s=%s: exit code %d, %s", name, value, code, stderr)
		}
	}
}

func TestAnIdentityProviderSuffices(t *testing.T) {
	t.Parallel()
	v := &settings.Values{
		DashboardURL: "https://clausea.example", OIDCIssuer: "https://login.example", OIDCClientID: "clausea", OIDCClientSecret: settings.NewSecret("s"), OIDCRoles: "*=viewer",
	}
	h, err := newDashboard(t.Context(), v, service.Services{}, apiParts{backends: &apiBackends{}}, logr.Discard())
	if err != nil || h == nil {
		t.Fatalf("handler %v, error %v", h, err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dashboard/sign-in", http.NoBody))
	if body := w.Body.String(); !strings.Contains(body, "https://clausea.example/dashboard/oidc/start") || strings.Contains(body, `type="password"`) {
		t.Errorf("status %d: %s", w.Code, body)
	}
}

func TestTheDashboardIsServedBesideTheAPI(t *testing.T) {
	t.Parallel()
	respond := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	for what, c := range map[string]struct {
		handler http.Handler
		want    map[string]string
	}{
		"both":           {withDashboard(respond("board"), respond("other")), map[string]string{"/dashboard": "board", "/dashboard/x": "board", "/v1/companies": "other", "/": "other"}},
		"the API alone":  {withDashboard(nil, respond("other")), map[string]string{"/dashboard/": "other"}},
		"dashboard only": {withDashboard(respond("board"), dashboardRoot(respond("other"))), map[string]string{"/": "302 /dashboard/", "/readyz": "other"}},
	} {
		for path, want := range c.want {
			w := httptest.NewRecorder()
			c.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
			got := w.Body.String()
			if w.Code == http.StatusFound {
				got = "302 " + w.Header().Get("Location")
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", what, path, got, want)
			}
		}
	}
}
