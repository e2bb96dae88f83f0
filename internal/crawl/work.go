package crawl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/charset"
	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
	"github.com/clausea/crawler/internal/crawl/robots"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// outcome is what a worker brings back: a page, a host's robots.txt, or a sitemap.
type outcome struct {
	kind     outcomeKind
	item     *frontier.Item // nil where it is about robots.txt
	question question
	host     string
	page     *Page
	verdict  Verdict
	location string     // where a redirect leads
	reason   SkipReason // why there is no page
	err      error      // the Handler's, ends the crawl
	retry    time.Duration
	sent     time.Time // when the request was on its way, or when it failed
	status   int
	asked    map[string]int // requests of a drawn page, by host
	robots   *robots.Rules
	mapped   *mapped
	turn     HostLease // nil where gave, or err says why
	gave     bool
}

type outcomeKind int

const (
	pageOutcome outcomeKind = iota
	robotsOutcome
	sitemapOutcome
	turnOutcome
)

// maxLinks is how many links of one page are looked at.
const maxLinks = 2000

// start hands it to a worker: the host's robots.txt first, where it is not known.
func (c *crawl) start(ctx context.Context, it frontier.Item) {
	if c.closed(&it) {
		c.frontier.DoneWithoutRequest(&it)
		c.skip(&it, SkipReason(scope.NearDuplicate))
		return
	}
	h := c.host(it.Host)
	mine := h.busy || c.mine(h)
	if !mine || !h.prepared && !h.busy {
		c.frontier.DoneWithoutRequest(&it)
		c.frontier.Add(it) // there is room for it, it has just come from there
		c.frontier.Block(it.Host)
		switch {
		case !mine:
			c.move(ctx, h)
		case !h.preparing:
			h.preparing = true
			c.ask(it.Host, originOf(it.URL))
		}
		return
	}
	if reason := c.refused(h, &it); reason != "" {
		c.frontier.DoneWithoutRequest(&it)
		c.skip(&it, reason)
		return
	}
	if it.Sitemap != frontier.NotSitemap {
		c.work(outcome{kind: sitemapOutcome, item: &it, host: it.Host}, func(o *outcome) { c.readSitemap(ctx, it, o) })
		return
	}
	c.tally.requests++
	c.tally.flying++
	c.tally.host = it.Host
	it.DiscoveryPath = c.pathTo(it.Parent)
	matters := c.matters(&it)
	c.work(outcome{item: &it, host: it.Host}, func(o *outcome) { c.fetchPage(ctx, it, matters, o) })
}

// work runs f in a goroutine that the scheduler waits for. What a page breaks by
// being what it is ends that page alone.
func (c *crawl) work(begun outcome, f func(*outcome)) {
	c.workers++
	go func() {
		o := begun
		defer func() {
			if r := recover(); r != nil {
				at := begun.host
				if begun.item != nil {
					at = begun.item.URL
				}
				c.log.Error(fmt.Errorf("panic: %v\n%s", r, debug.Stack()), "a page broke the parser", "url", at)
				o = begun
				o.reason, o.robots = SkipInternal, robots.FromStatus(0, errBroken)
			}
			c.outcomes <- o
		}()
		f(&o)
	}()
}

// errBroken stands for the answer of a host that broke the parser.
var errBroken = errors.New("the answer broke the parser")

// get does a worker's one request and notes when it was on its way; one that
// failed may have been so until now.
func (c *crawl) get(ctx context.Context, o *outcome, r fetch.Request) (*fetch.Response, error) {
	res, err := c.fetcher.Do(ctx, r)
	if o.sent = time.Now(); err == nil {
		o.sent = res.SentAt
	}
	return res, err
}

// fetchPage does one request for a page and asks the Handler about it.
func (c *crawl) fetchPage(ctx context.Context, it frontier.Item, matters bool, o *outcome) {
	v := c.observer.Validators(ctx, it.URL)
	res, err := c.get(ctx, o, fetch.Request{
		URL: it.URL, ETag: v.ETag, LastModified: v.LastModified,
		AcceptLanguage: c.acceptLanguage(), NoRedirects: true, TextOnly: true,
	})
	if err != nil {
		var fe *fetch.Error
		o.reason = SkipFetchFailed
		if errors.As(err, &fe) {
			o.reason = SkipReason(fe.Reason)
		}
		return
	}
	o.status, o.retry = res.Status, res.RetryAfter
	switch {
	case res.Status == http.StatusNotModified && v == Validators{}:
		// Nobody asked whether it was modified, and there is nothing that it could be as.
		o.reason = SkipBadResponse
		return
	case res.Status == http.StatusNotModified:
	case res.Status >= 300 && res.Status < 400:
		o.location = res.Header.Get("Location")
		o.reason = SkipBadRedirect
		return
	case res.Status >= 400:
		o.reason = statusReason(res.Status)
		return
	}
	p := &Page{
		URL: it.URL, FinalURL: it.URL, Status: res.Status, Header: res.Header, Body: res.Body, Redirects: it.RedirectChain,
		NotModified: res.Status == http.StatusNotModified, FetchedAt: res.FetchedAt,
		Depth: it.Depth, Score: it.Score, Anchor: it.Anchor, Path: append(it.DiscoveryPath, it.URL), Probed: it.Retargeted && it.Parent == "" && !it.Pinned,
	}
	c.scan(p)
	if c.judge(ctx, p, matters, o); o.location != "" {
		return
	}
	p.Body = nil // the scheduler has no use for it
	o.page = p
}

// scan reads the links of an HTML page in one pass.
func (c *crawl) scan(p *Page) {
	ct := p.Header.Get("Content-Type")
	if len(p.Body) == 0 || !isHTML(ct, p.Body) {
		return
	}
	base, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	to := canonical.URLString
	if p.Rendered {
		to = canonical.URLWithRoute
	}
	p.Links = links.Scan(charset.ToUTF8(p.Body, ct), base, maxLinks, to)
}

func isHTML(contentType string, body []byte) bool {
	ct := strings.ToLower(contentType)
	if strings.Contains(ct, "html") {
		return true
	}
	return ct == "" && strings.Contains(http.DetectContentType(body), "html")
}

// statusReason is the skip reason of an error status.
func statusReason(status int) SkipReason {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusUnavailableForLegalReasons:
		return SkipAccessDenied
	case status == http.StatusTooManyRequests:
		return SkipRateLimited
	case status == http.StatusNotFound || status == http.StatusGone:
		return SkipNotFound
	case status >= 500:
		return SkipServerError
	default:
		return SkipClientError
	}
}

func (c *crawl) acceptLanguage() string {
	if len(c.plan.Languages) == 0 {
		return "en;q=0.9, *;q=0.5"
	}
	return strings.Join(c.plan.Languages, ", ") + ", *;q=0.3"
}

func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}
