package crawl

import (
	"context"
	"net/url"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// Gates of the frontier, on the scale of score.OfLink.
const (
	// promising is what a URL needs when all the expected types are there.
	promising = 0.35
	// hopeful is what it needs while one is missing.
	hopeful = 0.03
	// patience is how many pages without a document end the search for a missing type.
	patience = 25
)

// seed queues the plan's seeds, unless the journal has them already.
func (c *crawl) seed() {
	for _, s := range c.plan.Seeds {
		raw, u, err := canonical.URL(nil, s.URL)
		if err != nil {
			c.refuse(s.URL, "", err)
			continue
		}
		key := canonical.DedupKey(raw)
		if !c.seen.Add(key) {
			continue
		}
		c.push(frontier.Item{URL: raw, DedupKey: key, Host: hostKey(u), Score: 1, Pinned: true, NoFollow: s.Pinned && !c.inScope(u)})
	}
}

func (c *crawl) inScope(u *url.URL) bool {
	ok, _ := c.scope.Admit(u)
	return ok
}

// gate is the least score that is fetched now, or the reason to stop when even
// the best URL left is under it.
func (c *crawl) gate() (float64, StopReason) {
	if c.plan.Exhaustive {
		return -1, ""
	}
	gate, best := promising, c.frontier.BestRank()
	if best < promising && c.missing() && c.tally.sinceLegal < patience {
		// Pages that promise little are tried one at a time: what the one in
		// flight links to may be better than all of them.
		if c.fetching() || c.waiting == 0 && c.busy() { // what waits for its turn may take long
			return promising, ""
		}
		gate = hopeful
	}
	if best < gate {
		if c.frontier.Queued() == 0 {
			return gate, StopFrontierEmpty
		}
		return gate, StopConverged
	}
	return gate, ""
}

// missing says whether an expected type has no document yet.
func (c *crawl) missing() bool { return c.lacks("") }

// rescue tries another source of URLs before the crawl ends: first the sitemaps,
// then the well-known paths where an expected type is still missing.
func (c *crawl) rescue(ctx context.Context) bool {
	if ctx.Err() != nil || c.tally.fetched == 0 && !c.plan.Exhaustive || c.plan.MaxDepth == 0 {
		return false
	}
	if c.queueSitemaps() {
		return true
	}
	if c.plan.Exhaustive {
		return false
	}
	// A guess begins a new search; once one was tried, the search is over.
	if c.tally.probes == 0 {
		c.tally.sinceLegal = 0
	}
	return c.probe()
}

func localeOf(u *url.URL) (lang, region, family string) { return scope.Locale(u) }
