package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// newManyDocuments crawls a site with a privacy policy, terms and n licences. The URLs of the
// first two sort last.
func newManyDocuments(t *testing.T, n int) (*web, store.Store, *Runner) {
	t.Helper()
	pages := map[string]string{"/": home("/x/privacy", "Privacy Policy", "/x/terms", "Terms of Service"), "/x/privacy": policy("Privacy Policy"), "/x/terms": policy("Terms of Service")}
	var pins []crawl.Seed
	for i := range n {
		path := fmt.Sprintf("/licence/%02d", i)
		pages[path] = strings.Replace(policy("End User License Agreement"), "</main>", fmt.Sprintf("<p>This licence covers product number %d of series %d on %d machines.</p></main>", i, i*i+7, i+100), 1)
		pins = append(pins, crawl.Seed{URL: "https://example.com" + path, Type: doctype.EULA, Pinned: true})
	}
	w := newWeb(t, pages)
	st := openStore(t)
	r := w.runner(t, st)
	rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.Seeds = append(tk.Plan.Seeds, pins...) })
	if len(rep.Documents) != n+2 {
		t.Fatalf("the first crawl found %v", changes(rep))
	}
	return w, st, r
}

// visited returns the paths of the documents that a run found.
func visited(rep Report) []string {
	var out []string
	for _, f := range rep.Documents {
		if f.hasText() {
			out = append(out, strings.TrimPrefix(f.URL, "https://example.com"))
		}
	}
	return out
}

func TestAPageLimitBelowTheNumberOfDocumentsVisitsTheExpectedOnesAndThenTheLongestUnvisited(t *testing.T) {
	t.Parallel()
	const licences = 12
	w, st, r := newManyDocuments(t, licences)
	limit := func(tk *Task) { tk.Plan.MaxPages = 7 }
	seen := map[string]int{}
	var before []store.Document
	for range 3 {
		docs, _, err := st.ListDocuments(t.Context(), testCompany, store.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		before = docs
		rep := crawlOnce(t, r, limit)
		if rep.Run.StopReason != string(crawl.StopPageLimit) {
			t.Fatalf("the run ended by %s", rep.Run.StopReason)
		}
		found := visited(rep)
		if !slices.Contains(found, "/x/privacy") || !slices.Contains(found, "/x/terms") {
			t.Errorf("the crawl did not visit the expected documents: %v", found)
		}
		for _, path := range found {
			seen[path]++
		}
		c := rep.Run.Documents
		if c.Unchanged != int64(len(found)) || c.NotVisited != int64(licences+2-len(found)) || c.Unreachable+c.Removed != 0 || c.NotVisited == 0 {
			t.Errorf("the crawl visited %v and counts %+v", found, c)
		}
		if cov := rep.Run.Coverage; cov[0].State != store.CoverageFound || cov[1].State != store.CoverageFound {
			t.Errorf("coverage: %+v", cov)
		}
		checkNotVisited(t, st, rep, before)
	}
	for path, n := range seen {
		if strings.HasPrefix(path, "/licence/") && n > 1 {
			t.Errorf("%s was visited %d times; others were not visited at all: %v", path, n, seen)
		}
	}
	if len(seen) != licences+2 {
		t.Errorf("three crawls visited only %v", seen)
	}

	// A document of an expected type that moved is found at its new URL in spite of the limit.
	w.set("/a/terms", policy("Terms of Service"))
	w.set("/x/terms", "/a/terms")
	if got := changes(crawlOnce(t, r, limit))["https://example.com/a/terms"]; got != "terms_of_service Moved" {
		t.Errorf("the moved terms are %q", got)
	}
}

// checkNotVisited checks that the documents that a run did not visit are as before.
func checkNotVisited(t *testing.T, st store.Store, rep Report, before []store.Document) {
	t.Helper()
	for _, d := range before {
		f := lastFound(rep, d.ID)
		if f.Change != NotVisited {
			continue
		}
		if now, err := st.GetDocument(t.Context(), d.ID); err != nil || now.State != d.State || !now.LastChecked.Equal(d.LastChecked) || now.RunID != d.RunID || f.Reason != crawl.SkipPageLimit {
			t.Errorf("a document that was not visited (%s) is now %+v, %v", f.Reason, now, err)
		}
	}
}

func TestAStoppedCrawlReportsWhatItDidNotVisit(t *testing.T) {
	t.Parallel()
	w, st, r := newManyDocuments(t, 3)
	w.set("/licence/01", held)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	rep, err := execute(ctx, r, task(), func(p crawl.Progress) {
		if p.Fetched >= 2 {
			cancel(ErrStop)
		}
	})
	if rep.Run.State != store.RunComplete {
		t.Fatalf("the stopped run is %+v, %v", rep.Run, err)
	}
	if c := rep.Run.Documents; rep.Run.StopReason != string(crawl.StopRequested) || c.NotVisited == 0 || c.Unreachable+c.Removed != 0 {
		t.Errorf("the stopped run ended by %s and counts %+v", rep.Run.StopReason, c)
	}
	docs, _, err := st.ListDocuments(t.Context(), testCompany, store.ListOptions{})
	if err != nil || len(docs) != 5 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	for _, d := range docs {
		if d.State != store.DocumentPresent {
			t.Errorf("after a stopped crawl the document is %+v", d)
		}
	}
}

func TestTheOrderOfKnownDocumentsMattersOnlyUnderATightLimit(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	known := []store.Document{
		{ID: "a", URL: "https://example.com/a", Type: doctype.EULA, LastChecked: day(3)},
		{ID: "b", URL: "https://example.com/b", Type: doctype.EULA, LastChecked: day(2)},
		{ID: "c", URL: "https://example.com/c", Type: doctype.EULA, State: store.DocumentRemoved},
		{ID: "d", URL: "https://example.com/d", Type: doctype.PrivacyPolicy, LastChecked: day(4)},
		{ID: "e", URL: "https://example.com/e", Type: doctype.EULA, NotLegal: true},
	}
	plan := crawl.Plan{ExpectedTypes: []string{doctype.PrivacyPolicy}, Options: crawl.Options{MaxPages: 5}}
	var got []string
	seeds, limited := knownSeeds(known, nil, plan)
	if !limited {
		t.Error("a limit below twice the number of documents is not tight")
	}
	for n, s := range seeds {
		got = append(got, s.URL[len("https://example.com/"):])
		if s.Order != n+1 || !s.Pinned {
			t.Errorf("seed %d is %+v", n, s)
		}
	}
	if !slices.Equal(got, []string{"d", "b", "a"}) {
		t.Errorf("the order is %v", got)
	}
	plan.MaxPages = 6
	seeds, limited = knownSeeds(known, nil, plan)
	if limited {
		t.Error("a limit of twice the number of documents is tight")
	}
	for _, s := range seeds {
		if s.Order != 0 {
			t.Errorf("without a tight limit the seed is %+v", s)
		}
	}
}
