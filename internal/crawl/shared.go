package crawl

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/crawl/robots"
)

// HostLeases lets crawls that may be anywhere share hosts: where a Plan has it, a crawl
// asks a host nothing, robots.txt included, before it has its turn there.
type HostLeases interface {
	// Acquire waits until host (host:port, without the port where it is the scheme's
	// own) is this crawl's. ErrHostBusy says that it waited for as long as it would;
	// any other error ends the crawl. Every Turn is given back.
	Acquire(ctx context.Context, host string) (HostLease, error)
}

// HostLease is a host that is one crawl's for a while.
type HostLease interface {
	// IdleSince is a time after which nobody had asked the host anything when the turn began.
	IdleSince() time.Time
	// ShouldRelease says that the turn is to be given back as soon as no request is in flight:
	// another crawl waits for the host, or the turn was lost. It is asked before
	// every request and must not block.
	ShouldRelease() bool
	// Release gives the host back, to be asked nothing before until. It must bound itself:
	// ctx may have ended.
	Release(ctx context.Context, until time.Time)
}

// ErrHostBusy says that a host was other crawls' for too long.
var ErrHostBusy = errors.New("other crawls have the host")

const (
	// lookEvery is how often turns are looked at that no request looks at.
	lookEvery = time.Second
	// idleAfter is how long a host is kept that could be asked and is not: one page
	// often leads to the next.
	idleAfter = 3 * time.Second
)

// mine says whether a host may be asked now, as far as other crawls are concerned.
func (c *crawl) mine(h *hostState) bool {
	return c.leases == nil || h.turn != nil && !h.turn.ShouldRelease()
}

// move asks for a host's turn, or gives back one that is over. Where requests are
// still in flight, look does so once they have ended.
func (c *crawl) move(ctx context.Context, h *hostState) {
	switch {
	case h.moving || h.busy:
	case h.turn == nil:
		c.take(ctx, h)
	case c.frontier.HostInFlight(h.name) == 0:
		c.give(ctx, h)
	}
}

// take asks for a host's turn.
func (c *crawl) take(ctx context.Context, h *hostState) {
	h.moving = true
	c.frontier.Block(h.name)
	c.waiting++
	c.work(outcome{kind: turnOutcome, host: h.name}, func(o *outcome) {
		o.turn, o.err = c.leases.Acquire(ctx, o.host)
	})
}

// give gives a host back; what is still queued of it asks for another turn.
func (c *crawl) give(ctx context.Context, h *hostState) {
	turn, until := h.turn, c.frontier.NextAllowed(h.name)
	h.turn, h.moving = nil, true
	c.frontier.Block(h.name)
	c.waiting++
	c.work(outcome{kind: turnOutcome, host: h.name, gave: true}, func(*outcome) { turn.Release(ctx, until) })
}

// turned takes what came of a turn that was asked for or given back.
func (c *crawl) turned(ctx context.Context, o outcome) error {
	h := c.host(o.host)
	h.moving = false
	c.waiting--
	switch {
	case o.gave:
	case o.turn != nil:
		h.turn, h.began = o.turn, time.Now()
		c.frontier.MarkSent(h.name, o.turn.IdleSince())
	case ctx.Err() != nil:
		return nil //nolint:nilerr // no failure: the crawl is over
	case o.err == nil || errors.Is(o.err, ErrHostBusy): // without an error it broke
		h.busy = true
		c.giveUp(h.name, SkipHostBusy)
	default:
		return o.err
	}
	c.reopen(h)
	return nil
}

// reopen lets a host go on unless its robots.txt or its turn is waited for.
func (c *crawl) reopen(h *hostState) {
	if !h.moving && !h.preparing {
		c.frontier.Unblock(h.name)
	}
}

// look gives back the hosts whose turn is over and those that nothing is asked.
func (c *crawl) look(ctx context.Context, now time.Time) {
	for _, h := range c.hosts {
		if h.turn == nil {
			continue
		}
		idle := min(now.Sub(h.began), now.Sub(c.frontier.NextAllowed(h.name)))
		if idle > idleAfter || h.turn.ShouldRelease() {
			c.move(ctx, h)
		}
	}
}

// giveAll gives back every host, at the crawl's end.
func (c *crawl) giveAll(ctx context.Context) {
	var all sync.WaitGroup
	for _, h := range c.hosts {
		if h.turn != nil {
			turn, until := h.turn, c.frontier.NextAllowed(h.name)
			h.turn = nil
			all.Go(func() { turn.Release(ctx, until) })
		}
	}
	all.Wait()
}

// unasked is the answer to a question for a host that is busy.
func unasked(q question) outcome {
	return outcome{host: q.host, question: q, robots: robots.FromStatus(0, ErrHostBusy), reason: SkipHostBusy}
}
