package crawl

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

// Bounds of a host. Robots: RFC 9309 section 2.5 asks for at least 500 KiB,
// section 2.3.1.2 for at least five redirects.
const (
	maxRobotsBytes  = 5 << 20
	robotsRedirects = 5
	// breakerAfter failures in a row a host is given up.
	breakerAfter = 5
)

func (c *crawl) host(name string) *hostState {
	h := c.hosts[name]
	if h == nil {
		h = &hostState{name: name}
		c.hosts[name] = h
	}
	return h
}

// readRobots fetches a host's robots.txt, at most robotsRedirects hops away; the
// rules apply to the first host whoever sent them (RFC 9309 section 2.3.1.2).
func (c *crawl) readRobots(ctx context.Context, host, origin string) outcome {
	o := outcome{kind: robotsOutcome, host: host}
	at, _ := url.Parse(origin + "/robots.txt")
	for range robotsRedirects + 1 {
		res, err := c.fetcher.Do(ctx, fetch.Request{URL: at.String(), NoFollow: true, MaxBody: maxRobotsBytes})
		if err != nil {
			o.robots = robots.FromStatus(0, err)
			o.err = nil
			o.reason = "robots_unreachable"
			return o
		}
		if res.Status >= 300 && res.Status < 400 && res.Header.Get("Location") != "" {
			_, next, err := canonical.URL(at, res.Header.Get("Location"))
			if err != nil {
				break
			}
			at = next
			continue
		}
		if res.Status == http.StatusOK {
			o.robots = robots.Parse(res.Body)
		} else {
			o.robots = robots.FromStatus(res.Status, nil)
		}
		o.retry = res.RetryAfter
		return o
	}
	o.robots = robots.FromStatus(http.StatusNotFound, nil) // too many hops count as unavailable
	return o
}

// prepared takes a host's robots.txt and lets its queue go.
func (c *crawl) prepared(o outcome) {
	h := c.host(o.host)
	h.preparing, h.prepared = false, true
	h.rules = o.robots.Agent(UserAgentToken)
	h.unknown = o.robots.Unreachable
	h.sitemaps = o.robots.Sitemaps
	c.frontier.Open(o.host)
	if c.plan.Delay > 0 {
		c.frontier.Delay(o.host, h.rules.CrawlDelay)
		// The request for robots.txt counts as one of the host's.
		c.frontier.Postpone(o.host, time.Now().Add(c.plan.Delay))
	}
	if o.retry > 0 {
		c.frontier.Postpone(o.host, time.Now().Add(min(o.retry, time.Minute)))
	}
}

// refused says why an item of a known host may not be fetched.
func (c *crawl) refused(h *hostState, it *frontier.Item) string {
	if h.failures >= breakerAfter {
		return "host_down"
	}
	if h.unknown {
		c.tally.unreachable++
		return "robots_unreachable"
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return "invalid"
	}
	if ok, _ := h.rules.Allowed(u.RequestURI()); !ok {
		c.tally.robots++
		return "robots"
	}
	return ""
}

// skip counts a URL that is not fetched, and why.
func (c *crawl) skip(it *frontier.Item, reason string) {
	c.tally.skipped[reason]++
	c.entry.done(it, reason)
	if c.skipper != nil {
		c.skipper.Skipped(it.URL, it.Parent, reason)
	}
}

// pathTo is the way from a seed to a page, that page last.
func (c *crawl) pathTo(page string) []string {
	var rev []string
	for n := 0; page != "" && n < 64; n++ {
		rev = append(rev, page)
		page = c.paths[page]
	}
	for i, j := 0, len(rev)-1; i < j; i, j = i+1, j-1 {
		rev[i], rev[j] = rev[j], rev[i]
	}
	return rev
}

// hostKey is what politeness counts by: host and port, whatever the scheme.
func hostKey(u *url.URL) string {
	if p := u.Port(); p != "" {
		return fmt.Sprintf("%s:%s", u.Hostname(), p)
	}
	return u.Hostname()
}
