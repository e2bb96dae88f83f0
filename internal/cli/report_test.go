package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

func sampleReport() report {
	doc := func(url, typ, change string, conf float64, words int, more func(*store.Document)) run.Found {
		d := store.Document{URL: url, Type: typ, Confidence: conf, WordCount: words, Language: "en", DiscoveryPath: []string{"https://harbour.example/", url}, LinkText: "Read it"}
		if more != nil {
			more(&d)
		}
		return run.Found{Document: d, Change: change}
	}
	rep := run.Report{
		Documents: []run.Found{
			doc("https://harbour.example/legal/terms", "terms_of_service", run.Changed, 0.98, 2345, func(d *store.Document) { d.EffectiveDate = "2026-01-31" }),
			doc("https://harbour.example/de/datenschutz", "privacy_policy", run.Created, 0.875, 812, func(d *store.Document) { d.Language, d.LinkText = "de", "Datenschutz" }),
			doc("https://harbour.example/legal/privacy", "privacy_policy", run.Moved, 1, 12045, func(d *store.Document) {
				d.DiscoveryPath, d.LinkText = []string{d.URL}, ""
			}),
		},
		Run: store.Run{
			Message: "Found 3 documents; no promising links remain; missing: cookie_policy (Robots).",
			Coverage: []store.Coverage{
				{Type: "privacy_policy", State: "Found", URL: "https://harbour.example/legal/privacy", DocumentID: "d1"},
				{Type: "cookie_policy", State: "Missing", URL: "https://harbour.example/hidden/cookies", Reason: "Robots"},
				{Type: "imprint", State: "Missing", Reason: "NotLinked"},
			},
		},
		Result: crawl.Result{Reason: crawl.StopConverged, Progress: crawl.Progress{Fetched: 17, Skipped: map[crawl.SkipReason]int{crawl.SkipRobots: 2, crawl.SkipOutOfScope: 31, crawl.SkipRedirect: 2}}},
	}
	return newReport(run.Task{Company: "harbour.example"}, rep, 4230*time.Millisecond)
}

const sampleTable = `TYPE              CONF  WORDS  LANG  DATE        CHANGE     URL
privacy_policy    0.88    812  de                Created    https://harbour.example/de/datenschutz
privacy_policy    1.00  12045  en                Moved      https://harbour.example/legal/privacy
terms_of_service  0.98   2345  en    2026-01-31  Changed    https://harbour.example/legal/terms

harbour.example: Found 3 documents; no promising links remain; missing: cookie_policy (Robots).
documents  1 changed, 1 created, 1 moved
pages      17 in 4.2 s (Converged)
skipped    31 out_of_scope, 2 redirect, 2 robots
coverage   cookie_policy Missing: Robots at https://harbour.example/hidden/cookies
           imprint Missing: NotLinked
           privacy_policy Found: https://harbour.example/legal/privacy
`

func TestReportTableListsDocumentsAndTotals(t *testing.T) {
	t.Parallel()
	out := sampleReport()
	var b bytes.Buffer
	if err := out.print(&b, "table", colorizer{}, false); err != nil {
		t.Fatal(err)
	}
	if b.String() != sampleTable {
		t.Errorf("got\n%s\nwant\n%s", &b, sampleTable)
	}
}

func TestVerboseReportShowsDiscoveryPaths(t *testing.T) {
	t.Parallel()
	out := sampleReport()
	var b bytes.Buffer
	if err := out.print(&b, "table", colorizer{}, true); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"/de/datenschutz": `  found via https://harbour.example/, link text "Datenschutz"`,
		"/legal/privacy":  "  found as a seed",
		"/legal/terms":    `  found via https://harbour.example/, link text "Read it"`,
	} {
		if !strings.Contains(b.String(), "https://harbour.example"+url+"\n"+want+"\n") {
			t.Errorf("%s: the report does not contain %q:\n%s", url, want, &b)
		}
	}
}

func TestColorDoesNotChangeTheText(t *testing.T) {
	t.Parallel()
	out := sampleReport()
	var plain, colored bytes.Buffer
	for _, c := range []struct {
		w     *bytes.Buffer
		color colorizer
	}{{&plain, colorizer{}}, {&colored, colorizer{enabled: true}}} {
		if err := out.print(c.w, "table", c.color, true); err != nil {
			t.Fatal(err)
		}
	}
	stripped := colored.String()
	for _, code := range []string{bold, dim, red, green, yellow, "0"} {
		stripped = strings.ReplaceAll(stripped, "\x1b["+code+"m", "")
	}
	if stripped != plain.String() || stripped == colored.String() {
		t.Errorf("the colored report without escapes is\n%s\nthe plain report is\n%s", stripped, &plain)
	}
}

func TestReportIsPrintedAsJSONAndYAML(t *testing.T) {
	t.Parallel()
	out := sampleReport()
	var j, y bytes.Buffer
	if err := out.print(&j, "json", colorizer{}, false); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Coverage map[string]struct{ State, URL, DocumentID, Reason string }
		Fetches  int
		Skipped  map[string]int
	}
	if err := json.Unmarshal(j.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if c := got.Coverage["privacy_policy"]; c.State != "Found" || c.DocumentID != "d1" || c.URL == "" || c.Reason != "" {
		t.Errorf("coverage: %+v", c)
	}
	if c := got.Coverage["cookie_policy"]; c.State != "Missing" || c.Reason != "Robots" || !strings.HasSuffix(c.URL, "/hidden/cookies") {
		t.Errorf("coverage: %+v", c)
	}
	if got.Fetches != 17 || got.Skipped["robots"] != 2 || strings.Count(j.String(), "\n") != 1 {
		t.Errorf("%s", &j)
	}
	if err := out.print(&y, "yaml", colorizer{}, false); err != nil || !strings.HasPrefix(y.String(), "---\ncompany: harbour.example\n") {
		t.Errorf("%v\n%s", err, &y)
	}
	empty := newReport(run.Task{Company: "c"}, run.Report{Run: store.Run{Message: "Nothing."}}, 0)
	var b bytes.Buffer
	if err := empty.print(&b, "table", colorizer{}, false); err != nil || strings.Contains(b.String(), "TYPE") || !strings.HasPrefix(b.String(), "c: Nothing.\n") {
		t.Errorf("an empty report: %v\n%s", err, &b)
	}
}
