package crawl_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/render"
)

// shellSite serves empty shells. The text that their script builds depends on the URL.
func shellSite(web *crawltest.Web) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("ETag", `"shell"`)
		_, _ = fmt.Fprint(w, `<html><body><noscript>Please enable JavaScript.</noscript><div id="app"></div><script src="/app.js"></script></body></html>`)
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<html><body><script>1</script><p>"+strings.Repeat("It is all here without a browser. ", 40)+"</body></html>")
	})
	mux.HandleFunc("/robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
	})
	mux.HandleFunc("/app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `
			const get = (url) => fetch(url).then((r) => r.text()).catch(() => 'refused');
			Promise.all(['/private/data', '/open/data', 'http://closed.test/data', 'http://other.test/data'].map(get)).then((all) => {
				document.getElementById('app').innerHTML = '<p>' + location.pathname + ': ' + all.join(' ') + '. ' + 'Some more text. '.repeat(40) + '</p><a href="/privacy">Privacy Policy</a> <a href="/plain">Plain terms of use</a>';
			});`)
	})
	mux.HandleFunc("/open/data", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "open data") })
	mux.HandleFunc("/private/data", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "private data") })
	web.Handle("shells.test", mux)
	web.Handle("closed.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = fmt.Fprint(w, "User-agent: ClauseaBot\nDisallow: /\n")
	}))
	web.Handle("other.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprint(w, "other data")
	}))
}

// pageRecorder is a Recorder that remembers pages.
type pageRecorder struct {
	mu       sync.Mutex
	pages    map[string]*crawl.Page
	recorder crawltest.Recorder
}

func newPageRecorder() *pageRecorder {
	d := &pageRecorder{pages: map[string]*crawl.Page{}}
	d.recorder.Classify = func(p *crawl.Page) crawl.Verdict {
		copied := *p
		copied.Body = slices.Clone(p.Body)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.pages[p.URL] = &copied
		return crawl.Verdict{}
	}
	return d
}

func withBrowser(t *testing.T, web *crawltest.Web) *crawl.Engine {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	f := crawltest.Fetcher(t, web.Config())
	pool, err := render.New(t.Context(), render.Config{Browser: os.Getenv("CHROMIUM"), Fetcher: f, Timeout: time.Minute})
	if err != nil {
		t.Fatalf("start Chromium: %v (make test sets CHROMIUM)", err)
	}
	t.Cleanup(pool.Close)
	e := crawl.New(f)
	e.Renderer = pool
	return e
}

func TestAnEmptyShellThatMayBeADocumentIsRendered(t *testing.T) {
	t.Parallel()
	web := crawltest.NewWeb(t)
	shellSite(web)
	plan, d := crawltest.Plan("shells.test"), newPageRecorder()
	plan.Render = crawl.RenderAuto
	crawltest.Crawl(t, withBrowser(t, web), plan, &d.recorder)
	for _, path := range []string{"/", "/privacy"} {
		p := d.pages["http://shells.test"+path]
		if p == nil || !p.Rendered || !strings.Contains(string(p.Body), path+": refused open data refused other data") {
			t.Errorf("%s: %+v", path, p)
			continue
		}
		if p.Header.Get("ETag") != "" || p.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: its header is %v", path, p.Header)
		}
	}
	if p := d.pages["http://shells.test/plain"]; p == nil || p.Rendered {
		t.Errorf("a page with text: %+v", p)
	}
	if requested := web.Requests("shells.test"); slices.Contains(requested, "/private/data") || slices.Index(requested, "/app.js") != lastIndex(requested, "/app.js") {
		t.Errorf("a disallowed URL was requested, or the script twice: %v", requested)
	}
	if requested := web.Requests("closed.test"); !slices.Equal(requested, []string{"/robots.txt"}) {
		t.Errorf("a site that disallows every URL received requests for %v", requested)
	}
	if requested := web.Requests("other.test"); len(requested) != 3 || requested[0] != "/robots.txt" {
		t.Errorf("another site received requests for %v, want robots.txt once and the data of two pages", requested)
	}
	if skips := d.recorder.Skips(); len(skips) != 0 {
		t.Errorf("skipped %v", skips)
	}
}

func lastIndex(all []string, s string) int {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i] == s {
			return i
		}
	}
	return -1
}

func TestPagesThatNeedABrowserAreReportedWithoutOne(t *testing.T) {
	t.Parallel()
	for _, mode := range []crawl.RenderMode{"", crawl.RenderNever, crawl.RenderAuto} {
		web := crawltest.NewWeb(t)
		shellSite(web)
		plan, d := crawltest.Plan("shells.test", "http://shells.test/terms", "http://shells.test/plain"), newPageRecorder()
		plan.Render = mode
		res := crawltest.Crawl(t, crawltest.Engine(t, web.Config()), plan, &d.recorder)
		want := map[string]crawl.SkipReason{"http://shells.test/": crawl.SkipNeedsBrowser, "http://shells.test/terms": crawl.SkipNeedsBrowser}
		if got := d.recorder.Skips(); !maps.Equal(got, want) {
			t.Errorf("%q: skipped %v", mode, got)
		}
		if n := res.Progress.Skipped[crawl.SkipNeedsBrowser]; n != 2 || res.Progress.Fetched != 3 {
			t.Errorf("%q: %+v", mode, res.Progress)
		}
	}
}

func TestABrowserThatDoesNotStartCountsAsNone(t *testing.T) {
	t.Parallel()
	web := crawltest.NewWeb(t)
	shellSite(web)
	f := crawltest.Fetcher(t, web.Config())
	pool, err := render.New(t.Context(), render.Config{Browser: "false", Fetcher: f})
	if err != nil {
		t.Skipf("there is no false(1): %v", err)
	}
	defer pool.Close()
	e, d := crawl.New(f), newPageRecorder()
	e.Renderer = pool
	plan := crawltest.Plan("shells.test")
	plan.Render = crawl.RenderAuto
	crawltest.Crawl(t, e, plan, &d.recorder)
	if got := d.recorder.Skips(); got["http://shells.test/"] != crawl.SkipNeedsBrowser {
		t.Errorf("skipped %v", got)
	}
}

// A browser sends the requests of a page at once. The host pauses afterwards for as long
// as they would have taken one by one.
func TestAHostPausesForTheRequestsOfARenderedPage(t *testing.T) {
	t.Parallel()
	web := crawltest.NewWeb(t)
	var mu sync.Mutex
	var data, next time.Time
	web.Handle("paced.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, `<body><div id="app"></div><script src="/app.js"></script>`)
		case "/app.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = fmt.Fprintf(w, `Promise.all([1, 2, 3, 4].map((n) => fetch('/data' + n))).then(() => { document.getElementById('app').innerHTML = '%s<a href="/next">Privacy</a>' })`, strings.Repeat("Some text. ", 60))
		case "/next":
			next = time.Now()
		case "/robots.txt":
			http.NotFound(w, r)
		default:
			data = time.Now()
		}
	}))
	plan, d := crawltest.Plan("paced.test"), newPageRecorder()
	plan.Render, plan.Delay = crawl.RenderAuto, 100*time.Millisecond
	crawltest.Crawl(t, withBrowser(t, web), plan, &d.recorder)
	mu.Lock()
	defer mu.Unlock()
	// The crawl waits for at least five delays.
	if gap := next.Sub(data); next.IsZero() || gap < 5*plan.Delay {
		t.Errorf("the next page was requested %v after the last request of the one before", gap)
	}
}
