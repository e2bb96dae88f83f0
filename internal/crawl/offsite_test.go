package crawl_test

import (
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
