package crawl_test

import (
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

// trapdoor is a site that leads to special addresses, by one of the ways in which
// a crawler is led anywhere.
type trapdoor struct {
	name string
	// page gives the answer of public.example/door/N, which is to lead to ref.
	page func(rw http.ResponseWriter, ref string)
}

var trapdoors = []trapdoor{
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

func redirecting(code int) trapdoor {
	return trapdoor{fmt.Sprint("redirect ", code), func(rw http.ResponseWriter, ref string) {
		rw.Header().Set("Location", inHeader(ref))
		rw.WriteHeader(code)
	}}
}

// inHeader is a reference as a header can have it.
func inHeader(ref string) string { return strings.NewReplacer("\n", "", "\t", "").Replace(ref) }

// guardedWeb is a web whose names lead to 127.0.0.1, the one allowed address.
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

// everywhere is a plan whose scope has all the hosts that the spellings name, so
// that nothing but the address guard is between them and the crawler.
func everywhere(spelled []crawltest.Spelling) crawl.Plan {
	p := crawltest.Plan("public.example")
	p.MaxPages = 10_000
	met := map[string]bool{}
	for _, s := range spelled {
		if _, u, err := canonical.URL(nil, s.Ref); err == nil && !met[u.Hostname()] {
			met[u.Hostname()] = true
			p.Domains = append(p.Domains, u.Hostname())
		}
	}
	return p
}

// reasonOf is the reason for which a reference on a page was left, and whether it
// is a right one: its address, or that it is no URL that a crawler takes.
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

// unreached fails the test if a connection was made that may not be.
func unreached(t *testing.T, w *crawltest.Web, c *crawltest.Canaries) {
	t.Helper()
	for _, at := range w.Dialed() {
		if !crawltest.Allowed.Contains(at.Addr()) {
			t.Errorf("the guard let a connection to %s through", at)
		}
	}
	if c.Hits() > 0 {
		t.Errorf("%d connections reached a place that is not to be reached", c.Hits())
	}
}

func TestNoWayOfASiteLeadsToASpecialAddress(t *testing.T) {
	t.Parallel()
	spelled := crawltest.Spellings()
	for _, door := range trapdoors {
		t.Run(door.name, func(t *testing.T) {
			t.Parallel()
			w, cfg := guardedWeb(t)
			canaries := crawltest.NewCanaries(t, w.Port())
			doors := make([]string, len(spelled))
			for n := range spelled {
				doors[n] = fmt.Sprintf("/door/%d", n)
			}
			w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "text/html; charset=utf-8")
				n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/door/"))
				switch {
				case r.URL.Path == "/":
					_, _ = fmt.Fprint(rw, crawltest.HTML("home", doors...))
				case err != nil: // a reference that is a path of the site itself
					_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
				default:
					door.page(rw, spelled[n].Ref)
				}
			}))
			notes := &crawltest.Notes{Judge: func(*crawl.Page) crawl.Verdict { return crawl.Verdict{Legal: true, Type: "privacy_policy"} }}
			plan := everywhere(spelled)
			plan.ExpectedTypes = []string{"imprint"} // it is not there: the crawl follows every link that it may
			res := crawltest.Crawl(t, crawltest.Engine(t, cfg), plan, notes)
			unreached(t, w, canaries)
			skips := notes.Skips()
			for n, s := range spelled {
				reason, ok := reasonOf("http://public.example"+doors[n], s.Ref, skips)
				if at := "http://public.example" + doors[n]; !ok && strings.HasPrefix(door.name, "redirect") && skips[at] == crawl.SkipBadRedirect {
					continue // the header leads to no URL at all
				}
				if door.name == "base" && !ok {
					// A base that is none is passed over: its links are the site's own.
					if to := "http://public.example/door/" + s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]; notes.Pages()[to] == 1 {
						continue
					}
				}
				if !ok {
					t.Errorf("%s: %q is left for %q", s.Name, s.Ref, reason)
				}
			}
			if got := len(notes.Pages()); got == 0 {
				t.Error("the site itself was not crawled")
			}
			if res.Progress.Skipped[crawl.SkipBlockedAddress] < 200 {
				t.Errorf("%d refusals are counted as %s: %s %v", res.Progress.Skipped[crawl.SkipBlockedAddress], fetch.BlockedAddress, res.Reason, res.Progress)
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
	notes := &crawltest.Notes{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, notes)
	unreached(t, w, canaries)
	skips := notes.Skips()
	for _, s := range spelled {
		if reason, ok := reasonOf("", s.Ref, skips); !ok {
			t.Errorf("%s: %q is left for %q", s.Name, s.Ref, reason)
		}
	}
	if pages := notes.Pages(); pages["http://public.example/"] != 1 || pages["http://public.example/about"] != 1 {
		t.Errorf("the public pages are not fetched: %v", pages)
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
	notes := &crawltest.Notes{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, notes)
	unreached(t, w, canaries)
	skips := notes.Skips()
	for _, s := range spelled {
		if reason, ok := reasonOf("", strings.TrimSpace(s.Ref), skips); !ok {
			t.Errorf("%s: %q is left for %q", s.Name, s.Ref, reason)
		}
	}
	for _, at := range []string{"http://127.0.0.2/map.xml", "http://127.0.0.3/map.xml", "http://[::1]/map.xml"} {
		if skips[at] != crawl.SkipBlockedAddress {
			t.Errorf("the sitemap %s is left for %q", at, skips[at])
		}
	}
	if notes.Pages()["http://public.example/terms-mapped"] != 1 {
		t.Error("the sitemap's public page is not fetched")
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
	notes := &crawltest.Notes{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, notes)
	unreached(t, w, canaries)
	skips := notes.Skips()
	for n, s := range spelled {
		at := p.Seeds[n].URL
		base := &url.URL{Scheme: "http", Host: "x.example", Path: "/robots.txt"}
		if _, u, err := canonical.URL(base, inHeader(s.Ref)); err != nil || u.Host == base.Host {
			continue // it leads nowhere, or to the host itself: as if there were no robots.txt
		}
		if skips[at] != crawl.SkipBlockedAddress {
			t.Errorf("%s: a host whose robots.txt is at %q is left for %q", s.Name, s.Ref, skips[at])
		}
	}
}
