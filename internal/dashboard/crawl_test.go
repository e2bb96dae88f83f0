package dashboard

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// run stores a run of a company with events.
func (d *testDashboard) run(id, company string, state store.RunState, events ...store.RunEvent) {
	d.t.Helper()
	r := store.Run{
		ID: id, Company: company, State: state, CreatedAt: day(2), StartedAt: day(2), Trigger: store.TriggerAPI, WaitingForHost: "busy.example",
		Progress: store.Progress{Fetched: 1234, Queued: 5, Skipped: map[string]int64{"robots": 7, "low_score": 40}}, Documents: store.DocumentCounts{New: 2},
	}
	if state == store.RunComplete || state == store.RunFailed {
		r.FinishedAt, r.WaitingForHost, r.StopReason, r.Message = day(3), "", "Converged", "no promising links remain"
	}
	if err := d.store.PutRun(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
	if len(events) > 0 {
		if err := d.store.AppendRunEvents(d.t.Context(), store.Fence{}, id, events); err != nil {
			d.t.Fatal(err)
		}
	}
}

var crawlLog = []store.RunEvent{
	{ID: "a", At: day(2), Type: store.RunStateChanged, Reason: "Running", Message: "Attempt 1: w claimed the run."},
	{ID: "b", At: day(2), Type: store.RunHostSlowed, Host: "slow.example", Reason: "crawl_delay", Message: "The delay between two requests is now 10s."},
	{ID: "c", At: day(2), Type: store.RunDocumentFound, DocumentID: "doc1", URL: "https://acme.example/privacy", Message: "<b>Privacy</b>"},
}

func TestTheListOfCrawlsIsFilteredByItsURL(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.get("/crawls").mustContain(t, "There are no crawls yet.")
	d.run("r1", "acme", store.RunComplete)
	d.run("r2", "globex", store.RunRunning)
	d.get("/crawls").mustContain(t, "/dashboard/crawls/r1", "/dashboard/crawls/r2", "1,234")
	r := d.get("/crawls?state=Running")
	r.mustContain(t, "/dashboard/crawls/r2")
	if strings.Contains(r.body, "/dashboard/crawls/r1") {
		t.Error("the list of running crawls has one that has ended")
	}
	d.get("/crawls?company=initech").mustContain(t, "No crawl matches the filters.")
}

func TestThePageOfACrawlShowsPagesHostsDocumentsAndTheLog(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.run("r1", "acme", store.RunRunning, crawlLog...)
	r := d.get("/crawls/r1")
	r.mustContain(
		t, "Refresh", `hx-sse:connect="/dashboard/crawls/r1/events"`, "1,234", "robots.txt disallows it", "/dashboard/crawls/r1/pages?outcome=skipped&amp;reason=robots",
		"busy.example", "Another crawl sends requests to this host.", "slow.example", "robots.txt asks for a longer delay", "/dashboard/documents/doc1", "&lt;b&gt;Privacy&lt;/b&gt;",
		"A command runs this crawl.",
	)
	if strings.Contains(r.body, "hx-on") || strings.Contains(r.body, "style=") {
		t.Error("the page has an inline script or style")
	}
}

func TestThePageOfACrawlThatHasEndedIsItsRecord(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.run("r1", "acme", store.RunComplete, crawlLog...)
	r := d.get("/crawls/r1")
	r.mustContain(t, "No promising links remain.", "Retry", "24h0m0s", "slow.example")
	if strings.Contains(r.body, "hx-sse:connect") || strings.Contains(r.body, ">Refresh<") {
		t.Error("the record of a crawl is live")
	}
	if r := d.get("/crawls/nothing"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no crawl has status %d", r.StatusCode)
	}
}

// follow opens the stream of a crawl, which ends after a minute at the latest. The test closes it.
func (d *testDashboard) follow(id string) io.Reader {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	d.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url+Base+"/crawls/"+id+"/events", http.NoBody)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		d.t.Fatalf("status %d, Content-Type %q", resp.StatusCode, got)
	}
	return resp.Body
}

func TestTheStreamOfACrawlEndsAtTheSignOut(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.server.heartbeat = time.Millisecond
	d.run("r1", "acme", store.RunRunning, crawlLog...)
	stream := d.follow("r1")
	if r := d.post("/sign-out"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-out: status %d", r.StatusCode)
	}
	body, err := io.ReadAll(stream)
	if err != nil || strings.Contains(string(body), "event: end") {
		t.Errorf("error %v; the stream is %q", err, body)
	}
}

func TestTheStreamOfACrawlSendsTheChangingPartAndItsEnd(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.run("r1", "acme", store.RunRunning, crawlLog...)
	stream := d.follow("r1")
	d.run("r1", "acme", store.RunComplete)
	if err := d.store.AppendRunEvents(t.Context(), store.Fence{}, "r1", []store.RunEvent{{ID: "z", At: day(3), Type: store.RunStateChanged, Reason: "Complete"}}); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(stream)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"data: <section", "slow.example", "No promising links remain.", "event: end\ndata: end\n"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the stream has no %q:\n%s", want, body)
		}
	}
}

func TestTheActionsOfACrawlAreForThoseWhoMayCrawl(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	r := d.post("/crawls", "company", "acme", "reason", "to test")
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/dashboard/crawls/") {
		t.Fatalf("status %d, Location %q: %s", r.StatusCode, to, r.body)
	}
	d.get(to).mustContain(t, "Suspend", "Cancel", "to test")
	viewer := d.as("viewer")
	if page := viewer.get(to); strings.Contains(page.body, to+"/cancel") {
		t.Error("a viewer sees the button Cancel")
	}
	if r := viewer.post(to + "/cancel"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer cancels a crawl with status %d", r.StatusCode)
	}
	for _, action := range []string{"suspend", "resume", "stop"} {
		if r := d.post(to + "/" + action); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != to {
			t.Errorf("%s: status %d: %s", action, r.StatusCode, r.body)
		}
	}
	if r := d.post(to + "/cancel"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/dashboard/crawls" {
		t.Errorf("cancel: status %d, %s: %s", r.StatusCode, r.Header.Get("Location"), r.body)
	}
}

func TestThePagesOfACrawlAreListedByOutcomeAndReason(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.run("r1", "acme", store.RunComplete)
	if err := d.store.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{
		{Company: "acme", RunID: "r1", URL: "https://acme.example/secret", Reason: "robots", Parent: "https://acme.example/"},
		{Company: "acme", RunID: "r1", URL: "https://acme.example/privacy", Status: 200, FetchedAt: day(2), DocumentID: "doc1", Type: "privacy_policy"},
	}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"?outcome=skipped&reason=robots": "/secret", "?outcome=fetched": "/privacy", "?outcome=used": "/privacy", "?outcome=skipped": "/secret"} {
		r := d.get("/crawls/r1/pages" + query)
		r.mustContain(t, "https://acme.example"+want)
		if strings.Contains(r.body, "https://acme.example/secret") && strings.Contains(r.body, "https://acme.example/privacy") {
			t.Errorf("%s lists both pages", query)
		}
	}
	d.get("/crawls/r1/pages?reason=low_score").mustContain(t, "There are no such pages.")
	if r := d.get("/crawls/r1/pages?outcome=x"); r.StatusCode != http.StatusUnprocessableEntity && r.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong outcome has status %d", r.StatusCode)
	}
}

func TestASecondCrawlOfACompanyLeadsToTheFirst(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.get("/companies/acme").mustContain(t, `action="/dashboard/crawls"`)
	first := d.post("/crawls", "company", "acme")
	if first.StatusCode != http.StatusSeeOther || !strings.HasPrefix(first.Header.Get("Location"), "/dashboard/crawls/") {
		t.Fatalf("the first crawl: status %d, Location %s: %s", first.StatusCode, first.Header.Get("Location"), first.body)
	}
	second := d.post("/crawls", "company", "acme")
	if second.StatusCode != http.StatusConflict {
		t.Fatalf("the second crawl: status %d", second.StatusCode)
	}
	if link := `href="` + first.Header.Get("Location") + `">Open the crawl`; !strings.Contains(second.body, link) || strings.Contains(second.body, "instance") {
		t.Errorf("the page has no %s, or has the advice for clients of the API: %s", link, second.body)
	}
}
