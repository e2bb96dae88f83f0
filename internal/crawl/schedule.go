package crawl

import (
	"context"
	"time"
)

// run is the scheduler: it hands out tasks, takes back outcomes and decides when
// it is over. It waits for every worker before it returns.
func (c *crawl) run(parent context.Context) (Result, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	c.started = time.Now()
	deadline := time.NewTimer(c.plan.TimeLimit)
	defer deadline.Stop()

	if err := c.restore(); err != nil {
		return Result{Reason: StopSiteUnreachable}, err
	}
	c.seed()
	if err := c.flush(ctx); err != nil {
		return c.result(StopInterrupted), err
	}
	reason, err := c.loop(ctx, deadline.C)
	cancel()
	c.drain()
	c.giveAll(context.WithoutCancel(parent))
	if err == nil {
		c.leave(reason)
	}
	if ferr := c.flush(context.WithoutCancel(parent)); err == nil {
		err = ferr
	}
	return c.result(reason), err
}

// loop runs until a reason to stop is there.
func (c *crawl) loop(ctx context.Context, deadline <-chan time.Time) (StopReason, error) {
	wake := time.NewTimer(time.Hour)
	defer wake.Stop()
	var look <-chan time.Time
	if c.leases != nil {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		look = tick.C
	}
	for {
		wait, reason := c.dispatch(ctx)
		if reason != "" {
			return reason, nil
		}
		var timer <-chan time.Time
		if wait > 0 {
			wake.Reset(wait)
			timer = wake.C
		}
		select {
		case o := <-c.outcomes:
			c.workers--
			if err := c.settle(ctx, o); err != nil {
				if ctx.Err() != nil {
					return StopInterrupted, nil
				}
				return StopInterrupted, err
			}
		case <-timer:
		case now := <-look:
			c.look(ctx, now)
		case <-deadline:
			return StopTimeLimit, nil
		case <-ctx.Done():
			return StopInterrupted, nil
		}
	}
}

// dispatch starts all the work that may be started now. It returns how long
// until a host is free again, or the reason why nothing will ever be.
func (c *crawl) dispatch(ctx context.Context) (wait time.Duration, over StopReason) {
	for c.tally.requests < c.plan.MaxPages {
		asking := c.askNow(ctx, time.Now())
		gate, over := c.gate()
		if over != "" {
			if c.busy() {
				return asking, ""
			}
			if !c.rescue(ctx) {
				return 0, over
			}
			continue
		}
		it, ok, w := c.frontier.Next(time.Now(), gate)
		if !ok {
			if wait = asking; wait == 0 || w > 0 && w < wait {
				wait = w
			}
			break
		}
		c.start(ctx, it)
	}
	full := c.tally.requests >= c.plan.MaxPages
	if c.fetching() || !full && (c.busy() || wait > 0) {
		return wait, ""
	}
	switch {
	case full && c.frontier.Queued() > 0:
		return 0, StopPageLimit
	case c.rescue(ctx):
		return c.dispatch(ctx)
	default:
		return 0, StopFrontierEmpty
	}
}

// busy says whether something is under way that may bring further URLs.
func (c *crawl) busy() bool { return c.workers > 0 || len(c.questions) > 0 }

// fetching says whether a request is under way.
func (c *crawl) fetching() bool { return c.workers > c.waiting }

// drain waits for the workers that are still there; what they bring is dropped,
// their items are still in the journal and are fetched by the next process.
func (c *crawl) drain() {
	for ; c.workers > 0; c.workers-- {
		o := <-c.outcomes
		if o.turn != nil {
			c.host(o.host).turn = o.turn // it came at the last moment, and is given back too
		}
		if o.page != nil && o.err == nil {
			c.fetched(o, o.reason)
		}
	}
}

// result says how it ended.
func (c *crawl) result(reason StopReason) Result {
	t := &c.tally
	if t.fetched == 0 && (reason == StopFrontierEmpty || reason == StopConverged) {
		switch {
		case t.robots > 0 && t.denied == 0 && t.unreachable == 0:
			reason = StopRobotsDisallowed
		case t.denied > 0:
			reason = StopAccessDenied
		default:
			reason = StopSiteUnreachable
		}
	}
	res := Result{Reason: reason, Progress: c.progress()}
	if reason == StopSiteUnreachable {
		res.RobotsFailure, res.NetworkFailure = c.robotsFault()
	}
	return res
}

func (c *crawl) progress() Progress {
	t := &c.tally
	skipped := make(map[SkipReason]int, len(t.skipped))
	for k, v := range t.skipped {
		skipped[k] = v
	}
	return Progress{
		Fetched: t.fetched, Queued: c.frontier.Queued(), InFlight: min(c.frontier.InFlight(), c.workers), Failed: t.failed,
		Skipped: skipped, LegalFound: t.legal, CurrentHost: t.host, Elapsed: time.Since(c.started),
	}
}
