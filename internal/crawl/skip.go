package crawl

import (
	"errors"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
)

// Reasons of the engine itself; scope and fetch have their own. With them the set
// is bounded, so that a reason can be a metric's label.
const (
	reasonInvalid     = "invalid"  // no URL at all
	reasonScheme      = "scheme"   // neither http nor https
	reasonTooLong     = "too_long" // longer than canonical.MaxLength
	reasonUserinfo    = "userinfo" // a name or password in it
	reasonTooMany     = "too_many_links"
	reasonDepth       = "depth"
	reasonNoFollow    = "nofollow"
	reasonNotFollowed = "not_followed" // on a page whose links are not looked at
	reasonDuplicate   = "duplicate"    // on, or itself, a copy of a page that came
	reasonLowScore    = "low_score"
	reasonSoftError   = "soft_error"
	reasonQueueFull   = "queue_full"
	reasonSitemaps    = "sitemap_limit"
	reasonRobots      = "robots"
	reasonNoRobots    = "robots_unreachable"
	reasonHostDown    = "host_down"
	reasonRetryLater  = "retry_later" // the host asked to be left alone for long
	reasonHostBusy    = "host_busy"   // other crawls had the host all the time
	reasonMoved       = "moved"
	reasonRedirect    = "redirect"
	reasonBadRedirect = "bad_redirect"
	reasonTooManyHops = "too_many_redirects"
	reasonLoop        = "redirect_loop"
	reasonInternal    = "internal" // a page broke the parser
	reasonPageLimit   = "page_limit"
	// The page came, but hardly any text: scripts put it together.
	reasonNeedsBrowser = "needs_browser" // there is none, or it is not to be used
	reasonNotRendered  = "not_rendered"  // the browser made nothing of it either
	reasonTimeLimit    = "time_limit"
)

// maxPassed bounds the URLs that are remembered as passed over.
const maxPassed = 100_000

// skip counts a URL that is not fetched, and why.
func (c *crawl) skip(it *frontier.Item, reason string) {
	c.tally.skipped[reason]++
	c.entry.done(it, reason)
	c.tell(it.URL, it.Parent, reason)
}

func (c *crawl) tell(url, parent, reason string) {
	if c.skipper != nil {
		c.skipper.Skipped(url, parent, reason)
	}
}

// pass counts a URL that is passed over on this page, once however many pages have
// it. Another page may still lead to it for a better reason: enqueue takes the
// count back then.
func (c *crawl) pass(url, parent, reason string) {
	if key := canonical.DedupKey(url); !c.seen.Has(key) {
		c.passKey(key, url, parent, reason)
	}
}

// refuse counts a reference that is no URL that could be fetched.
func (c *crawl) refuse(ref, parent string, err error) {
	ref = strings.ToValidUTF8(ref[:min(len(ref), canonical.MaxLength)], "")
	c.passKey("no URL: "+ref, ref, parent, refusal(err))
}

func (c *crawl) passKey(key, url, parent, reason string) {
	if _, ok := c.passed[key]; ok {
		return
	}
	if len(c.passed) < maxPassed {
		c.passed[key] = reason
	}
	c.count(reason, 1)
	c.tell(url, parent, reason)
}

// count counts URLs that have no entry of their own in the journal.
func (c *crawl) count(reason string, n int) {
	if c.tally.skipped[reason] += n; c.tally.skipped[reason] == 0 {
		delete(c.tally.skipped, reason)
	}
	c.entry.count(reason, n)
}

// retake takes back that a URL was passed over.
func (c *crawl) retake(key string) {
	reason, ok := c.passed[key]
	if !ok {
		return
	}
	delete(c.passed, key)
	c.count(reason, -1)
}

// passAll passes over a page's links.
func (c *crawl) passAll(l *Links, parent, reason string) {
	for i := range l.Links {
		c.pass(l.Links[i].URL, parent, reason)
	}
	if l.Refresh != "" {
		c.pass(l.Refresh, parent, reason)
	}
	c.passAlternates(l, parent)
}

func (c *crawl) passAlternates(l *Links, parent string) {
	for _, a := range l.Alternates {
		c.pass(a.URL, parent, reasonNotFollowed)
	}
}

// refusedLinks counts what a page's scan left out.
func (c *crawl) refusedLinks(l *Links, parent string) {
	for _, r := range l.Skipped {
		c.refuse(r.Ref, parent, r.Err)
	}
	c.count(reasonTooMany, l.UnlistedSkips)
}

// refusal is the reason of an error of canonical or links.
func refusal(err error) string {
	switch {
	case errors.Is(err, links.ErrTooManyLinks):
		return reasonTooMany
	case errors.Is(err, canonical.ErrScheme):
		return reasonScheme
	case errors.Is(err, canonical.ErrTooLong):
		return reasonTooLong
	case errors.Is(err, canonical.ErrUserinfo):
		return reasonUserinfo
	default:
		return reasonInvalid
	}
}

// leave counts what a crawl that is over leaves in its queue. One that was stopped
// leaves nothing: the next crawl goes on with it.
func (c *crawl) leave(over StopReason) {
	reason := reasonLowScore
	switch over {
	case Stopped:
		return
	case PageLimit, BudgetSpent:
		reason = reasonPageLimit
	case TimeLimit:
		reason = reasonTimeLimit
	}
	for _, it := range c.frontier.Clear() {
		c.tally.skipped[reason]++
		c.tell(it.URL, it.Parent, reason)
	}
}
