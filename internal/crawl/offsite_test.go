package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// offSiteWeb serves a company whose privacy policy is at its parent company's domain and that
// cites the policy of a third party.
func offSiteWeb(t *testing.T) *crawltest.Web {
	t.Helper()
	w := crawltest.NewWeb(t)
	w.Site("brightsail.example", map[string]string{"/": `<!doctype html><html lang=en><title>Brightsail</title><main><p>` + crawltest.Prose("home", 60) + `</main>
		<footer><ul><li><a href="http://parent.example/privacy">Privacy Policy</a><li><a href="/terms">Terms of Service</a></ul>
		<p>Protected by Guardpost: the Guardpost <a href="http://guardpost.example/privacy">Privacy Policy</a> applies.</p></footer>`,
		"/terms": crawltest.HTML("terms")})
	w.Site("parent.example", map[string]string{"/privacy": crawltest.HTML("privacy", "/other-terms")})
	w.Site("guardpost.example", map[string]string{"/privacy": crawltest.HTML("guardpost")})
	return w
}

func TestADocumentOnAnotherDomainIsFetchedAlone(t *testing.T) {
	t.Parallel()
	for mode, want := range map[crawl.OffSiteMode]crawl.SkipReason{crawl.OffSiteLinked: "", crawl.OffSiteNever: crawl.SkipOffSite} {
		w := offSiteWeb(t)
		recorder := &crawltest.Recorder{}
		o := crawl.DefaultOptions()
		o.Delay, o.OffSite = 0, mode
		crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawl.Plan{
			Domains: []string{"brightsail.example"}, Seeds: []crawl.Seed{{URL: "http://brightsail.example/"}}, Options: o,
		}, recorder)
		fetched := recorder.Pages()
		if n := fetched["http://parent.example/privacy"]; n != 1 && mode == crawl.OffSiteLinked || n != 0 && mode == crawl.OffSiteNever {
			t.Errorf("%s: the parent's policy is fetched %d times", mode, n)
		}
		if got := recorder.Skips()["http://parent.example/privacy"]; got != want {
			t.Errorf("%s: the parent's policy is skipped for %q", mode, got)
		}
		if fetched["http://guardpost.example/privacy"] != 0 || len(w.Requests("guardpost.example")) != 0 {
			t.Errorf("%s: the policy of a third party is fetched", mode)
		}
		if fetched["http://parent.example/other-terms"] != 0 {
			t.Errorf("%s: a link of the parent's policy is followed", mode)
		}
	}
}

// manyOffSite returns the pages of a company whose home page and list of documents each link to
// 20 documents of the parent company.
func manyOffSite(w *crawltest.Web) {
	footer := func(first int) string {
		var b strings.Builder
		for n := range 20 {
			fmt.Fprintf(&b, `<a href="http://parent.example/privacy-policy/%d">Privacy Policy</a> `, first+n)
		}
		return `<!doctype html><html lang=en><title>Brightsail</title><main><p>` + crawltest.Prose(fmt.Sprint("page", first), 60) +
			`</main><footer><a href="/legal">Legal</a> ` + b.String() + `</footer>`
	}
	w.Site("brightsail.example", map[string]string{"/": footer(0), "/legal": footer(20)})
	pages := map[string]string{}
	for n := range 40 {
		pages[fmt.Sprint("/privacy-policy/", n)] = crawltest.HTML(fmt.Sprint("privacy", n))
	}
	w.Site("parent.example", pages)
}

func TestACrawlThatResumesKeepsTheLimitOfDocumentsOnOtherDomains(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	manyOffSite(w)
	plan := crawltest.Plan("brightsail.example")
	fetched := func(pages map[string]int) (n int) {
		for at := range pages {
			if strings.HasPrefix(at, "http://parent.example/") {
				n++
			}
		}
		return n
	}
	const limit = 30
	complete := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, complete)
	if n := fetched(complete.Pages()); n != limit {
		t.Fatalf("a crawl fetches %d documents on other domains, want %d", n, limit)
	}
	first := &checkpointRecorder{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first.stop = cancel
	first.left.Store(2) // the home page is handled, the next page is not
	if _, err := crawltest.Engine(t, w.Config()).Run(ctx, plan, crawl.Deps{Observer: first, Checkpoints: first}); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	pages := first.Pages()
	second := &crawltest.Recorder{}
	if _, err := crawltest.Engine(t, w.Config()).Run(t.Context(), plan, crawl.Deps{Observer: second, Resume: first.entries}); err != nil {
		t.Fatal(err)
	}
	for at, n := range second.Pages() {
		pages[at] += n
	}
	if n := fetched(pages); n != limit || pages["http://brightsail.example/legal"] == 0 {
		t.Errorf("the resumed crawl fetched %d documents on other domains, want %d: %v", n, limit, pages)
	}
}
