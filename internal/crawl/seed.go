package crawl

import (
	"context"
	"net/url"
	"sort"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/crawl/sitemap"
)

// Gates of the frontier, on the scale of score.Link.
const (
	// promising is what a URL needs when all the expected types are there.
	promising = 0.35
	// hopeful is what it needs while one is missing.
	hopeful = 0.03
	// patience is how many pages without a document end the search for a missing type.
	patience = 25
)

// wellKnown are the paths that are tried when neither links nor sitemaps led to
// the expected types. Each was the address of a document on several of the
// companies whose documents are publicly tracked.
var wellKnown = []string{
	"/legal", "/privacy", "/terms", "/privacy-policy", "/terms-of-service",
	"/legal/privacy", "/legal/terms", "/policies", "/datenschutz", "/agb",
	"/mentions-legales", "/privacidad",
}

// Bounds of sitemaps: files read and URLs taken from them in one crawl.
const (
	maxSitemaps    = 12
	maxSitemapURLs = 2000
	maxSitemapSize = 50 << 20
)

// seed queues the plan's seeds, unless the journal has them already.
func (c *crawl) seed() {
	for _, s := range c.plan.Seeds {
		raw, u, err := canonical.URL(nil, s.URL)
		if err != nil {
			c.tally.skipped["invalid"]++
			continue
		}
		key := canonical.Key(raw)
		if !c.seen.Add(key) {
			continue
		}
		c.push(frontier.Item{URL: raw, Key: key, Host: hostKey(u), Score: 1, Pinned: true, Leaf: s.Pinned && !c.inScope(u)})
	}
}

func (c *crawl) inScope(u *url.URL) bool {
	ok, _ := c.scope.Check(u)
	return ok
}

// gate is the least score that is fetched now, or the reason to stop when even
// the best URL left is under it.
func (c *crawl) gate() (float64, StopReason) {
	if c.plan.Exhaustive {
		return -1, ""
	}
	gate, best := promising, c.frontier.Best()
	if best < promising && c.missing() && c.tally.sinceLegal < patience {
		// Pages that promise little are tried one at a time: what the one in
		// flight links to may be better than all of them.
		if c.workers > 0 {
			return promising, ""
		}
		gate = hopeful
	}
	if best < gate {
		if c.frontier.Queued() == 0 {
			return gate, FrontierEmpty
		}
		return gate, Converged
	}
	return gate, ""
}

// missing says whether an expected type has no document yet.
func (c *crawl) missing() bool {
	for _, t := range c.plan.ExpectedTypes {
		if !c.tally.types[t] {
			return true
		}
	}
	return false
}

// rescue tries another source of URLs before the crawl ends: first the sitemaps,
// then the well-known paths where an expected type is still missing.
func (c *crawl) rescue(ctx context.Context) bool {
	if ctx.Err() != nil || c.tally.fetched == 0 && !c.plan.Exhaustive {
		return false
	}
	started := false
	for _, name := range c.seedHosts() {
		h := c.hosts[name]
		if h.mapped || h.unknown {
			continue
		}
		h.mapped = true
		maps := h.sitemaps
		if len(maps) == 0 && c.missing() {
			maps = []string{"https://" + name + "/sitemap.xml"}
		}
		if len(maps) > 0 {
			c.work(func() outcome { return c.readSitemaps(ctx, name, maps) })
			started = true
		}
	}
	if started {
		return true
	}
	if c.tally.probed || c.plan.Exhaustive || !c.missing() {
		return false
	}
	c.tally.probed = true
	c.tally.sinceLegal = 0
	before := c.frontier.Queued()
	for _, s := range c.plan.Seeds {
		origin := originOf(s.URL)
		from := frontier.Item{URL: s.URL}
		for _, p := range wellKnown {
			c.enqueue(&from, origin+p, strings.Trim(p, "/"), "", 1)
		}
	}
	return c.frontier.Queued() > before
}

// seedHosts are the hosts that the seeds led to and that answered.
func (c *crawl) seedHosts() []string {
	var names []string
	for name, h := range c.hosts {
		if h.prepared {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names[:min(len(names), maxSitemaps)]
}

// readSitemaps fetches sitemaps, those that look legal first, and their children.
func (c *crawl) readSitemaps(ctx context.Context, host string, queue []string) outcome {
	o := outcome{kind: sitemapOutcome, host: host}
	var found []sitemap.URL
	for n, depth := 0, 0; len(queue) > 0 && n < maxSitemaps; n++ {
		at := queue[0]
		queue = queue[1:]
		raw, u, err := canonical.URL(nil, at)
		if err != nil || !c.allowedSitemap(u) {
			continue
		}
		res, err := c.fetcher.Do(ctx, fetch.Request{URL: raw, MaxBody: maxSitemapSize})
		if err != nil || res.Status != 200 {
			continue
		}
		m, err := sitemap.Parse(res.Body)
		if err != nil {
			continue
		}
		found = append(found, m.URLs...)
		if depth == 0 && len(m.Children) > 0 {
			depth = 1
			queue = append(queue, sitemap.Order(m.Children, score.URL)...)
		}
	}
	for _, s := range sitemap.OrderURLs(found, score.URL) {
		if len(o.mapped) == maxSitemapURLs {
			break
		}
		o.mapped = append(o.mapped, s.Loc)
	}
	return o
}

// allowedSitemap keeps robots.txt from sending the crawler to places out of scope.
func (c *crawl) allowedSitemap(u *url.URL) bool { return c.scope.HostInScope(u.Hostname()) }

// addMapped queues what the sitemaps named.
func (c *crawl) addMapped(o outcome) {
	from := frontier.Item{}
	for _, raw := range o.mapped {
		to, _, err := canonical.URL(nil, raw)
		if err != nil {
			c.tally.skipped["invalid"]++
			continue
		}
		if !c.plan.Exhaustive && score.URL(to) < promising {
			c.tally.skipped["low_score"]++
			continue
		}
		c.enqueue(&from, to, "", "", 1)
	}
}

func localeOf(u *url.URL) (lang, region, family string) { return scope.Locale(u) }
