package crawl

import (
	"net/url"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
)

// Limits on the sitemaps of one crawl.
const (
	maxSitemaps      = 12       // files that robots.txt names or that are probed; also hosts
	maxChildSitemaps = 20       // files that sitemap indexes name
	maxIndexChildren = 12       // files of one sitemap index
	maxIndexDepth    = 2        // indexes within indexes
	maxSitemapURLs   = 2000     // URLs that are queued
	maxSitemapSize   = 50 << 20 // bytes; sitemaps.org allows 50 MB
)

const (
	// sitemapKeyPrefix distinguishes the key of a sitemap from that of a page at the same URL.
	sitemapKeyPrefix  = "sitemap "
	probedSitemapPath = "/sitemap.xml"
)

// sitemapQueue queues the sitemaps of a crawl and the URLs in them, within the limits. The
// discovery queues the URLs.
type sitemapQueue struct {
	discovery             *discovery
	files, children, urls int // numbers that the limits apply to
}

// enqueueHosts queues the sitemaps of the hosts that the crawl has used, and reports
// whether it queued any. Sitemaps are items of the frontier, which respects the delay of
// their host.
func (s *sitemapQueue) enqueueHosts() bool {
	queued := false
	names := s.discovery.hosts.withRobots()
	for _, name := range names[:min(len(names), maxSitemaps)] {
		h := s.discovery.hosts.get(name)
		if h.sitemapsQueued || h.robotsFailure != "" {
			continue
		}
		h.sitemapsQueued = true
		for _, at := range h.sitemaps {
			queued = s.enqueueFile(h.robotsURL, at, frontier.Item{Sitemap: frontier.RobotsSitemap}) || queued
		}
		if len(h.sitemaps) == 0 && s.discovery.missing() {
			queued = s.enqueueFile(nil, "https://"+name+probedSitemapPath, frontier.Item{Sitemap: frontier.ProbedSitemap}) || queued
		}
	}
	return queued
}

// enqueueFile queues one sitemap. it has its kind, parent and redirect count. at is the
// reference in robots.txt or an index, which may name any URL; URLs out of scope are
// skipped. A relative reference, which sites should not use, is resolved by base, the URL
// of the file that names it.
func (s *sitemapQueue) enqueueFile(base *url.URL, at string, it frontier.Item) bool {
	raw, u, err := canonical.URL(baseOf(base, at), at)
	if err != nil {
		s.discovery.ledger.skipReference(at, it.Parent, err)
		return false
	}
	it.URL, it.DedupKey, it.Host, it.Score, it.Pinned = raw, sitemapKeyPrefix+canonical.DedupKey(raw), hostKey(u), 1, true
	if !s.discovery.ledger.markSeen(it.DedupKey) {
		return false
	}
	count, limit := &s.files, maxSitemaps
	if it.Sitemap == frontier.ChildSitemap {
		count, limit = &s.children, maxChildSitemaps
	}
	switch {
	case !s.discovery.scope.ContainsHost(u.Hostname()):
		s.discovery.ledger.skip(&it, SkipOutOfScope)
		return false
	case *count >= limit:
		s.discovery.ledger.skip(&it, SkipSitemapLimit)
		return false
	}
	*count++
	return s.discovery.push(it)
}

// baseOf returns base for a reference without a scheme, and nil for an absolute URL.
func baseOf(base *url.URL, ref string) *url.URL {
	if u, err := url.Parse(ref); err != nil || u.Scheme != "" {
		return nil
	}
	return base
}

// handle queues the URLs in a sitemap, or records why there are none.
func (s *sitemapQueue) handle(r *taskResult) {
	it := r.item
	s.discovery.ledger.delta.doneSitemap(it)
	switch {
	case r.location != "" && it.RedirectCount < maxRedirects:
		to, _, err := resolve(it.URL, r.location)
		if err != nil {
			s.discovery.ledger.skip(it, SkipBadRedirect)
			return
		}
		if it.Sitemap == frontier.ChildSitemap {
			s.children--
		} else {
			s.files--
		}
		s.enqueueFile(nil, to, frontier.Item{Sitemap: it.Sitemap, RedirectCount: it.RedirectCount + 1, Parent: it.URL})
	case r.sitemap == nil:
		s.discovery.ledger.skip(it, r.reason)
	default:
		s.enqueueURLs(it, r.sitemap)
	}
}

// enqueueURLs queues the URLs of a sitemap, best score first, and the children
// of an index. An index within an index, which sitemaps.org does not allow, is read once.
func (s *sitemapQueue) enqueueURLs(from *frontier.Item, found *sitemapURLs) {
	base, err := url.Parse(from.URL)
	if err != nil {
		base = nil
	}
	queued := 0
	for _, at := range found.children {
		if from.Depth >= maxIndexDepth || queued == maxIndexChildren {
			s.discovery.ledger.skipLink(at, from.URL, SkipSitemapLimit)
			continue
		}
		if s.enqueueFile(base, at, frontier.Item{Sitemap: frontier.ChildSitemap, Parent: from.URL, Depth: from.Depth + 1}) {
			queued++
		}
	}
	for i := range found.pages {
		switch p := &found.pages[i]; {
		case p.err != nil:
			s.discovery.ledger.skipReference(p.url, from.URL, p.err)
		case p.score < legalScore:
			s.discovery.ledger.skipLink(p.url, from.URL, SkipLowScore)
		case s.urls >= maxSitemapURLs:
			s.discovery.ledger.skipLink(p.url, from.URL, SkipSitemapLimit)
		default:
			s.urls++
			s.discovery.enqueue(&frontier.Item{}, p.url, "", "", 1)
		}
	}
}
