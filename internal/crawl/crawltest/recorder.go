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

// Recorder is an Observer that records pages and outcomes.
type Recorder struct {
	crawl.NopObserver

	// Classify returns the verdict of a page. If it is nil, no page is legal.
	Classify func(p *crawl.Page) crawl.Verdict

	mu       sync.Mutex
	pages    map[string]int
	outcomes []crawl.Outcome
}

// Page implements crawl.Observer.
func (r *Recorder) Page(_ context.Context, p *crawl.Page) (crawl.Verdict, error) {
	r.mu.Lock()
	if r.pages == nil {
		r.pages = map[string]int{}
	}
	r.pages[p.URL]++
	r.mu.Unlock()
	if r.Classify == nil {
		return crawl.Verdict{}, nil
	}
	return r.Classify(p), nil
}

// Outcome implements crawl.Observer.
func (r *Recorder) Outcome(o crawl.Outcome) {
	if o.Reason == "" && o.Kind != crawl.OutcomeFetched {
		panic("a URL is skipped without a reason: " + o.URL)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes = append(r.outcomes, o)
}

// Pages returns how often each page was passed to Page, by URL.
func (r *Recorder) Pages() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.pages)
}

// Outcomes returns the outcomes in order.
func (r *Recorder) Outcomes() []crawl.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.outcomes)
}

// Skips returns the latest reason of each URL that has one.
func (r *Recorder) Skips() map[string]crawl.SkipReason {
	skips := map[string]crawl.SkipReason{}
	for _, o := range r.Outcomes() {
		if o.Reason != "" {
			skips[o.URL] = o.Reason
		}
	}
	return skips
}

// Skipped returns how many outcomes have a reason.
func (r *Recorder) Skipped() int {
	count := 0
	for _, o := range r.Outcomes() {
		if o.Reason != "" {
			count++
		}
	}
	return count
}

// Crawl runs one crawl and returns its result. An error ends the test.
func Crawl(t testing.TB, e *crawl.Engine, p crawl.Plan, o crawl.Observer) crawl.Result {
	t.Helper()
	res, err := e.Run(t.Context(), p, crawl.Deps{Observer: o})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Plan returns a plan for one host with Options. The seeds are pinned and follow the home
// page.
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
