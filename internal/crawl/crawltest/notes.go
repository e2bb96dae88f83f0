package crawltest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
)

// Notes is an Observer that remembers what it is told.
type Notes struct {
	crawl.NopObserver

	// Judge gives the verdict of a page; nil is that none is legal.
	Judge func(p *crawl.Page) crawl.Verdict

	mu       sync.Mutex
	pages    map[string]int
	outcomes []crawl.Outcome
}

// Page implements crawl.Observer.
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

// Outcome implements crawl.Observer.
func (n *Notes) Outcome(o crawl.Outcome) {
	if o.Reason == "" && o.Kind != crawl.OutcomeFetched {
		panic("a URL is skipped without a reason: " + o.URL)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.outcomes = append(n.outcomes, o)
}

// Pages returns how often each page was passed to Page, by URL.
func (n *Notes) Pages() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.pages)
}

// Outcomes returns the outcomes in order.
func (n *Notes) Outcomes() []crawl.Outcome {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.outcomes)
}

// Skips returns the latest reason of each URL that has one.
func (n *Notes) Skips() map[string]crawl.SkipReason {
	skips := map[string]crawl.SkipReason{}
	for _, o := range n.Outcomes() {
		if o.Reason != "" {
			skips[o.URL] = o.Reason
		}
	}
	return skips
}

// Skipped returns how many outcomes have a reason.
func (n *Notes) Skipped() int {
	count := 0
	for _, o := range n.Outcomes() {
		if o.Reason != "" {
			count++
		}
	}
	return count
}

// Crawl runs one crawl and returns its result. A crawl that fails ends the test.
func Crawl(t testing.TB, e *crawl.Engine, p crawl.Plan, o crawl.Observer) crawl.Result {
	t.Helper()
	res, err := e.Run(t.Context(), p, crawl.Deps{Observer: o})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Plan returns the plan of a crawl of one host with Options. Further seeds are pinned.
func Plan(host string, seeds ...string) crawl.Plan {
	p := crawl.Plan{Domains: []string{host}, Options: Options(), Seeds: []crawl.Seed{{URL: "http://" + host + "/"}}}
	for _, s := range seeds {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: s, Pinned: true})
	}
	return p
}

// Options returns the default options with a delay of a millisecond.
func Options() crawl.Options {
	o := crawl.DefaultOptions()
	o.Delay = time.Millisecond
	return o
}
