package crawl_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// disallowing is a robots.txt that disallows /private and everything below.
const disallowing = "User-agent: *\nDisallow: /private\n"

// utf16File returns s in UTF-16 with a byte order mark.
func utf16File(s string, little bool) string {
	var b strings.Builder
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		if little {
			b.WriteByte(byte(u))
			b.WriteByte(byte(u >> 8))
		} else {
			b.WriteByte(byte(u >> 8))
			b.WriteByte(byte(u))
		}
	}
	return b.String()
}

// robotsCase is a response for robots.txt, and what a crawl may fetch then.
type robotsCase struct {
	name            string
	serve           http.HandlerFunc
	public, private bool             // may / and /private be fetched?
	reason          crawl.SkipReason // why / may not be fetched
}

func respondWith(status int, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}
}

// chain serves a robots.txt behind n redirects.
func chain(n int, to func(r *http.Request, hop int) string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		hop := 0
		_, _ = fmt.Sscanf(r.URL.Path, "/hop/%d", &hop)
		if hop < n {
			http.Redirect(rw, r, to(r, hop+1), http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(rw, disallowing)
	}
}

func toSameHost(_ *http.Request, hop int) string { return fmt.Sprintf("/hop/%d", hop) }

func toOtherHosts(r *http.Request, hop int) string {
	return fmt.Sprintf("http://rules%d.example/hop/%d", hop, hop)
}

func robotsCases() []robotsCase {
	file := func(name, body string, private bool) robotsCase {
		return robotsCase{name: name, serve: respondWith(http.StatusOK, body), public: true, private: private}
	}
	status := func(code int) robotsCase {
		return robotsCase{name: fmt.Sprint("status ", code), serve: respondWith(code, disallowing), public: true, private: true}
	}
	unreachable := func(name string, reason crawl.SkipReason, h http.HandlerFunc) robotsCase {
		return robotsCase{name: name, serve: h, reason: reason}
	}
	all := []robotsCase{
		file("a file", disallowing, false),
		file("an empty file", "", true),
		file("a file with a BOM", "\xef\xbb\xbf"+disallowing, false),
		file("lines that end in CR", strings.ReplaceAll(disallowing, "\n", "\r"), false),
		file("lines that end in CR and LF", strings.ReplaceAll(disallowing, "\n", "\r\n"), false),
		file("UTF-16, little-endian", utf16File(disallowing, true), false),
		file("UTF-16, big-endian", utf16File(disallowing, false), false),
		file("a page in HTML", "<!doctype html><html><body>User-agent here: <b>*</b><br>Disallow nothing</body></html>", true),
		file("binary data", "\x00\x01\x02\xff\xfe", true),
		file("rules beyond the limit", disallowing+strings.Repeat("# filler\n", 60_000)+"Disallow: /\n", false),
		file("rules within the limit", strings.Repeat("# filler\n", 50_000)+disallowing, false),
		file("a line of 600 KiB first", "# "+strings.Repeat("a", 600<<10)+"\n"+disallowing, true),
		// RFC 9309 section 2.3.1.1: any 2xx response is a file.
		{name: "status 203", serve: respondWith(http.StatusNonAuthoritativeInfo, disallowing), public: true},
		{name: "status 204", serve: respondWith(http.StatusNoContent, ""), public: true, private: true},
		// Section 2.3.1.2: five redirects are followed, also to other hosts.
		{name: "1 redirect", serve: chain(1, toSameHost), public: true},
		{name: "5 redirects", serve: chain(5, toSameHost), public: true},
		{name: "6 redirects", serve: chain(6, toSameHost), public: true, private: true},
		{name: "endless redirects", serve: chain(1000, toSameHost), public: true, private: true},
		{name: "a redirect to another host", serve: chain(1, toOtherHosts), public: true},
		{name: "5 redirects to other hosts", serve: chain(5, toOtherHosts), public: true},
		{name: "a redirect to itself", serve: func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "/robots.txt", http.StatusFound)
		}, public: true, private: true},
		{name: "a redirect to an invalid URL", serve: func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Location", "http://%zz/")
			rw.WriteHeader(http.StatusFound)
		}, public: true, private: true},
		{name: "a redirect without a target", serve: respondWith(http.StatusFound, disallowing), public: true, private: true},
		// Section 2.3.1.3: unavailable, so every URL is allowed.
		status(400), status(401), status(403), status(404), status(410), status(418), status(451),
		// Section 2.3.1.4: unreachable, so no URL is allowed.
		unreachable("status 429", crawl.SkipRobotsUnreachable, respondWith(http.StatusTooManyRequests, "")),
		unreachable("status 500", crawl.SkipRobotsUnreachable, respondWith(http.StatusInternalServerError, disallowing)),
		unreachable("status 503", crawl.SkipRobotsUnreachable, respondWith(http.StatusServiceUnavailable, "")),
		unreachable("a redirect to a host that fails", crawl.SkipRobotsUnreachable, func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://failing.example/robots.txt", http.StatusFound)
		}),
		unreachable("a reset", crawl.SkipBadResponse, func(rw http.ResponseWriter, _ *http.Request) { reset(rw) }),
		unreachable("no response", crawl.SkipTimeout, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		unreachable("a truncated file", crawl.SkipBadResponse, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(rw, "User-agent: *\nDisallow:\n")
		}),
	}
	return all
}

// reset resets the connection of a request.
func reset(rw http.ResponseWriter) {
	if h, ok := rw.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}
}

func TestRobotsIsObeyedForEveryKindOfResponse(t *testing.T) {
	t.Parallel()
	cases := robotsCases()
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			cfg := w.Config()
			if c.reason == crawl.SkipTimeout {
				cfg.Timeout = 2 * time.Second // enough for a busy machine
			}
			w.Handle("failing.example", respondWith(http.StatusBadGateway, ""))
			w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" || strings.HasPrefix(r.URL.Path, "/hop/") {
					c.serve(rw, r)
					return
				}
				rw.Header().Set("Content-Type", "text/html")
				_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, "/private", "/other"))
			}))
			w.Handle("*", c.serve)
			recorder := &crawltest.Recorder{}
			crawltest.Crawl(t, crawltest.Engine(t, cfg), crawltest.Plan("public.example"), recorder)
			pages, skips := recorder.Pages(), recorder.Skips()
			if got := pages["http://public.example/"] == 1; got != c.public {
				t.Errorf("/ was fetched: %v, want %v (%v)", got, c.public, skips)
			}
			if got := pages["http://public.example/private"] == 1; got != c.private {
				t.Errorf("/private was fetched: %v, want %v (%v)", got, c.private, skips)
			}
			if c.public && !c.private && skips["http://public.example/private"] != crawl.SkipRobots {
				t.Errorf("/private is skipped for %q", skips["http://public.example/private"])
			}
			if !c.public && skips["http://public.example/"] != c.reason {
				t.Errorf("/ is skipped for %q, want %q", skips["http://public.example/"], c.reason)
			}
			want := 1
			if !c.public && c.name != "a redirect to a host that fails" {
				want = 3 // attempts, as for a page
			}
			if n := count(w.Requests("public.example"), "/robots.txt"); n != want && c.name != "a redirect to itself" {
				t.Errorf("robots.txt was requested %d times", n)
			}
		})
	}
}

// A crawl survives one failure of robots.txt.
func TestRobotsIsRetriedLikeAPage(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]http.HandlerFunc{
		"status 503": respondWith(http.StatusServiceUnavailable, ""),
		"status 429 with Retry-After": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Retry-After", "1")
			rw.WriteHeader(http.StatusTooManyRequests)
		},
		"a reset": func(rw http.ResponseWriter, _ *http.Request) { reset(rw) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			var requested atomic.Int32
			w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path != "/robots.txt":
					rw.Header().Set("Content-Type", "text/html")
					_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, "/private", "/other"))
				case requested.Add(1) == 1:
					fail(rw, r)
				default:
					_, _ = io.WriteString(rw, disallowing)
				}
			}))
			recorder := &crawltest.Recorder{}
			res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
			if pages := recorder.Pages(); pages["http://public.example/other"] != 1 || pages["http://public.example/private"] != 0 || requested.Load() != 2 {
				t.Errorf("robots.txt was requested %d times, and %v were fetched: %s", requested.Load(), pages, res.Reason)
			}
		})
	}
}

func TestTheResultNamesTheRobotsFileThatFailed(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", respondWith(http.StatusServiceUnavailable, ""))
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), &crawltest.Recorder{})
	if res.Reason != crawl.StopSiteUnreachable || res.Failure.URL != "http://public.example/robots.txt" || res.Failure.Status != http.StatusServiceUnavailable || !res.Failure.Robots {
		t.Errorf("%s: %s", res.Reason, res.Failure.URL)
	}
}

func count(all []string, what string) (n int) {
	for _, s := range all {
		if s == what {
			n++
		}
	}
	return n
}

func TestAHugeRobotsFileIsReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	const size = 300 << 20
	w := crawltest.NewWeb(t)
	var sent atomic.Int64
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, "/private/a"))
			return
		}
		rw.Header().Set("Content-Length", fmt.Sprint(size))
		n, _ := io.WriteString(rw, disallowing)
		filler := []byte(strings.Repeat("# filler\n", 7000))
		for sent.Add(int64(n)) < size {
			var err error
			if n, err = rw.Write(filler); err != nil {
				return // the crawler closed the connection
			}
		}
	}))
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	if recorder.Pages()["http://public.example/"] != 1 || recorder.Skips()["http://public.example/private/a"] != crawl.SkipRobots {
		t.Errorf("the rules in its first part are not obeyed: %v", recorder.Skips())
	}
	// What the socket buffers hold is sent and not read.
	if n := sent.Load(); n > 16<<20 {
		t.Errorf("%d bytes were sent", n)
	}
}

func TestRobotsOfARedirectTargetIsObeyed(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(rw, r)
		case "/":
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML("home", "/open", "/closed"))
		default:
			http.Redirect(rw, r, "http://docs.public.example"+r.URL.Path, http.StatusFound)
		}
	}))
	w.Handle("docs.public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			_, _ = fmt.Fprint(rw, "User-agent: ClauseaBot\nDisallow: /closed\n")
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
	}))
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	requested := w.Requests("docs.public.example")
	if count(requested, "/robots.txt") != 1 || requested[0] != "/robots.txt" || count(requested, "/open") != 1 || count(requested, "/closed") != 0 {
		t.Errorf("the other host received requests for %v", requested)
	}
	if r := recorder.Skips()["http://docs.public.example/closed"]; r != crawl.SkipRobots {
		t.Errorf("its disallowed URL is skipped for %q", r)
	}
}

func TestTheQueryIsMatchedAndSentAsWritten(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	links := []string{"/a?z=1&y=2", "/b?z=1&y=2", "/c?q=%7Eme", "/d?q=a+b&r=c%20d", "/e?flag", "/f?=x&&y", "/g?q=%c3%bc"}
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			_, _ = fmt.Fprint(rw, "User-agent: *\nDisallow: /a?z=1\nDisallow: /b?y=2\n")
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/" {
			_, _ = fmt.Fprint(rw, crawltest.HTML("home", links...))
			return
		}
		_, _ = fmt.Fprint(rw, crawltest.HTML(r.RequestURI))
	}))
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	requested := w.Requests("public.example")
	if count(requested, links[0]) != 0 || recorder.Skips()["http://public.example"+links[0]] != crawl.SkipRobots {
		t.Errorf("%s is disallowed because its query begins with z=1", links[0])
	}
	for _, at := range links[1:] {
		if count(requested, at) != 1 {
			t.Errorf("%s was not requested as written: %v", at, requested)
		}
	}
}

func TestASitemapThatRobotsDisallowsIsNotProbed(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = fmt.Fprint(rw, "User-agent: *\nDisallow: /sitemap.xml\n")
		default:
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path))
		}
	}))
	p := crawltest.Plan("public.example")
	p.ExpectedTypes = []string{"privacy_policy"}
	cfg := w.Config()
	cfg.ConnectTo = append(cfg.ConnectTo, fetch.ConnectTo{Port: "443", ToHost: "127.0.0.1", ToPort: w.Port()})
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, cfg), p, recorder)
	if r := recorder.Skips()["https://public.example/sitemap.xml"]; r != crawl.SkipRobots {
		t.Errorf("the probed sitemap is skipped for %q, want robots", r)
	}
}
