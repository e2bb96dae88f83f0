package crawl_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// classifyByTitle classifies a page by its title.
func classifyByTitle(p *crawl.Page) crawl.Verdict {
	if p.Links == nil {
		return crawl.Verdict{}
	}
	switch {
	case strings.Contains(p.Links.Title, "Privacy"), strings.Contains(p.Links.Title, "Datenschutz"):
		return crawl.Verdict{Legal: true, Type: "privacy_policy", Confidence: 1}
	case strings.Contains(p.Links.Title, "Terms"):
		return crawl.Verdict{Legal: true, Type: "terms_of_service", Confidence: 1}
	}
	return crawl.Verdict{}
}

// discover crawls public.example, and returns the paths that it requested, too.
func discover(w *crawltest.Web, t *testing.T, change func(*crawl.Plan)) (crawl.Result, *crawltest.Recorder, []string) {
	t.Helper()
	plan := crawltest.Plan("public.example")
	plan.ExpectedTypes = []string{"privacy_policy", "terms_of_service"}
	if change != nil {
		change(&plan)
	}
	recorder := &crawltest.Recorder{Classify: classifyByTitle}
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
	var paths []string
	for _, p := range w.Requests("public.example") {
		if p != "/robots.txt" && p != "/sitemap.xml" {
			paths = append(paths, p)
		}
	}
	return res, recorder, paths
}

func titled(language, title, body string) string {
	return "<!doctype html><html lang=" + language + "><title>" + title + "</title>" + body
}

func TestOnlyMissingTypesAreProbedAndNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{
		"/":             titled("de", "Hafen", "<footer><a href=/ds>Datenschutz</a></footer>"),
		"/ds":           titled("de", "Datenschutz", ""),
		"/terms-of-use": titled("de", "Terms", ""),
	})
	res, _, requested := discover(w, t, nil)
	if res.Reason.Failed() || !slices.Contains(requested, "/terms-of-use") {
		t.Fatalf("%s: the terms were not found: %v", res.Reason, requested)
	}
	for _, needless := range []string{
		"/privacy", "/privacy-policy", "/datenschutz", // found by a link
		"/cgu", "/regulamin", // another language
		"/terms-of-service", "/tos", // after the probe that found the terms
		"/cookie-policy", // not expected
	} {
		if slices.Contains(requested, needless) {
			t.Errorf("%s was requested: %v", needless, requested)
		}
	}
}

func TestAMissingProbeIsNotRetargeted(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{"/": titled("en", "Harbour", "<link rel=canonical href='http://www.public.example/'>")})
	_, _, requested := discover(w, t, nil)
	if !slices.Contains(requested, "/privacy") || !slices.Contains(requested, "/terms") {
		t.Errorf("nothing was probed: %v", requested)
	}
	if elsewhere := w.Requests("www.public.example"); len(elsewhere) > 0 {
		t.Errorf("probes were sent to another host: %v", elsewhere)
	}
}

// translations returns a site with one policy in four languages. The preferred one is the
// first neither by name nor on the page.
func translations(language string) map[string]string {
	pages := map[string]string{"/": titled(language, "Hafen", `<footer><a href=/de/privacy>Deutsch</a> <a href=/es/privacy>Español</a>
		<a href=/fr/privacy>Français</a> <a href=/it/privacy>Italiano</a> <a href=/terms>Terms</a></footer>`), "/terms": titled("en", "Terms", "")}
	for _, l := range []string{"de", "es", "fr", "it"} {
		pages["/"+l+"/privacy"] = titled(l, "Privacy", "")
	}
	return pages
}

func TestTheTranslationInThePreferredLanguageIsFetchedFirst(t *testing.T) {
	t.Parallel()
	firstOf := func(paths []string) string {
		return paths[slices.IndexFunc(paths, func(p string) bool { return strings.HasSuffix(p, "/privacy") })]
	}
	for _, c := range []struct {
		site string
		want []string
		got  string
	}{{"fr", nil, "/fr/privacy"}, {"it", nil, "/it/privacy"}, {"fr", []string{"es-ES"}, "/es/privacy"}} {
		w := crawltest.NewWeb(t)
		w.Site("public.example", translations(c.site))
		_, _, requested := discover(w, t, func(p *crawl.Plan) { p.Languages = c.want })
		if got := firstOf(requested); got != c.got {
			t.Errorf("on a site in %s, with %v preferred, %s is fetched first: %v", c.site, c.want, got, requested)
		}
	}
}

func TestEachOfSeveralPreferredLanguagesIsFetched(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", translations("de"))
	_, recorder, requested := discover(w, t, func(p *crawl.Plan) { p.Languages = []string{"it", "es"} })
	for path, want := range map[string]int{"/it/privacy": 1, "/es/privacy": 1} {
		if got := recorder.Pages()["http://public.example"+path]; got != want {
			t.Errorf("%s was fetched %d times: %v", path, got, requested)
		}
	}
}

func TestOldEditionsOfADocumentAreNotFetched(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	pages := map[string]string{"/terms": titled("en", "Terms", "")}
	var links strings.Builder
	for _, edition := range []string{"2017", "2018", "2019", "2020", "2021", "2022"} {
		links.WriteString("<a href='/privacy-policy?version=" + edition + "0620'>20 June " + edition + "</a> ")
		pages["/privacy-policy?version="+edition+"0620"] = titled("en", "Privacy", "")
	}
	pages["/privacy-policy"] = titled("en", "Privacy", links.String())
	// Only the query tells these two documents apart.
	pages["/"] = titled("en", "Harbour", "<a href=/privacy-policy>Privacy Policy</a> <a href=/terms>Terms</a> <a href='/show?doc=cookie-policy'>Cookies</a> <a href='/show?doc=refund-policy'>Refunds</a>")
	w.Site("public.example", pages)
	_, _, requested := discover(w, t, nil)
	editions := 0
	for _, p := range requested {
		if strings.Contains(p, "version=") {
			editions++
		}
	}
	if editions > 2 {
		t.Errorf("%d old editions were requested: %v", editions, requested)
	}
	for _, p := range []string{"/show?doc=cookie-policy", "/show?doc=refund-policy"} {
		if !slices.Contains(requested, p) {
			t.Errorf("%s was not requested: %v", p, requested)
		}
	}
}

func TestAHomePageThatFailsDoesNotEndTheSearch(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusBadRequest, http.StatusForbidden} {
		w := crawltest.NewWeb(t)
		w.Handle("example.com", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/":
				rw.WriteHeader(status)
			case "/privacy", "/listed/terms":
				rw.Header().Set("Content-Type", "text/html")
				_, _ = fmt.Fprint(rw, crawltest.PlainHTML(r.URL.Path))
			case "/sitemap.xml":
				_, _ = fmt.Fprint(rw, `<urlset><url><loc>http://example.com/listed/terms</loc></url></urlset>`)
			default:
				http.NotFound(rw, r)
			}
		}))
		cfg := w.Config()
		cfg.ConnectTo = append(cfg.ConnectTo, fetch.ConnectTo{Port: "443", ToHost: "127.0.0.1", ToPort: w.Port()})
		recorder := &crawltest.Recorder{Classify: func(p *crawl.Page) crawl.Verdict {
			return crawl.Verdict{Legal: true, Type: strings.TrimPrefix(p.URL, "http://example.com/")}
		}}
		plan := crawltest.Plan("example.com")
		plan.ExpectedTypes = []string{"privacy_policy", "terms_of_service"}
		res := crawltest.Crawl(t, crawltest.Engine(t, cfg), plan, recorder)
		found := recorder.Pages()["http://example.com/privacy"] == 1
		if refused := status == http.StatusForbidden; found == refused || refused != res.Reason.Failed() {
			t.Errorf("home page answers %d: %s, fetched %v", status, res.Reason, recorder.Pages())
		}
	}
}
