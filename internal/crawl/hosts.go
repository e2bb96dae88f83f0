package crawl

import (
	"fmt"
	"net/url"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
)

const (
	// breakerAfter failures in a row a host is given up.
	breakerAfter = 5
	// maxWait is how long a crawl waits where a host asks to be left alone
	// (Retry-After); a host that asks for longer is given up.
	maxWait = 5 * time.Minute
)

func (c *crawl) host(name string) *hostState {
	h := c.hosts[name]
	if h == nil {
		h = &hostState{name: name}
		c.hosts[name] = h
	}
	return h
}

// refused says why an item of a known host may not be fetched.
func (c *crawl) refused(h *hostState, it *frontier.Item) SkipReason {
	switch {
	case h.failures >= breakerAfter:
		return SkipHostDown
	case h.later:
		return SkipRetryLater
	case h.busy:
		c.tally.unreachable++
		return SkipHostBusy
	case h.unknown != "":
		c.tally.unreachable++
		return h.unknown
	case it.Sitemap == frontier.RobotsSitemap:
		return "" // robots.txt itself offers it
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return SkipInvalidURL
	}
	if ok, _ := h.rules.Allowed(u.RequestURI()); !ok {
		c.tally.robots++
		return SkipRobots
	}
	return ""
}

// closed says whether an item's pattern has shown that nothing new is to be had.
func (c *crawl) closed(it *frontier.Item) bool {
	if it.Pinned {
		return false
	}
	u, err := url.Parse(it.URL)
	hope := scope.WeakLink
	switch {
	case score.OfURL(it.URL) >= promising:
		hope = scope.URLNamesDocument
	case it.Score >= promising:
		hope = scope.TextNamesDocument
	}
	return err == nil && c.scope.Closed(u, hope)
}

// stayAway keeps to a host's Retry-After.
func (c *crawl) stayAway(name string, wait time.Duration) {
	if wait <= maxWait {
		c.frontier.Postpone(name, time.Now().Add(wait))
		return
	}
	c.host(name).later = true
	c.giveUp(name, SkipRetryLater)
}

// giveUp drops what is queued of a host.
func (c *crawl) giveUp(name string, reason SkipReason) {
	for _, left := range c.frontier.DropHost(name) {
		c.skip(&left, reason)
	}
}

// adopt takes a host's domain into scope.
func (c *crawl) adopt(host string) {
	if c.scope.ContainsHost(host) {
		return
	}
	c.scope.AddDomain(host)
	c.adopted = append(c.adopted, host)
	c.entry.Domains = append(c.entry.Domains, host)
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
