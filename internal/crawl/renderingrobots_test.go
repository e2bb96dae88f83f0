package crawl_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/render"
)

// fakeBrowser asks whether a page may load each of some URLs, and renders a page with
// text.
type fakeBrowser struct {
	urls []string

	mu      sync.Mutex
	refused map[string]error // by URL; nil if the request is allowed
}

func (b *fakeBrowser) Render(ctx context.Context, r render.Request) (*render.RenderedPage, error) {
	for _, raw := range b.urls {
		u, err := url.Parse(raw)
		if err != nil {
			return nil, err
		}
		err = r.Allow(ctx, u)
		b.mu.Lock()
		b.refused[raw] = err
		b.mu.Unlock()
	}
	return &render.RenderedPage{URL: r.URL, HTML: "<p>" + strings.Repeat("Some text. ", 200)}, nil
}

// The robots.txt of a host that a rendered page uses is read like any other: with
// retries, once, and under the lease of the host.
func TestRobotsOfRenderedPagesAreReadLikeThoseOfTheCrawl(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	shell := `<div id="app"></div><script src="/app.js"></script>`
	w.Site("public.example", map[string]string{"/": shell, "/terms": shell})
	var requested atomic.Int64
	w.Handle("cdn.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if requested.Add(1) == 1 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprint(rw, "User-agent: *\nDisallow: /closed\n")
	}))
	b := &fakeBrowser{urls: []string{"http://cdn.example/open", "http://cdn.example/closed", "http://public.example/data"}, refused: map[string]error{}}
	leases := &hostLeases{}
	plan := crawltest.Plan("public.example", "http://public.example/terms")
	plan.Render = crawl.RenderAlways
	e := crawltest.Engine(t, w.Config())
	e.Renderer = b
	res, err := e.Run(t.Context(), plan, crawl.Deps{Observer: &crawltest.Recorder{}, HostLeases: leases})
	if err != nil || res.Progress.Fetched != 2 || res.Reason != crawl.StopFrontierEmpty {
		t.Fatalf("%d pages were fetched, %s: %v", res.Progress.Fetched, res.Reason, err)
	}
	if b.refused["http://cdn.example/open"] != nil || b.refused["http://cdn.example/closed"] == nil || b.refused["http://public.example/data"] != nil {
		t.Errorf("the browser's requests end with %v", b.refused)
	}
	if n := requested.Load(); n != 2 {
		t.Errorf("robots.txt was requested %d times, want one retry", n)
	}
	if !leases.acquired("cdn.example") {
		t.Error("robots.txt was requested without the lease of its host")
	}
	leases.check(t)
}
