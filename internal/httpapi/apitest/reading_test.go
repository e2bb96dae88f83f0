package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/store"
)

func textsAreFoundAndCompared(t *testing.T, d *deployment) {
	const old, current = "# Terms\n\nWe keep your data for 30 days.\n", "# Terms\n\nWe keep your data for 90 days and share it.\n"
	d.addDocument("acme", "a1", old, current)
	d.addDocument("beta", "b1", "We share nothing.")
	for query, want := range map[string]string{
		"q=share":                "b1 a1",
		"q=share&companies=acme": "a1",
		"q=%2290+days%22":        "a1",
		"q=%2230+days%22":        "",
	} {
		got := names(pages[httpapi.SearchHit](d, "/v1/search?limit=1&"+query), func(h httpapi.SearchHit) string { return h.DocumentID })
		if !slices.Equal(sorted(got), sorted(want)) {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	diff := decode[httpapi.Diff](t, d.call("GET", "/v1/documents/a1/diff?from=previous&to=latest", ""), 200)
	if diff.From.Number != 1 || diff.To.Number != 2 || len(diff.Sections) != 1 || diff.Added == 0 {
		t.Errorf("the difference is %+v", diff)
	}
	refused(t, d.call("GET", "/v1/documents/b1/diff", ""), 404, "not-found")
	raw := d.call("GET", "/v1/documents/a1/versions/1/raw", "")
	if raw.StatusCode != 200 || string(raw.body) != "<p>"+old+"</p>" || !strings.HasPrefix(raw.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the raw page is %q with %v", raw.body, raw.Header)
	}
	for _, path := range []string{"/v1/feeds/changes.atom", "/v1/feeds/changes.json"} {
		r := d.call("GET", path+"?companies=acme", "")
		if r.StatusCode != 200 || !strings.Contains(string(r.body), "change-a1-2") {
			t.Errorf("the feed %s has status %d: %s", path, r.StatusCode, r.body)
		}
	}
	if totals := decode[httpapi.Totals](t, d.call("GET", "/v1/stats", ""), 200); totals.Companies != 2 || totals.Documents != 2 {
		t.Errorf("the totals are %+v", totals)
	}
	if r := d.call("GET", "/health", ""); r.StatusCode != 200 || !strings.Contains(string(r.body), `"reachable":true`) {
		t.Errorf("the health has status %d: %s", r.StatusCode, r.body)
	}
}

// sorted returns the words of a text in order.
func sorted(text string) []string { return slices.Sorted(slices.Values(strings.Fields(text))) }

func companiesAreMoved(t *testing.T, d *deployment) {
	d.createCompany()
	lines := `{"url":"https://beta.example/","tags":["a"]}` + "\n" + `{"url":"acme.example"}` + "\n" + `{"name":"other","spec":{"domains":["co.uk"]}}`
	report := decode[httpapi.ImportReport](t, d.call("POST", "/v1/companies/import", lines, "Content-Type", "application/x-ndjson"), 200)
	var got []string
	for _, row := range report.Items {
		got = append(got, strings.TrimPrefix(row.Type, "https://clausea.co/problems/"))
	}
	if strings.Join(got, " ") != " already-exists invalid-value" || report.Created != 1 || report.Failed != 2 {
		t.Errorf("the report is %+v", report)
	}
	d.eventually("the list of both companies", func() bool { return len(pages[httpapi.CompanySummary](d, "/v1/companies")) == 2 })
	r := d.call("GET", "/v1/companies/export?format=jsonl", "")
	exported := strings.Split(strings.TrimSpace(string(r.body)), "\n")
	if r.StatusCode != 200 || len(exported) != 2 || !strings.Contains(exported[0], "acme.example") {
		t.Errorf("the export has status %d: %s", r.StatusCode, r.body)
	}
}

func changesAreFollowed(t *testing.T, d *deployment) {
	d.addDocument("acme", "a1", "one", "two", "three")
	first := d.follow("/v1/changes/events?companies=acme", "0")
	e := first.Await("change")
	if !strings.Contains(e.Data, "change-a1-2") || e.ID == "" {
		t.Errorf("the first event is %+v", e)
	}
	first.Close()
	second := d.replica().follow("/v1/changes/events?companies=acme", e.ID)
	if e := second.Await("change"); !strings.Contains(e.Data, "change-a1-3") {
		t.Errorf("the event after it is %+v", e)
	}
	d.addDocument("beta", "b1", "one", "two")
	d.addDocument("acme", "a2", "one", "two")
	if e := second.Await("change"); !strings.Contains(e.Data, "change-a2-2") {
		t.Errorf("the event of a new change is %+v", e)
	}
}

func pagesOfCrawlsAreListed(t *testing.T, d *deployment) {
	d.createCompany()
	c := d.startCrawl("acme.example")
	d.putRun(c, store.RunRunning)
	var fetched []store.FetchedPage
	for i := range 3 {
		p := store.FetchedPage{RunID: c.ID, URL: fmt.Sprintf("https://acme.example/%d", i), FetchedAt: time.Now(), Status: 200}
		if i == 1 {
			p.Reason = "Robots"
		}
		fetched = append(fetched, p)
	}
	if err := d.store.PutPages(t.Context(), store.Fence{}, fetched); err != nil {
		t.Fatal(err)
	}
	urlOf := func(p httpapi.CrawlPage) string { return strings.TrimPrefix(p.URL, "https://acme.example/") }
	path := "/v1/crawls/" + c.ID + "/pages"
	if got := names(pages[httpapi.CrawlPage](d, path+"?limit=2"), urlOf); got != "0 1 2" {
		t.Errorf("the pages are %q", got)
	}
	if got := names(pages[httpapi.CrawlPage](d, path+"?reasons=Robots"), urlOf); got != "1" {
		t.Errorf("the skipped pages are %q", got)
	}
	refused(t, d.call("GET", "/v1/crawls/nothing/pages", ""), 404, "not-found")
}
