package crawl

import (
	"errors"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
)

// maxPassed bounds the URLs that are remembered as passed over.
const maxPassed = 100_000

// skip counts a URL that is not fetched, and why.
func (c *crawl) skip(it *frontier.Item, reason SkipReason) {
	c.settled(it, Outcome{Reason: reason})
}

// settled counts a URL that brought no page, and reports how it ended.
func (c *crawl) settled(it *frontier.Item, o Outcome) {
	c.tally.skipped[o.Reason]++
	c.entry.done(it, o.Reason)
	c.tell(it, o)
}

// tell reports how an item ended; o has what the item does not say.
func (c *crawl) tell(it *frontier.Item, o Outcome) {
	o.URL, o.Parent, o.Redirects = it.URL, it.Parent, it.RedirectChain
	c.observer.Outcome(o)
}

// pass counts a URL that is passed over on this page, once however many pages have
// it. Another page may still lead to it for a better reason: enqueue takes the
// count back then.
func (c *crawl) pass(url, parent string, reason SkipReason) {
	if key := canonical.DedupKey(url); !c.seen.Has(key) {
		c.passKey(key, url, parent, reason)
	}
}

// refuse counts a reference that is no URL that could be fetched.
func (c *crawl) refuse(ref, parent string, err error) {
	ref = strings.ToValidUTF8(ref[:min(len(ref), canonical.MaxLength)], "")
	c.passKey("no URL: "+ref, ref, parent, refusal(err))
}

func (c *crawl) passKey(key, url, parent string, reason SkipReason) {
	if _, ok := c.passed[key]; ok {
		return
	}
	if len(c.passed) < maxPassed {
		c.passed[key] = reason
	}
	c.count(reason, 1)
	c.observer.Outcome(Outcome{URL: url, Parent: parent, Reason: reason})
}

// count counts URLs that have no entry of their own in the journal.
func (c *crawl) count(reason SkipReason, n int) {
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
func (c *crawl) passAll(l *Links, parent string, reason SkipReason) {
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
		c.pass(a.URL, parent, SkipNotFollowed)
	}
}

// refusedLinks counts what a page's scan left out.
func (c *crawl) refusedLinks(l *Links, parent string) {
	for _, r := range l.Skipped {
		c.refuse(r.Ref, parent, r.Err)
	}
	c.count(SkipTooManyLinks, l.UnlistedSkips)
}

// refusal is the reason of an error of canonical or links.
func refusal(err error) SkipReason {
	switch {
	case errors.Is(err, links.ErrTooManyLinks):
		return SkipTooManyLinks
	case errors.Is(err, canonical.ErrScheme):
		return SkipScheme
	case errors.Is(err, canonical.ErrTooLong):
		return SkipURLTooLong
	case errors.Is(err, canonical.ErrUserinfo):
		return SkipUserinfo
	default:
		return SkipInvalidURL
	}
}

// leave counts what a crawl that is over leaves in its queue. One that was stopped
// leaves nothing: the next crawl goes on with it.
func (c *crawl) leave(over StopReason) {
	reason := SkipLowScore
	switch over {
	case StopInterrupted:
		return
	case StopPageLimit, StopBudgetSpent:
		reason = SkipPageLimit
	case StopTimeLimit:
		reason = SkipTimeLimit
	}
	for _, it := range c.frontier.Clear() {
		c.tally.skipped[reason]++
		c.tell(&it, Outcome{Reason: reason})
	}
}
