package crawl_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// fetchedFrom crawls a site whose home page links to /privacy, and returns how often
// each page was fetched. pages overrides the pages of the site.
func fetchedFrom(t *testing.T, pages map[string]string) map[string]int {
	t.Helper()
	w := crawltest.NewWeb(t)
	site := map[string]string{"/": `<!doctype html><html lang=en><title>Brightsail</title><main><p>` + crawltest.Prose("home", 60) + `</p></main><footer><a href=/privacy>Privacy Policy</a></footer>`}
	for path, body := range pages {
		site[path] = body
	}
	w.Site("brightsail.example", site)
	recorder := &crawltest.Recorder{}
	o := crawl.DefaultOptions()
	o.Delay = 0
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawl.Plan{Domains: []string{"brightsail.example"}, Seeds: []crawl.Seed{{URL: "http://brightsail.example/"}}, Options: o}, recorder)
	return recorder.Pages()
}

func TestAPageThatOnlyNavigatesLeadsToItsTarget(t *testing.T) {
	t.Parallel()
	for name, stub := range map[string]string{
		"meta refresh":                 `<meta http-equiv="refresh" content="0; url=/docs/7">`,
		"quoted URL":                   `<META HTTP-EQUIV=Refresh CONTENT="0;URL='/docs/7'">`,
		"without url=":                 `<meta http-equiv="refresh" content="0;/docs/7">`,
		"after a few seconds":          `<meta http-equiv="refresh" content="5, url = /docs/7"><p>Please wait`,
		"in noscript":                  `<noscript><meta http-equiv="refresh" content="0;url=/docs/7"></noscript>`,
		"titled as an error":           `<title>301 Moved Permanently</title><meta http-equiv="refresh" content="0;url=/docs/7"><h1>Moved</h1>`,
		"a script sets location":       `<script>window.location = "/docs/7";</script>`,
		"a script sets href":           `<script>document.location.href='/docs/7'</script>`,
		"a script replaces":            `<script>location.replace("\/docs\/7")</script>`,
		"a link to the new place":      `<title>Object moved</title><h2>Object moved to <a href="/docs/7">here</a>.</h2>`,
		"a link to a file":             `<h1>Our policy</h1><main><p><a href="/docs/7">Download (PDF, 80 KB)</a></main>`,
		"an iframe":                    `<h1>Our policy</h1><iframe src="/docs/7"></iframe>`,
		"an object of an embedded PDF": `<h1>Our policy</h1><object data="/docs/7" type="application/pdf"></object>`,
		"an embed":                     `<h1>Our policy</h1><embed src="/docs/7">`,
	} {
		if got := fetchedFrom(t, map[string]string{"/privacy": "<!doctype html>" + stub, "/docs/7": crawltest.HTML("policy")}); got["http://brightsail.example/docs/7"] != 1 {
			t.Errorf("%s: the target is not fetched: %v", name, got)
		}
	}
}

func TestAPageWithATextOfItsOwnDoesNotNavigate(t *testing.T) {
	t.Parallel()
	text := "<p>" + crawltest.Prose("privacy", 200)
	for name, page := range map[string]string{
		"a late refresh":         `<meta http-equiv="refresh" content="1800;url=/docs/7">`,
		"a refresh":              `<meta http-equiv="refresh" content="5;url=/docs/7">` + text,
		"an app without scripts": `<noscript><meta http-equiv="refresh" content="0;url=/docs/7"></noscript><script src=/app.js></script>`,
		"to itself":              `<meta http-equiv="refresh" content="5;url=/privacy">`,
		"a longer script":        `<script>` + fmt.Sprintf("%2000s", "") + `location = "/docs/7"</script>`,
		"a script and text":      `<script>if (old) location = "/docs/7"</script>` + text,
	} {
		if got := fetchedFrom(t, map[string]string{"/privacy": "<!doctype html>" + page, "/docs/7": crawltest.HTML("policy")}); got["http://brightsail.example/privacy"] != 1 {
			t.Errorf("%s: the page is not used: %v", name, got)
		}
	}
}

func TestARedirectToItselfEndsOnceTheCookieIsSent(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	for host, middle := range map[string]string{"direct.example": "", "detour.example": "/check"} {
		w.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			_, err := r.Cookie("seen")
			switch {
			case r.URL.Path == "/robots.txt":
				http.NotFound(rw, r)
			case err == nil && r.URL.Path == middle:
				http.Redirect(rw, r, "/", http.StatusFound)
			case err != nil:
				http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
				to := r.URL.Path
				if middle != "" {
					to = middle
				}
				http.Redirect(rw, r, to, http.StatusFound)
			default:
				rw.Header().Set("Content-Type", "text/html")
				_, _ = fmt.Fprint(rw, crawltest.PlainHTML("home"))
			}
		}))
		recorder := &crawltest.Recorder{}
		crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan(host), recorder)
		if got := recorder.Pages(); got["http://"+host+"/"] != 1 {
			t.Errorf("%s: the page is not fetched: %v, %v", host, got, w.Requests(host))
		}
	}
}
