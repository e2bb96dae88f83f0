package dashboard

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestASearchMarksTheWordsAndGroupsByCompany(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a", "You agree to binding arbitration of every <dispute>.")
	d.document("globex", "b", "We never ask for binding arbitration.")
	r := d.get(`/search?q=%22binding+arbitration%22`)
	r.mustContain(t, "<mark>binding arbitration</mark>", "&lt;dispute&gt;", ">acme</a></h2>", ">globex</a></h2>")
	d.get("/search?q=unheard").mustContain(t, "No document matches.")
	if r := d.get("/search?q=%22"); r.StatusCode == http.StatusInternalServerError {
		t.Errorf("a query without words: status %d", r.StatusCode)
	}
}

var shownKey = regexp.MustCompile(`clausea_[0-9A-Za-z]{8}_[0-9A-Za-z]+`)

func TestAKeyIsShownOnceAndItsUseIsAudited(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	r := d.post("/keys", "name", "website", "scope", "read")
	r.mustContain(t, "It is not shown again", "website")
	key := shownKey.FindString(r.body)
	if key == "" {
		t.Fatalf("the page has no key: %s", r.body)
	}
	for _, page := range []string{"/keys", "/audit"} {
		if r := d.get(page); r.StatusCode != http.StatusOK || strings.Contains(r.body, key) || !strings.Contains(r.body, "website") && !strings.Contains(r.body, "key.create") {
			t.Errorf("%s: status %d, shows the key: %v", page, r.StatusCode, strings.Contains(r.body, key))
		}
	}
	if r := d.post("/keys", "name", "", "scope", "read"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, `role="alert"`) {
		t.Errorf("a key without a name: status %d", r.StatusCode)
	}
	if r := d.as("reviewer").get("/keys"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a reviewer reads keys: status %d", r.StatusCode)
	}
}

func TestAWebhookWithAnInvalidURLKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	r := d.post("/webhooks", "name", "alerts", "url", "ftp://example.com/hook")
	if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, `value="ftp://example.com/hook"`) || !strings.Contains(r.body, `role="alert"`) {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
}

func TestAKeyCanHaveSeveralScopes(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.post("/keys", "name", "robot", "scope", "crawl", "scope", "review").mustContain(t, "It is not shown again", "<td>crawl review", "Revoke the key")
	for what, scopes := range map[string][]string{"none": nil, "feed and another": {"scope", "feed", "scope", "read"}} {
		if r := d.post("/keys", append([]string{"name", "x"}, scopes...)...); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", what, r.StatusCode)
		}
	}
}

func TestTheFilterOfAWebhookIsChanged(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	path := webhookPath.FindString(d.post("/webhooks", "name", "alerts", "url", "https://example.com/hook", "kind", "Changed", "label", "price").body)
	d.get(path).mustContain(t, `value="Changed" checked`, `value="price" checked`)
	r := d.post(path+"/filter", "name", "legal alerts", "companies", "acme, globex", "kind", "Removed", "label", "data_use", "type", "eula")
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d: %s", r.StatusCode, r.body)
	}
	d.get(path).mustContain(t, "legal alerts", `value="acme, globex"`, `value="Removed" checked`, `value="data_use" checked`, `value="eula" checked`, `value="Changed">`, `value="price">`)
	if r := d.post(path+"/filter", "name", "", "companies", "acme"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, `value="acme"`) || !strings.Contains(r.body, `role="alert"`) {
		t.Errorf("without a name: status %d: %s", r.StatusCode, r.body)
	}
}

var webhookPath = regexp.MustCompile(`/dashboard/webhooks/[0-9A-Za-z-]+`)

func TestAWebhookIsCreatedPausedAndDeleted(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	r := d.post("/webhooks", "name", "alerts", "url", "https://example.com/hook", "kind", "Changed")
	r.mustContain(t, "The secret", "It is not shown again", "There are no deliveries.")
	path := webhookPath.FindString(r.body)
	if r := d.get(path); strings.Contains(r.body, "The secret") {
		t.Error("the secret is shown twice")
	}
	if r := d.post(path+"/state", "state", "Paused"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("pause: status %d: %s", r.StatusCode, r.body)
	}
	d.get(path).mustContain(t, "Paused", "Activate")
	if r := d.post(path + "/delete"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("delete: status %d: %s", r.StatusCode, r.body)
	}
	if r := d.get(path); r.StatusCode != http.StatusNotFound {
		t.Errorf("after the deletion: status %d", r.StatusCode)
	}
}

func TestTheSystemPageShowsHealthTotalsAndUsage(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a", "We collect data.")
	d.get("/system").mustContain(t, "Health", "Usage of the last 30 days", "Privacy policy")
	if r := d.as("viewer").get("/audit"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer reads the audit log: status %d", r.StatusCode)
	}
	d.get("/sessions").mustContain(t, "this one", "operator")
}

func TestTheSystemPagesShowUsageByCompanyWorkersAndSettings(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	now := time.Now()
	for _, r := range []store.Run{
		{ID: "r1", Company: "acme", State: store.RunComplete, Progress: store.Progress{Fetched: 1234}, StartedAt: now.Add(-time.Minute), FinishedAt: now},
		{ID: "r2", Company: "globex", State: store.RunRunning, Worker: "worker-7", WaitingForHost: "www.globex.example", Heartbeat: now},
	} {
		r.CreatedAt = now
		if err := d.store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	d.get("/system").mustContain(t, "Usage by company", `/dashboard/companies/acme">acme</a>`, "1,234", "1m0s")
	d.get("/system/workers").mustContain(t, "worker-7", "/dashboard/crawls/r2", "www.globex.example")
	d.get("/system/settings").mustContain(t, "api-rate", "120", "environment CLAUSEA_API_RATE")
	if r := d.as("reviewer").get("/system/settings"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a reviewer reads the settings: status %d", r.StatusCode)
	}
}

func TestAClauseOfADocumentIsSearchedAsOnePhrase(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a", "You agree to binding, individual arbitration of every dispute.")
	d.document("globex", "b", "An individual may ask for arbitration that is binding.")
	d.get("/documents/a").mustContain(t, `name="clause"`, "document.js")
	r := d.get("/search?clause=" + url.QueryEscape(`binding, individual "arbitration"`))
	r.mustContain(t, ">acme</a></h2>", "&#34;binding individual arbitration&#34;")
	if strings.Contains(r.body, "globex") {
		t.Error("the search finds words that are not a phrase")
	}
	d.get("/search?clause="+url.QueryEscape(strings.Repeat("word-like ", 50))).mustContain(t, "No document matches.")
	d.get("/search?clause=%22...").mustContain(t, "Search the current text of all documents.")
}
