package crawl

import (
	"context"
	"errors"
	"io"
	"net/url"
	"sort"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/crawl/sitemap"
)

// Bounds of sitemaps in one crawl: files asked for, which is also that of hosts
// whose files are asked for; further ones that indexes name, and those of one
// index; URLs queued from them; bytes of one (sitemaps.org allows 50 MB).
const (
	maxSitemaps    = 12
	maxChildren    = 12
	maxOfOneIndex  = 8
	maxSitemapURLs = 2000
	maxSitemapSize = 50 << 20
)

// queueSitemaps queues those of the hosts that answered, and says whether there
// were any. They are items of the frontier, so that each takes its host's turn.
func (c *crawl) queueSitemaps() bool {
	queued := false
	for _, name := range c.answering() {
		h := c.hosts[name]
		if h.mapped || h.unknown != "" {
			continue
		}
		h.mapped = true
		for _, at := range h.sitemaps {
			queued = c.queueSitemap(h.rulesAt, at, frontier.Item{Sitemap: frontier.RobotsSitemap}) || queued
		}
		if len(h.sitemaps) == 0 && c.missing() {
			queued = c.queueSitemap(nil, "https://"+name+"/sitemap.xml", frontier.Item{Sitemap: frontier.ProbedSitemap}) || queued
		}
	}
	return queued
}

// answering are the hosts whose robots.txt is known.
func (c *crawl) answering() []string {
	var names []string
	for name, h := range c.hosts {
		if h.prepared {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names[:min(len(names), maxSitemaps)]
}

// queueSitemap queues one sitemap in it's likeness. robots.txt and an index may
// name any place: those out of scope are left. Both are to name whole addresses; one
// that is relative is so to base, the file that names it (nil: none).
func (c *crawl) queueSitemap(base *url.URL, at string, it frontier.Item) bool {
	raw, u, err := canonical.URL(relativeTo(base, at), at)
	if err != nil {
		c.refuse(at, it.Parent, err)
		return false
	}
	// A page and a sitemap of one address are two things.
	it.URL, it.DedupKey, it.Host, it.Score, it.Pinned = raw, "sitemap "+canonical.DedupKey(raw), hostKey(u), 1, true
	if !c.seen.Add(it.DedupKey) {
		return false
	}
	switch {
	case !c.scope.ContainsHost(u.Hostname()):
		c.skip(&it, SkipOutOfScope)
		return false
	case it.Sitemap == frontier.ChildSitemap && c.tally.children >= maxChildren,
		it.Sitemap != frontier.ChildSitemap && c.tally.sitemaps >= maxSitemaps:
		c.skip(&it, SkipSitemapLimit)
		return false
	}
	if it.Sitemap == frontier.ChildSitemap {
		c.tally.children++
	} else {
		c.tally.sitemaps++
	}
	return c.push(it)
}

// relativeTo is base for a reference without a scheme; any other stands for itself.
func relativeTo(base *url.URL, ref string) *url.URL {
	if u, err := url.Parse(ref); err != nil || u.Scheme != "" {
		return nil
	}
	return base
}

// mapped is what a sitemap named.
type mapped struct {
	children []string
	urls     []scored
}

type scored struct {
	url   string
	score float64
	err   error
}

// readSitemap fetches a sitemap and reads it as it comes.
func (c *crawl) readSitemap(ctx context.Context, it frontier.Item, o *outcome) {
	var m sitemap.File
	res, err := c.get(ctx, o, fetch.Request{URL: it.URL, NoRedirects: true, MaxBody: maxSitemapSize, ReadBody: func(r io.Reader) (err error) {
		m, err = sitemap.Parse(r)
		return err
	}})
	switch {
	case err != nil && len(m.URLs)+len(m.Children) == 0:
		o.reason = SkipFetchFailed
		if fe := (*fetch.Error)(nil); errors.Is(err, sitemap.ErrNotSitemap) {
			o.reason = SkipNotASitemap
		} else if errors.As(err, &fe) {
			o.reason = SkipReason(fe.Reason)
		}
		return
	case err != nil: // what came before the file broke off is taken
	case res.Status >= 300 && res.Status < 400:
		o.location, o.reason = res.Header.Get("Location"), SkipBadRedirect
		return
	case res.Status < 200 || res.Status >= 300:
		o.status, o.retry, o.reason = res.Status, res.RetryAfter, statusReason(res.Status)
		return
	}
	base, err := url.Parse(it.URL)
	if err != nil {
		base = nil
	}
	o.mapped = &mapped{children: sitemap.SortByScore(m.Children, score.OfURL)}
	for _, u := range m.URLs {
		s := scored{url: u.Loc}
		if raw, _, err := canonical.URL(relativeTo(base, u.Loc), u.Loc); err != nil {
			s.err = err
		} else {
			s.url, s.score = raw, score.OfURL(raw)
		}
		o.mapped.urls = append(o.mapped.urls, s)
	}
	sort.SliceStable(o.mapped.urls, func(i, j int) bool { return o.mapped.urls[i].score > o.mapped.urls[j].score })
}

// settleSitemap queues what a sitemap named, or counts why there is nothing.
func (c *crawl) settleSitemap(o outcome) {
	it := *o.item
	c.entry.settled(&it)
	switch {
	case o.location != "" && it.RedirectCount < maxHops:
		base, err := url.Parse(it.URL)
		if err != nil {
			c.skip(&it, SkipBadRedirect)
			return
		}
		to, _, err := canonical.URL(base, o.location)
		if err != nil {
			c.skip(&it, SkipBadRedirect)
			return
		}
		if it.Sitemap == frontier.ChildSitemap {
			c.tally.children--
		} else {
			c.tally.sitemaps--
		}
		c.queueSitemap(nil, to, frontier.Item{Sitemap: it.Sitemap, RedirectCount: it.RedirectCount + 1, Parent: it.URL})
	case o.mapped == nil:
		c.skip(&it, o.reason)
	default:
		c.addMapped(&it, o.mapped)
	}
}

// addMapped queues a sitemap's URLs, the likeliest first, and an index's children.
// An index within an index is left alone, as sitemaps.org has it.
func (c *crawl) addMapped(from *frontier.Item, m *mapped) {
	queued := 0
	base, err := url.Parse(from.URL)
	if err != nil {
		base = nil
	}
	for _, at := range m.children {
		if from.Sitemap == frontier.ChildSitemap || queued == maxOfOneIndex {
			c.pass(at, from.URL, SkipSitemapLimit)
			continue
		}
		if c.queueSitemap(base, at, frontier.Item{Sitemap: frontier.ChildSitemap, Parent: from.URL}) {
			queued++
		}
	}
	for _, u := range m.urls {
		switch {
		case u.err != nil:
			c.refuse(u.url, from.URL, u.err)
		case !c.plan.Exhaustive && u.score < promising:
			c.pass(u.url, from.URL, SkipLowScore)
		case c.tally.mapped >= maxSitemapURLs:
			c.pass(u.url, from.URL, SkipSitemapLimit)
		default:
			c.tally.mapped++
			c.enqueue(&frontier.Item{}, u.url, "", "", 1)
		}
	}
}
