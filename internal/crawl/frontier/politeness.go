package frontier

import "time"

// politeness is the request state of one host. It permits one request at a time, and
// the next one after a delay.
type politeness struct {
	busy            bool      // a request is in flight
	nextAllowed     time.Time // earliest time of the next request
	prevNextAllowed time.Time // nextAllowed before the last request started
	lastStarted     time.Time // start of the last request
	delay           time.Duration
}

// wait returns the time until the delay permits a request, 0 or less if it permits one
// now.
func (p *politeness) wait(now time.Time) time.Duration { return p.nextAllowed.Sub(now) }

// startRequest starts a request and the delay after it.
func (p *politeness) startRequest(now time.Time) {
	p.busy = true
	p.lastStarted = now
	p.prevNextAllowed, p.nextAllowed = p.nextAllowed, now.Add(p.delay)
}

// endRequest ends the request in flight. The delay continues.
func (p *politeness) endRequest() { p.busy = false }

// undoDelay restores nextAllowed to its value before the last request, unless it was postponed
// since.
func (p *politeness) undoDelay() {
	if p.nextAllowed.Equal(p.lastStarted.Add(p.delay)) {
		p.nextAllowed = p.prevNextAllowed
	}
}

// raiseDelay raises the delay to d. It never lowers the delay.
func (p *politeness) raiseDelay(d time.Duration) { p.delay = max(p.delay, d) }

// postpone forbids requests before until.
func (p *politeness) postpone(until time.Time) {
	if until.After(p.nextAllowed) {
		p.nextAllowed = until
	}
}

// Each delay is longer by one part in delayMarginDivisor. The host sees a shorter
// interval if a request takes longer to arrive than the next one.
// Among 12,000 requests on two cores, intervals of 250 ms shrank by up to 2.4 ms in one
// run and by up to 6.7 ms in another.
const delayMarginDivisor = 50

// markSent restarts the delay at the time at which the last request was written.
func (p *politeness) markSent(at time.Time) {
	if p.delay > 0 {
		p.postpone(at.Add(p.delay + p.delay/delayMarginDivisor))
	}
}
