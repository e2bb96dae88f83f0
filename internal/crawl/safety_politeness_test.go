package crawl_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

func TestAHostHasOneRequestInFlight(t *testing.T) {
	t.Parallel()
	const hosts, pages = 20, 15
	w := crawltest.NewWeb(t)
	plan := crawl.Plan{Options: options(10_000), Domains: []string{"public.example"}}
	name := func(n int) string {
		return strings.TrimSpace(crawltest.Prose(fmt.Sprint("host", n%hosts), 1)) + ".public.example"
	}
	for n := range hosts {
		host := name(n)
		// robots.txt and a page of every other host redirect to its neighbour, so that
		// requests for the one are requests to the other.
		w.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if n%2 == 1 && (r.URL.Path == "/robots.txt" || r.URL.Path == "/moved") {
				http.Redirect(rw, r, "http://"+name(n+1)+r.URL.Path, http.StatusFound)
				return
			}
			if r.URL.Path == "/robots.txt" {
				_, _ = fmt.Fprintf(rw, "User-agent: *\nDisallow: /no\nSitemap: http://%s/map.xml\nSitemap: http://%s/map2.xml\n", host, name(n+3))
				return
			}
			if strings.HasPrefix(r.URL.Path, "/map") {
				_, _ = fmt.Fprintf(rw, "<urlset><url><loc>http://%s/mapped%s</loc></url></urlset>", name(n+2), strings.TrimSpace(crawltest.Prose(host, 1)))
				return
			}
			var links []string
			for p := range pages {
				links = append(links, fmt.Sprintf("http://%s/%s", name(n+p), strings.TrimSpace(crawltest.Prose(fmt.Sprint(p), 1))))
			}
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(rw, crawltest.HTML(host+r.URL.Path, append(links, "/moved", "/no")...))
		}))
		plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://" + host + "/"})
	}
	recorder := &crawltest.Recorder{}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
	for _, host := range w.Hosts() {
		if n := w.MaxInFlight(host); n != 1 {
			t.Errorf("%s had %d requests in flight", host, n)
		}
		if n := count(w.Requests(host), "/no"); n > 0 {
			t.Errorf("%s received a request that it disallows", host)
		}
	}
	if n := len(recorder.Pages()); n < hosts*pages {
		t.Errorf("%d pages were fetched", n)
	}
}

// refuseFirst answers the first requests for pages with a status and a Retry-After.
func refuseFirst(status int, after string, times int64) (http.Handler, *atomic.Int64) {
	requested := &atomic.Int64{}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(rw, r)
			return
		}
		if requested.Add(1) <= times {
			rw.Header().Set("Retry-After", after)
			rw.WriteHeader(status)
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, "/a", "/b"))
	}), requested
}

func TestAShortRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			h, requested := refuseFirst(status, "1", 2)
			w.Handle("public.example", h)
			recorder := &crawltest.Recorder{}
			res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
			if d := res.Progress.DelayWait; d < time.Second {
				t.Errorf("the crawl counted %s of waiting for the host", d)
			}
			if len(recorder.Pages()) != 3 || requested.Load() != 5 {
				t.Errorf("%d pages were fetched with %d requests, want 3 with 5", len(recorder.Pages()), requested.Load())
			}
		})
	}
}

func TestAHostWithALongRetryAfterIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, after := range []string{"3600", "Fri, 31 Dec 2100 23:59:59 GMT"} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			h, requested := refuseFirst(http.StatusServiceUnavailable, after, 1000)
			refused := make(chan struct{})
			w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				h.ServeHTTP(rw, r)
				if r.URL.Path == "/" {
					close(refused)
				}
			}))
			w.Handle("docs.public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				// A link that is found some pages after the other host refused.
				next := map[string]string{"/": "/one", "/one": "/two", "/two": "/three", "/three": "http://public.example/z"}[r.URL.Path]
				if r.URL.Path == "/" {
					<-refused
				}
				rw.Header().Set("Content-Type", "text/html")
				_, _ = fmt.Fprint(rw, crawltest.HTML(r.URL.Path, next))
			}))
			recorder := &crawltest.Recorder{}
			res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example", "http://public.example/x", "http://docs.public.example/"), recorder)
			if n := requested.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			skips := recorder.Skips()
			if skips["http://public.example/"] != crawl.SkipServerError || skips["http://public.example/x"] != crawl.SkipRetryLater || skips["http://public.example/z"] != crawl.SkipRetryLater {
				t.Errorf("skipped: %v", skips)
			}
			if res.Reason != crawl.StopFrontierEmpty {
				t.Errorf("the crawl ends with %s", res.Reason)
			}
		})
	}
}

func TestAHostWhoseRequestsFailIsGivenUp(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	var requested atomic.Int64
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(rw, r)
		case "/":
			rw.Header().Set("Content-Type", "text/html")
			var links []string
			for n := range 50 {
				links = append(links, "/"+strings.TrimSpace(crawltest.Prose(fmt.Sprint(n), 1)))
			}
			_, _ = fmt.Fprint(rw, crawltest.HTML("home", links...))
		default:
			requested.Add(1)
			reset(rw)
		}
	}))
	recorder := &crawltest.Recorder{}
	res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), crawltest.Plan("public.example"), recorder)
	// net/http itself retries once if a kept-alive connection breaks.
	if n := requested.Load(); n > 2*5 {
		t.Errorf("%d requests to a host that fails", n)
	}
	if n := res.Progress.Skipped[crawl.SkipHostDown]; n < 40 {
		t.Errorf("%d URLs are skipped because the host is down", n)
	}
}
