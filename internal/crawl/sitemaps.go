package crawl

import (
	"context"
	"errors"
	"io"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/crawl/sitemap"
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

// sitemapCounters are the numbers that these limits apply to.
type sitemapCounters struct{ files, children, urls int }

// enqueueSitemaps queues the sitemaps of the hosts that the crawl has used, and reports
// whether it queued any. Sitemaps are items of the frontier, which respects the delay of
// their host.
func (d *discovery) enqueueSitemaps() bool {
	queued := false
	names := d.hosts.withRobots()
	for _, name := range names[:min(len(names), maxSitemaps)] {
		h := d.hosts.get(name)
		if h.sitemapsQueued || h.robotsFailure != "" {
			continue
		}
		h.sitemapsQueued = true
		for _, at := range h.sitemaps {
			queued = d.enqueueSitemap(h.robotsURL, at, frontier.Item{Sitemap: frontier.RobotsSitemap}) || queued
		}
		if len(h.sitemaps) == 0 && d.missing() {
			queued = d.enqueueSitemap(nil, "https://"+name+probedSitemapPath, frontier.Item{Sitemap: frontier.ProbedSitemap}) || queued
		}
	}
	return queued
}

// enqueueSitemap queues one sitemap. it has its kind, parent and redirect count. at is the
// reference in robots.txt or an index, which may name any URL; URLs out of scope are
// skipped. A relative reference, which sites should not use, is resolved by base, the URL
// of the file that names it.
func (d *discovery) enqueueSitemap(base *url.URL, at string, it frontier.Item) bool {
	raw, u, err := canonical.URL(baseOf(base, at), at)
	if err != nil {
		d.ledger.skipReference(at, it.Parent, err)
		return false
	}
	it.URL, it.DedupKey, it.Host, it.Score, it.Pinned = raw, sitemapKeyPrefix+canonical.DedupKey(raw), hostKey(u), 1, true
	if !d.ledger.markSeen(it.DedupKey) {
		return false
	}
	count, limit := &d.sitemaps.files, maxSitemaps
	if it.Sitemap == frontier.ChildSitemap {
		count, limit = &d.sitemaps.children, maxChildSitemaps
	}
	switch {
	case !d.scope.ContainsHost(u.Hostname()):
		d.ledger.skip(&it, SkipOutOfScope)
		return false
	case *count >= limit:
		d.ledger.skip(&it, SkipSitemapLimit)
		return false
	}
	*count++
	return d.push(it)
}

// baseOf returns base for a reference without a scheme, and nil for an absolute URL.
func baseOf(base *url.URL, ref string) *url.URL {
	if u, err := url.Parse(ref); err != nil || u.Scheme != "" {
		return nil
	}
	return base
}

// sitemapURLs are the URLs in a sitemap.
type sitemapURLs struct {
	children []string // of an index, best score first
	pages    []sitemapPage
}

// Words in the names of sitemaps. Files of pages come first, and those of products, posts and
// media last.
var (
	pageSitemap = regexp.MustCompile(`(?i)(?:^|[^a-z])(legal|polic(?:y|ies)|terms|pages?|static|site|main|misc|info|general|content|corporate|company|help|support|footer|about|cms|core|root)(?:[^a-z]|$)`)
	bulkSitemap = regexp.MustCompile(`(?i)(?:^|[^a-z])(products?|items?|posts?|blogs?|news|articles?|images?|videos?|media|categor(?:y|ies)|tags?|authors?|collections?|listings?|stores?|locations?|users?|profiles?|forums?|questions?|threads?|topics?|jobs?|events?|recipes?|archives?|brands?|reviews?|search|taxonomy)(?:[^a-z]|$)`)
)

// sitemapScore estimates how likely a child of a sitemap index lists legal documents in a
// preferred language.
func (w *worker) sitemapScore(raw string) float64 {
	u, err := url.Parse(raw)
	if err != nil {
		return 0
	}
	name := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	s := score.OfURL(raw)
	if pageSitemap.MatchString(name) {
		s += 0.5
	}
	if bulkSitemap.MatchString(name) {
		s--
	}
	lang, _, _ := scope.Locale(u)
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if l, _, _ := scope.Locale(&url.URL{Path: "/" + part + "/"}); l != "" {
			lang = l
		}
	}
	switch {
	case lang == "":
	case w.languages.preferred(lang):
		s += 0.3
	default:
		s -= 0.3
	}
	return s
}

// sitemapPage is a URL of a sitemap with its score, or the error of one that is invalid.
type sitemapPage struct {
	url   string
	score float64
	err   error
}

// fetchSitemap fetches a sitemap and parses it as it arrives.
func (w *worker) fetchSitemap(ctx context.Context, it frontier.Item, r *taskResult) {
	var file sitemap.File
	res, err := w.send(ctx, r, fetch.Request{URL: it.URL, NoRedirects: true, MaxBody: maxSitemapSize, ReadBody: func(body io.Reader) (err error) {
		file, err = sitemap.Parse(body)
		return err
	}})
	switch {
	case err != nil && len(file.URLs)+len(file.Children) == 0:
		if r.reason = fetchReason(err); errors.Is(err, sitemap.ErrNotSitemap) {
			r.reason = SkipNotASitemap
		}
		return
	case err != nil: // the part before the error is used
	case res.Status >= 300 && res.Status < 400:
		r.location, r.reason = res.Header.Get("Location"), SkipBadRedirect
		return
	case res.Status < 200 || res.Status >= 300:
		r.status, r.retryAfter, r.reason = res.Status, res.RetryAfter, statusReason(res.Status)
		return
	}
	base, err := url.Parse(it.URL)
	if err != nil {
		base = nil
	}
	found := &sitemapURLs{children: sitemap.SortByScore(file.Children, w.sitemapScore), pages: make([]sitemapPage, len(file.URLs))}
	for i, u := range file.URLs {
		raw, _, err := canonical.URL(baseOf(base, u.Loc), u.Loc)
		if err != nil {
			found.pages[i] = sitemapPage{url: u.Loc, err: err}
			continue
		}
		found.pages[i] = sitemapPage{url: raw, score: score.OfURL(raw)}
	}
	sort.SliceStable(found.pages, func(i, j int) bool { return found.pages[i].score > found.pages[j].score })
	r.sitemap = found
}

// handleSitemap queues the URLs in a sitemap, or records why there are none.
func (d *discovery) handleSitemap(r *taskResult) {
	it := r.item
	d.ledger.delta.doneSitemap(it)
	switch {
	case r.location != "" && it.RedirectCount < maxRedirects:
		to, _, err := resolve(it.URL, r.location)
		if err != nil {
			d.ledger.skip(it, SkipBadRedirect)
			return
		}
		if it.Sitemap == frontier.ChildSitemap {
			d.sitemaps.children--
		} else {
			d.sitemaps.files--
		}
		d.enqueueSitemap(nil, to, frontier.Item{Sitemap: it.Sitemap, RedirectCount: it.RedirectCount + 1, Parent: it.URL})
	case r.sitemap == nil:
		d.ledger.skip(it, r.reason)
	default:
		d.enqueueSitemapURLs(it, r.sitemap)
	}
}

// enqueueSitemapURLs queues the URLs of a sitemap, best score first, and the children
// of an index. An index within an index, which sitemaps.org does not allow, is read once.
func (d *discovery) enqueueSitemapURLs(from *frontier.Item, found *sitemapURLs) {
	base, err := url.Parse(from.URL)
	if err != nil {
		base = nil
	}
	queued := 0
	for _, at := range found.children {
		if from.Depth >= maxIndexDepth || queued == maxIndexChildren {
			d.ledger.skipLink(at, from.URL, SkipSitemapLimit)
			continue
		}
		if d.enqueueSitemap(base, at, frontier.Item{Sitemap: frontier.ChildSitemap, Parent: from.URL, Depth: from.Depth + 1}) {
			queued++
		}
	}
	for i := range found.pages {
		switch p := &found.pages[i]; {
		case p.err != nil:
			d.ledger.skipReference(p.url, from.URL, p.err)
		case p.score < legalScore:
			d.ledger.skipLink(p.url, from.URL, SkipLowScore)
		case d.sitemaps.urls >= maxSitemapURLs:
			d.ledger.skipLink(p.url, from.URL, SkipSitemapLimit)
		default:
			d.sitemaps.urls++
			d.enqueue(&frontier.Item{}, p.url, "", "", 1)
		}
	}
}
