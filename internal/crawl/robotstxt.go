package crawl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/robots"
)

// robotsRedirects are followed, across hosts: RFC 9309 section 2.3.1.2 asks for at
// least five.
const robotsRedirects = 5

// question is a host's robots.txt that has not been had yet.
type question struct {
	host string   // whose rules they will be
	at   *url.URL // where they are asked for next
	hops int
	// tries are the requests before this one that brought no answer.
	tries int
}

// ask queues the question for a host's robots.txt.
func (c *crawl) ask(host, origin string) {
	at, err := url.Parse(origin + "/robots.txt")
	if err != nil {
		c.answered(outcome{host: host, robots: robots.FromStatus(0, err), reason: SkipInvalidURL})
		return
	}
	c.questions = append(c.questions, question{host: host, at: at})
}

// askNow asks what may be asked now. A question takes its host's turn, and that of
// another host where a redirect leads there. wait is as Frontier.Next has it.
func (c *crawl) askNow(ctx context.Context, now time.Time) (wait time.Duration) {
	left := c.questions[:0]
	for _, q := range c.questions {
		at := hostKey(q.at)
		if c.leases != nil {
			h := c.host(at)
			if h.busy {
				c.answered(unasked(q))
				continue
			}
			if !c.mine(h) {
				c.move(ctx, h)
				left = append(left, q)
				continue
			}
		}
		ok, w := c.frontier.AcquireSlot(at, now)
		if ok {
			c.work(outcome{kind: robotsOutcome, host: q.host, question: q}, func(o *outcome) { c.readRobots(ctx, o) })
			continue
		}
		left = append(left, q)
		if w > 0 && (wait == 0 || w < wait) {
			wait = w
		}
	}
	c.questions = left
	return wait
}

// readRobots does one request for a host's robots.txt. Of a longer file the first
// robots.MaxBytes are read.
func (c *crawl) readRobots(ctx context.Context, o *outcome) {
	res, err := c.get(ctx, o, fetch.Request{URL: o.question.at.String(), NoRedirects: true, MaxBody: robots.MaxBytes + 1, Truncate: true})
	if err != nil {
		o.robots, o.reason = robots.FromStatus(0, err), SkipRobotsUnreachable
		if fe := (*fetch.Error)(nil); errors.As(err, &fe) && (o.question.hops == 0 || fe.Reason == fetch.BlockedAddress) {
			o.reason = SkipReason(fe.Reason)
		}
		return
	}
	o.reason, o.status, o.retry = SkipRobotsUnreachable, res.Status, res.RetryAfter
	switch {
	case res.Status >= 200 && res.Status < 300:
		o.robots = robots.Parse(res.Body)
	case res.Status >= 300 && res.Status < 400:
		o.location = res.Header.Get("Location")
		o.robots = robots.FromStatus(http.StatusNotFound, nil) // should it lead nowhere
	default:
		o.robots = robots.FromStatus(res.Status, nil)
	}
}

// answered takes what came of a question: another one, or the host's rules. They
// are the first host's whoever sent them (RFC 9309 section 2.3.1.2).
func (c *crawl) answered(o outcome) {
	if o.location != "" && o.question.hops < robotsRedirects {
		if _, next, err := canonical.URL(o.question.at, o.location); err == nil {
			c.questions = append(c.questions, question{host: o.host, at: next, hops: o.question.hops + 1, tries: o.question.tries})
			return
		}
	}
	if o.robots.Unreachable && c.askAgain(o) {
		return
	}
	h := c.host(o.host)
	h.preparing, h.prepared = false, true
	h.rules = o.robots.GroupFor(UserAgentToken)
	h.sitemaps, h.rulesAt = o.robots.Sitemaps, o.question.at
	if o.robots.Unreachable {
		h.unknown, h.status = o.reason, o.status
	}
	c.rules.learn(o.host, h.rules, o.robots.Unreachable)
	c.reopen(h)
	if c.plan.Delay > 0 {
		c.frontier.RaiseDelay(o.host, h.rules.CrawlDelay)
	}
}

// askAgain puts a question that brought no answer again, as a page would be asked for
// again: as often, and when the host says.
func (c *crawl) askAgain(o outcome) bool {
	q := o.question
	q.tries++
	switch o.reason {
	case SkipRobotsUnreachable, SkipTimeout, SkipConnect, SkipTLS, SkipBadResponse:
	default:
		return false
	}
	if q.at == nil || q.tries >= maxTries || o.retry > maxWait {
		return false
	}
	wait := o.retry
	if wait == 0 {
		wait = backoff(q.tries)
	}
	c.frontier.Postpone(hostKey(q.at), time.Now().Add(wait))
	c.questions = append(c.questions, q)
	return true
}

// robotsFault says of the first host whose robots.txt could not be had how it
// answered or, if it did not, for what reason; both are "" if there is none.
func (c *crawl) robotsFault() (answer string, silence SkipReason) {
	for _, name := range slices.Sorted(maps.Keys(c.hosts)) {
		switch h := c.hosts[name]; {
		case h.unknown == "":
		case h.status == 0:
			return "", h.unknown
		default:
			return fmt.Sprintf("robots.txt of %s answers %d", name, h.status), ""
		}
	}
	return "", ""
}
