package storetest

import (
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// SearchMigration fills a store, calls migrate, which deletes the summaries and the search index
// and applies their migration, and verifies that both are as before.
func SearchMigration(t *testing.T, s store.Store, migrate func()) {
	t.Helper()
	for i := range 12 {
		d := store.Document{ID: fmt.Sprintf("d%02d", i), Company: fmt.Sprint("c", i%3), URL: fmt.Sprint(i), Type: fmt.Sprint("t", i%2), State: store.DocumentPresent, LastChanged: at(i)}
		commitText(t, s, d, "An early text.")
		commitText(t, s, d, fmt.Sprint("The common text, with its own word w", i))
	}
	must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: "d04", NotLegal: true}))
	for i, state := range []store.RunState{store.RunComplete, store.RunFailed, store.RunRunning} {
		r := store.Run{ID: fmt.Sprint("r", i), Company: "c1", State: state, FinishedAt: at(i), Coverage: []store.Coverage{{Type: "imprint", State: store.CoverageFound}}}
		must(t, s.PutRun(t.Context(), r))
		if r.Ended() {
			must(t, s.PutCrawl(t.Context(), store.Fence{}, r.Company, store.NewCrawlSummary(r)))
		}
	}
	summaries := queryCompanies(t, s, 9, store.CompanyQuery{})
	found := searchIDs(t, s, store.SearchQuery{Text: "common"})
	migrate()
	after := queryCompanies(t, s, 9, store.CompanyQuery{})
	if len(after) != len(summaries) {
		t.Fatalf("%d companies have a summary, want %d", len(after), len(summaries))
	}
	for i, c := range after {
		if !equalSummaries(c, summaries[i]) || c.LastCrawl.RunID != summaries[i].LastCrawl.RunID || len(c.LastCrawl.Coverage) != len(summaries[i].LastCrawl.Coverage) {
			t.Errorf("the summary is %+v, want %+v", c, summaries[i])
		}
	}
	if got := searchIDs(t, s, store.SearchQuery{Text: "common"}); got != found {
		t.Errorf("found %s, want %s", got, found)
	}
	for text, want := range map[string]string{"w7": "d07", "w4": "", "early": ""} {
		if got := searchIDs(t, s, store.SearchQuery{Text: text}); got != want {
			t.Errorf("%s finds %q, want %q", text, got, want)
		}
	}
}
