package run

import (
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Every known document is in the report of a run.
func TestEachKnownDocumentThatIsNotFoundIsReportedWithAReason(t *testing.T) {
	t.Parallel()
	const short = "<!doctype html><html lang=en><title>Harbour</title><main>"
	for name, c := range map[string]struct {
		page, change string
		reason       crawl.SkipReason
	}{
		"an empty shell":               {page: short + "<p>Loading...</p></main>", change: Broken, reason: crawl.SkipOtherType},
		"a sign-in page":               {page: short + "<h1>Sign in</h1><form><input name=user><input type=password name=password><button>Sign in</button></form></main>", change: Broken, reason: "*"},
		"a redirect to the home page":  {page: "/", change: Removed, reason: crawl.SkipRedirect},
		"a redirect to a missing page": {page: "/legal/nowhere", change: Removed, reason: crawl.SkipNotFound},
		"no such page":                 {page: "", change: Removed, reason: crawl.SkipNotFound},
		"a server's error":             {page: "503", change: Unreachable, reason: crawl.SkipServerError},
		"a refusal":                    {page: "403", change: Unreachable, reason: crawl.SkipAccessDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st, r := newTwoPolicies(t)
			before := find(t, st, "/privacy")
			w.set("/privacy", c.page)
			rep := crawlOnce(t, r)
			var now Found
			for _, f := range rep.Documents {
				if f.ID == before.ID {
					now = f
				}
			}
			if now.Change != c.change || now.Reason != c.reason && c.reason != "*" {
				t.Errorf("the report has %q by %q, want %q by %q: %v", now.Change, now.Reason, c.change, c.reason, changes(rep))
			}
			after, err := st.GetDocument(t.Context(), before.ID)
			if err != nil || string(after.State) != c.change || after.URL != before.URL || after.ContentHash != before.ContentHash || after.Versions != 1 {
				t.Errorf("stored %+v, %v", after, err)
			}
			if rep.Run.State != store.RunComplete || rep.Run.Documents.New != 0 {
				t.Errorf("the run is %s with %+v", rep.Run.State, rep.Run.Documents)
			}
		})
	}
}

// A temporary redirect does not mean that the document was removed.
func TestOnlyAPermanentRedirectRemovesADocument(t *testing.T) {
	t.Parallel()
	id := newIdentity(storage{}, newFoundSet(), func(url string) bool { return url == "https://example.com/" })
	id.add(store.Document{ID: "t", URL: "https://example.com/terms"})
	for status, want := range map[int]string{301: Removed, 308: Removed, 302: Broken, 307: Broken} {
		id.recordOutcome(crawl.Outcome{
			Kind: crawl.OutcomeRedirected, URL: "https://example.com/terms", Reason: crawl.SkipRedirect, Status: status, Location: "https://example.com/",
		})
		if got, _ := id.changeOf("https://example.com/terms"); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}
