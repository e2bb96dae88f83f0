package crawl_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// vector is a way in which a site can lead a crawler to a special address.
type vector struct {
	name string
	// page writes the response of public.example/page/N, which leads to ref.
	page func(rw http.ResponseWriter, ref string)
}

var vectors = []vector{
	{"link", func(rw http.ResponseWriter, ref string) {
		_, _ = fmt.Fprint(rw, crawltest.HTML(ref, ref))
	}},
	{"base", func(rw http.ResponseWriter, ref string) {
		at := strings.LastIndexByte(ref, '/')
		_, _ = fmt.Fprintf(rw, `<base href="%s/">%s`, ref[:at], crawltest.HTML(ref, ref[at+1:]))
	}},
	{"canonical", func(rw http.ResponseWriter, ref string) {
		_, _ = fmt.Fprintf(rw, `<link rel=canonical href="%s"><link rel=privacy-policy href="%s">%s`, ref, ref, crawltest.HTML(ref))
	}},
	{"refresh", func(rw http.ResponseWriter, ref string) {
		_, _ = fmt.Fprintf(rw, `<meta http-equiv=refresh content="0; url=%s">%s`, ref, crawltest.HTML(ref))
	}},
	{"alternate", func(rw http.ResponseWriter, ref string) {
		_, _ = fmt.Fprintf(rw, `<link rel=alternate hreflang=de href="%s">%s`, ref, crawltest.HTML(ref))
	}},
	redirecting(301), redirecting(302), redirecting(303), redirecting(307), redirecting(308),
}

func redirecting(code int) vector {
	return vector{fmt.Sprint("redirect ", code), func(rw http.ResponseWriter, ref string) {
		rw.Header().Set("Location", inHeader(ref))
		rw.WriteHeader(code)
	}}
}

// inHeader returns a reference without the characters that a header cannot have.
func inHeader(ref string) string { return strings.NewReplacer("\n", "", "\t", "").Replace(ref) }

// guardedWeb returns a web whose names resolve to 127.0.0.1, the one allowed address.
func guardedWeb(t *testing.T) (*crawltest.Web, fetch.Config) {
	w := crawltest.NewWeb(t)
	cfg := w.Config()
	cfg.ConnectTo = []fetch.ConnectTo{{Port: "80", ToPort: w.Port()}, {Port: "443", ToPort: w.Port()}}
	cfg.Resolver = crawltest.Resolver(t, func(name string, _ bool, _ int) crawltest.Answer {
		if !strings.HasSuffix(name, ".example") {
			return crawltest.Answer{}
		}
		return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	})
	return w, cfg
}

// everywhere returns a plan whose scope has every host that the spellings name, so that
// only the address guard protects them.
func everywhere(spelled []crawltest.Spelling) crawl.Plan {
	p := crawltest.Plan("public.example")
	p.MaxPages = 10_000
	seen := map[string]bool{}
	for _, s := range spelled {
		if _, u, err := canonical.URL(nil, s.Ref); err == nil && !seen[u.Hostname()] {
			seen[u.Hostname()] = true
			p.Domains = append(p.Domains, u.Hostname())
		}
	}
	return p
}

// reasonOf returns why a reference on a page was skipped, and whether the reason is a
// right one: its address is blocked, or it is not a URL that a crawler fetches.
func reasonOf(page, ref string, skips map[string]crawl.SkipReason) (crawl.SkipReason, bool) {
	var base *url.URL
	if page != "" {
		base, _ = url.Parse(page)
	}
	to, u, err := canonical.URL(base, ref)
	if err == nil && strings.HasSuffix(u.Hostname(), ".example") {
		return "", true // "http:10.0.0.1" on a page of http is a path of its own host
	}
	if err == nil {
		return skips[to], skips[to] == crawl.SkipBlockedAddress
	}
	for _, at := range []string{ref, strings.TrimSpace(ref), strings.NewReplacer("\n", "", "\t", "").Replace(ref)} {
		switch r := skips[at]; r {
		case crawl.SkipInvalidURL, crawl.SkipScheme, crawl.SkipUserinfo:
			return r, true
		}
	}
	return "", false
}

// checkNoForbiddenConnection fails the test if a connection was made that is not allowed.
func checkNoForbiddenConnection(t *testing.T, w *crawltest.Web, c *crawltest.Canaries) {
	t.Helper()
	for _, at := range w.Dialed() {
		if !crawltest.Allowed.Contains(at.Addr()) {
			t.Errorf("the guard let a connection to %s through", at)
		}
	}
	if c.Hits() > 0 {
		t.Errorf("%d connections reached a special address", c.Hits())
	}
}

func TestNoPageLeadsToASpecialAddress(t *testing.T) {
	t.Parallel()
	spelled := crawltest.Spellings()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			w, cfg := guardedWeb(t)
			canaries := crawltest.NewCanaries(t, w.Port())
			paths := make([]string, len(spelled))
			for n := range spelled {
				paths[n] = fmt.Sprintf("/page/%d", n)
			}
			w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "text/html; charset=utf-8")
				n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/page/"))
				switch {
				case r.URL.Path == "/":
					_, _ = fmt.Fprint(rw, crawltest.HTML("home", paths...))
				case err != nil: // a reference that is a path of the site itself
					_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
				default:
					v.page(rw, spelled[n].Ref)
				}
			}))
			recorder := &crawltest.Recorder{Classify: func(*crawl.Page) crawl.Verdict { return crawl.Verdict{Legal: true, Type: "privacy_policy"} }}
			plan := everywhere(spelled)
			plan.ExpectedTypes = []string{"imprint"} // it is not there: the crawl follows every link that it may
			res := crawltest.Crawl(t, crawltest.Engine(t, cfg), plan, recorder)
			checkNoForbiddenConnection(t, w, canaries)
			skips := recorder.Skips()
			for n, s := range spelled {
				reason, ok := reasonOf("http://public.example"+paths[n], s.Ref, skips)
				if at := "http://public.example" + paths[n]; !ok && strings.HasPrefix(v.name, "redirect") && skips[at] == crawl.SkipBadRedirect {
					continue // the header has no valid URL
				}
				if v.name == "base" && !ok {
					// An invalid base is ignored: the links are those of the site itself.
					if to := "http://public.example/page/" + s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]; recorder.Pages()[to] == 1 {
						continue
					}
				}
				if !ok {
					t.Errorf("%s: %q is skipped for %q", s.Name, s.Ref, reason)
				}
			}
			if got := len(recorder.Pages()); got == 0 {
				t.Error("the site itself was not crawled")
			}
			if res.Progress.Skipped[crawl.SkipBlockedAddress] < 200 {
				t.Errorf("%d URLs are counted as %s: %s %v", res.Progress.Skipped[crawl.SkipBlockedAddress], fetch.BlockedAddress, res.Reason, res.Progress)
			}
		})
	}
}

func TestNoSeedLeadsToASpecialAddress(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	w.Site("public.example", map[string]string{"/": crawltest.HTML("home", "/about"), "/about": crawltest.HTML("about")})
	spelled := crawltest.Spellings()
	p := everywhere(spelled)
	for _, s := range spelled {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: s.Ref, Pinned: true})
	}
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, recorder)
	checkNoForbiddenConnection(t, w, canaries)
	skips := recorder.Skips()
	for _, s := range spelled {
		if reason, ok := reasonOf("", s.Ref, skips); !ok {
			t.Errorf("%s: %q is skipped for %q", s.Name, s.Ref, reason)
		}
	}
	if pages := recorder.Pages(); pages["http://public.example/"] != 1 || pages["http://public.example/about"] != 1 {
		t.Errorf("the public pages were not fetched: %v", pages)
	}
}

func TestNoSitemapLeadsToASpecialAddress(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	spelled := crawltest.Spellings()
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;")
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = fmt.Fprintln(rw, "Sitemap: http://public.example/map.xml\nSitemap: http://127.0.0.2/map.xml\nSitemap: http://0x7f000003/map.xml\nSitemap: http://[::1]/map.xml")
		case "/map.xml":
			_, _ = fmt.Fprint(rw, "<urlset>")
			for _, s := range spelled {
				_, _ = fmt.Fprintf(rw, "<url><loc>%s</loc></url>", escape.Replace(s.Ref))
			}
			_, _ = fmt.Fprint(rw, "<url><loc>http://public.example/terms-mapped</loc></url></urlset>")
		default:
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
		}
	}))
	p := everywhere(spelled)
	p.Domains = append(p.Domains, "127.0.0.3")
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, recorder)
	checkNoForbiddenConnection(t, w, canaries)
	skips := recorder.Skips()
	for _, s := range spelled {
		if reason, ok := reasonOf("", strings.TrimSpace(s.Ref), skips); !ok {
			t.Errorf("%s: %q is skipped for %q", s.Name, s.Ref, reason)
		}
	}
	for _, at := range []string{"http://127.0.0.2/map.xml", "http://127.0.0.3/map.xml", "http://[::1]/map.xml"} {
		if skips[at] != crawl.SkipBlockedAddress {
			t.Errorf("the sitemap %s is skipped for %q", at, skips[at])
		}
	}
	if recorder.Pages()["http://public.example/terms-mapped"] != 1 {
		t.Error("the public page of the sitemap was not fetched")
	}
}

func TestNoRobotsRedirectLeadsToASpecialAddress(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	spelled := crawltest.Spellings()
	p := crawltest.Plan("public.example")
	p.MaxPages = 10_000
	w.Handle("*", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.Host, "host"), ".public.example"))
		if err == nil && r.URL.Path == "/robots.txt" {
			rw.Header().Set("Location", inHeader(spelled[n].Ref))
			rw.WriteHeader(http.StatusFound)
			return
		}
		_, _ = fmt.Fprint(rw, crawltest.HTML(r.Host))
	}))
	p.Seeds = nil
	for n := range spelled {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: fmt.Sprintf("http://host%d.public.example/", n), Pinned: true})
	}
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, recorder)
	checkNoForbiddenConnection(t, w, canaries)
	skips := recorder.Skips()
	for n, s := range spelled {
		at := p.Seeds[n].URL
		base := &url.URL{Scheme: "http", Host: "x.example", Path: "/robots.txt"}
		if _, u, err := canonical.URL(base, inHeader(s.Ref)); err != nil || u.Host == base.Host {
			continue // it has no target or leads to the host itself: as if there were no robots.txt
		}
		if skips[at] != crawl.SkipBlockedAddress {
			t.Errorf("%s: a host whose robots.txt is at %q is skipped for %q", s.Name, s.Ref, skips[at])
		}
	}
}

func TestAFetcherWithoutAGuardRefusesLoopback(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	_, err := crawltest.Fetcher(t, fetch.Config{}).Do(t.Context(), fetch.Request{URL: "http://127.0.0.1:" + w.Port() + "/"})
	var fe *fetch.Error
	if !errors.As(err, &fe) || fe.Reason != fetch.BlockedAddress {
		t.Errorf("the error is %v, want %s", err, fetch.BlockedAddress)
	}
}
