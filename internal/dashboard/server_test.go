package dashboard

import (
	"net/http"
	"strings"
	"testing"
)

func TestPagesNeedASession(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	stranger := *d
	stranger.client = &http.Client{Transport: d.client.Transport, CheckRedirect: d.client.CheckRedirect}
	r := stranger.get("/documents?type=eula")
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/dashboard/sign-in?to=%2Fdashboard%2Fdocuments%3Ftype%3Deula" {
		t.Errorf("status %d, Location %s", r.StatusCode, r.Header.Get("Location"))
	}
}

func TestAnUnknownPageSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	r := d.get("/nowhere")
	if r.StatusCode != http.StatusNotFound || !strings.Contains(r.body, "There is no such page in the dashboard.") {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
}

func TestASignInLeadsOnlyToPagesOfTheDashboard(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{"/dashboard/companies?q=a": "/dashboard/companies?q=a", "https://evil.example/": "/dashboard/", "//evil.example/dashboard/": "/dashboard/", "": "/dashboard/"} {
		if got := returnPath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

func TestTheStylesheetAndTheScriptsOfAPageAreServed(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for _, name := range []string{"style.css", "app.js", "htmx.min.js", "hx-sse.min.js", "icon.svg"} {
		url, err := d.server.assets.url(name)
		if err != nil {
			t.Fatal(err)
		}
		if r := d.get(url); r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, Cache-Control %q", url, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
}
