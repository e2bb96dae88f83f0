package crawl_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// sitemapSite serves public.example with sitemaps by path, and a page at every other path.
func sitemapSite(w *crawltest.Web, robots string, maps map[string]string) {
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			_, _ = fmt.Fprint(rw, robots)
			return
		}
		if body, ok := maps[r.URL.Path]; ok {
			rw.Header().Set("Content-Type", "application/xml")
			_, _ = fmt.Fprint(rw, body)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/map") {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
	}))
}

func urlset(paths ...string) string {
	var b strings.Builder
	b.WriteString("<urlset>")
	for _, p := range paths {
		fmt.Fprintf(&b, "<url><loc>http://public.example%s</loc></url>", p)
	}
	return b.String() + "</urlset>"
}

func index(paths ...string) string {
	return strings.NewReplacer("urlset", "sitemapindex", "url>", "sitemap>").Replace(urlset(paths...))
}

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestBrokenSitemapsDoNotHideThePagesOfOthers(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	var children []string
	for n := range 10_000 {
		children = append(children, fmt.Sprintf("/map/child%d.xml", n))
	}
	sitemapSite(w, `Sitemap: http://public.example/map/self.xml
Sitemap: http://public.example/map/many.xml
Sitemap: http://public.example/map/html.xml
Sitemap: http://public.example/map/missing.xml
Sitemap: http://public.example/map/deep.xml
Sitemap: http://public.example/map/files.xml.gz
Sitemap: http://other.example/map.xml
Sitemap: not a URL
`, map[string]string{
		"/map/self.xml":     index("/map/self.xml", "/map/index.xml", "/map/valid.xml"),
		"/map/index.xml":    index("/map/toodeep.xml"),
		"/map/toodeep.xml":  index("/map/toodeeper.xml"),
		"/map/valid.xml":    urlset("/terms-valid", "/terms with spaces", "/terms%zz"),
		"/map/many.xml":     index(children...),
		"/map/html.xml":     "<!doctype html><html><title>Not found</title></html>",
		"/map/deep.xml":     urlset("/terms-shallow") + strings.Repeat("<a>", 1_000_000),
		"/map/files.xml.gz": gzipped(urlset("/terms-gzipped")),
	})
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	pages, skips := recorder.Pages(), recorder.Skips()
	for _, p := range []string{"/terms-valid", "/terms%20with%20spaces", "/terms-shallow", "/terms-gzipped"} {
		if pages["http://public.example"+p] != 1 {
			t.Errorf("%s was not fetched: %v", p, pages)
		}
	}
	maps := 0
	requested := map[string]int{}
	for _, at := range w.Requests("public.example") {
		if strings.HasPrefix(at, "/map/") {
			maps++
			if requested[at]++; requested[at] > 1 {
				t.Errorf("%s was requested again", at)
			}
		}
	}
	if maps > 12+20 {
		t.Errorf("%d sitemaps were requested", maps)
	}
	for at, want := range map[string]crawl.SkipReason{
		"/map/html.xml": crawl.SkipNotASitemap, "/map/missing.xml": crawl.SkipNotFound, "/map/child9999.xml": crawl.SkipSitemapLimit,
		"/map/toodeeper.xml": crawl.SkipSitemapLimit,
	} {
		if got := skips["http://public.example"+at]; got != want {
			t.Errorf("%s is skipped for %q, want %q", at, got, want)
		}
	}
	if got := skips["http://other.example/map.xml"]; got != crawl.SkipOutOfScope {
		t.Errorf("another company's sitemap is skipped for %q", got)
	}
	if len(w.Requests("other.example")) > 0 {
		t.Error("another company's sitemap was requested")
	}
}

func TestSitemapsObeyTheHostLimitsOfPages(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	robots, maps := "", map[string]string{}
	for n := range 10 {
		at := fmt.Sprintf("/map/%d.xml", n)
		robots += "Sitemap: http://public.example" + at + "\n"
		maps[at] = urlset(fmt.Sprintf("/terms/%d", n))
	}
	sitemapSite(w, robots, maps)
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	if n := w.MaxInFlight("public.example"); n != 1 {
		t.Errorf("%d requests were in flight", n)
	}
	if n := len(recorder.Pages()); n != 11 {
		t.Errorf("%d pages were fetched, want 11", n)
	}
}

// sitemaps.org and RFC 9309 require absolute URLs, and not every site complies.
func TestSitemapsMayHaveRelativeURLs(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = fmt.Fprint(rw, "Sitemap: /map/index.xml\n")
		case "/map/index.xml":
			_, _ = fmt.Fprint(rw, "<sitemapindex><sitemap><loc>child.xml</loc></sitemap></sitemapindex>")
		case "/map/child.xml":
			_, _ = fmt.Fprint(rw, "<urlset><url><loc>/legal/privacy</loc></url></urlset>")
		default:
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
		}
	}))
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	if pages := recorder.Pages(); pages["http://public.example/legal/privacy"] != 1 {
		t.Errorf("%v were fetched, and these skipped: %v", pages, recorder.Skips())
	}
}
