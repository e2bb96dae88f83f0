package run

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// homeWithLink is the home page of newManyDocuments with one more link.
func homeWithLink(path, text string) string {
	return home("/x/privacy", "Privacy Policy", "/x/terms", "Terms of Service", path, text)
}

func TestAPageLimitBelowTheNumberOfDocumentsLeavesPagesForNewOnes(t *testing.T) {
	t.Parallel()
	const limit, licences = 7, 12
	for name, publish := range map[string]func(*web){
		"linked by the home page": func(w *web) {
			w.set("/", homeWithLink("/zz/cookie-policy", "Cookie Policy"))
		},
		"linked by a page that lists documents": func(w *web) {
			w.set("/", homeWithLink("/legal", "Legal"))
			w.set("/legal", home("/zz/cookie-policy", "Cookie Policy"))
		},
		"in the sitemap": func(w *web) {
			w.set("/robots.txt", "User-agent: *\nSitemap: https://example.com/sitemap.xml\n")
			w.set("/sitemap.xml", "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://example.com/zz/cookie-policy</loc></url></urlset>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st, r := newManyDocuments(t, licences)
			w.set("/zz/cookie-policy", policy("Cookie Policy"))
			publish(w)
			before, _, err := st.ListDocuments(t.Context(), testCompany, store.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.MaxPages = limit })
			if got := changes(rep)["https://example.com/zz/cookie-policy"]; got != "cookie_policy Created" {
				t.Errorf("the new document is %q; the crawl found %v", got, changes(rep))
			}
			c := rep.Run.Documents
			if rep.Run.StopReason != string(crawl.StopPageLimit) || c.NotVisited == 0 || c.Removed+c.Broken+c.Unreachable != 0 || c.New+c.Unchanged+c.NotVisited != licences+3 {
				t.Errorf("the run ended by %s and counts %+v", rep.Run.StopReason, c)
			}
			checkNotVisited(t, st, rep, before)
		})
	}
}

func TestKnownDocumentsUseThePagesThatDiscoveryDoesNotNeed(t *testing.T) {
	t.Parallel()
	w, _, r := newManyDocuments(t, 12)
	const limit = 10
	w.set("/", homeWithLink("/about", "About us"))
	w.set("/about", home())
	rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.MaxPages = limit })
	found := visited(rep)
	if len(found) != limit-1 {
		t.Errorf("a limit of %d pages visits %v", limit, found)
	}
}

func TestAllKnownDocumentsAreVisitedInTurnDespiteDiscovery(t *testing.T) {
	t.Parallel()
	const licences = 6
	w, _, r := newManyDocuments(t, licences)
	w.set("/", homeWithLink("/legal", "Legal")) // a page that every crawl requests
	w.set("/legal", home("/zz/terms-of-nothing", "Terms of Nothing"))
	seen := map[string]bool{}
	for range 6 {
		for _, path := range visited(crawlOnce(t, r, func(tk *Task) { tk.Plan.MaxPages = 6 })) {
			seen[path] = true
		}
	}
	for path := range w.pages {
		if strings.HasPrefix(path, "/licence/") && !seen[path] {
			t.Errorf("%s was not visited; only %v", path, seen)
		}
	}
}

func TestDiscoveryDoesNotRequestTheSamePagesInEachCrawl(t *testing.T) {
	t.Parallel()
	w, _, r := newManyDocuments(t, 12)
	w.set("/zz/cookie-policy", policy("Cookie Policy"))
	w.set("/privacy-policy", "/x/privacy")
	w.set("/terms-of-use", "/x/terms")
	w.set("/legal", home())
	// The other links suggest a document as much as the last one, but lead to none that is new.
	w.set("/", home("/privacy-policy", "Privacy Policy", "/terms-of-use", "Terms of Use", "/legal", "Legal", "/imprint", "Imprint", "/zz/cookie-policy", "Cookie Policy"))
	for range 3 {
		rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.MaxPages = 7 })
		if changes(rep)["https://example.com/zz/cookie-policy"] == "cookie_policy Created" {
			return
		}
	}
	t.Error("three crawls did not find the new document")
}

func TestAnInterruptedCrawlKeepsItsPagesForDiscovery(t *testing.T) {
	t.Parallel()
	w, _, r := newManyDocuments(t, 12)
	w.set("/", homeWithLink("/zz/cookie-policy", "Cookie Policy"))
	w.set("/zz/cookie-policy", policy("Cookie Policy"))
	limit := func(tk *Task) { tk.Plan.MaxPages = 7 }
	w.set("/licence/00", held) // no response before the interruption
	interrupted := interruptWhen(t, r, func(p crawl.Progress) bool { return p.Fetched >= 3 }, limit)
	if interrupted.Run.State != store.RunInterrupted {
		t.Fatalf("the interrupted run is %s: %s", interrupted.Run.State, interrupted.Run.Message)
	}
	w.set("/licence/00", policy("End User License Agreement"))
	rep := crawlOnce(t, r, limit)
	if got := changes(rep)["https://example.com/zz/cookie-policy"]; got != "cookie_policy Created" || rep.Run.Documents.Unreachable+rep.Run.Documents.Removed != 0 {
		t.Errorf("the new document is %q, the counts are %+v", got, rep.Run.Documents)
	}
}

func TestDiscoveryGetsAFifthOfThePagesAndAtLeastTwo(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 10: 2, 15: 3, 500: 100} {
		if got := discoveryPages(limit); got != want {
			t.Errorf("of %d pages, %d are for discovery, want %d", limit, got, want)
		}
	}
}
