package crawltest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
)

// Notes is a Handler that keeps what it is told.
type Notes struct {
	// Judge gives the verdict of a page; nil is that none is legal.
	Judge func(p *crawl.Page) crawl.Verdict

	mu    sync.Mutex
	pages map[string]int
	skips map[string]string
	lost  map[string]string
	told  int
}

// Validators implements crawl.Handler.
func (*Notes) Validators(context.Context, string) crawl.Validators { return crawl.Validators{} }

// Page implements crawl.Handler.
func (n *Notes) Page(_ context.Context, p *crawl.Page) (crawl.Verdict, error) {
	n.mu.Lock()
	if n.pages == nil {
		n.pages = map[string]int{}
	}
	n.pages[p.URL]++
	n.mu.Unlock()
	if n.Judge == nil {
		return crawl.Verdict{}, nil
	}
	return n.Judge(p), nil
}

// Skipped implements crawl.Skipper.
func (n *Notes) Skipped(url, _, reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.skips == nil {
		n.skips = map[string]string{}
	}
	if reason == "" {
		panic("a URL is skipped without a reason: " + url)
	}
	n.skips[url] = reason
	n.told++
}

// Lost implements crawl.Loser.
func (n *Notes) Lost(url string, status int, reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lost == nil {
		n.lost = map[string]string{}
	}
	n.lost[url] = fmt.Sprint(status, " ", reason)
}

// Pages are the URLs of the pages that came, with how often.
func (n *Notes) Pages() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.pages)
}

// Skips are the reasons of the URLs that were not fetched, the last one each.
func (n *Notes) Skips() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.skips)
}

// Told is how often Skipped was called.
func (n *Notes) Told() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.told
}

// Crawl runs one crawl and gives its result; a crawl that can't be begun ends the test.
func Crawl(t testing.TB, e *crawl.Engine, p crawl.Plan, h crawl.Handler) crawl.Result {
	t.Helper()
	res, err := e.Run(t.Context(), p, h)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Plan is an exhaustive crawl of one host without delay.
func Plan(host string, seeds ...string) crawl.Plan {
	p := crawl.Plan{Domains: []string{host}, Delay: -1, Exhaustive: true, Seeds: []crawl.Seed{{URL: "http://" + host + "/"}}}
	for _, s := range seeds {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: s, Pinned: true})
	}
	return p
}
