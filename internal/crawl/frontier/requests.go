package frontier

import "time"

// AcquireSlot starts a request that is not an item of the queue, such as one for
// robots.txt. ReleaseSlot ends it. Delay and limits apply as to items, but Block does
// not. If ok is false, wait is the time until a slot may be free; 0 means that a request
// must end first.
func (f *Frontier) AcquireSlot(name string, now time.Time) (ok bool, wait time.Duration) {
	h := f.hosts.get(name)
	if h.politeness.busy {
		return false, 0
	}
	if d := h.politeness.wait(now); d > 0 {
		return false, d
	}
	if hasCapacity, wait := f.hosts.capacity(now); !hasCapacity {
		return false, wait
	}
	f.hosts.startRequest(h, now)
	return true, 0
}

// ReleaseSlot ends a request that AcquireSlot started.
func (f *Frontier) ReleaseSlot(name string) { f.hosts.endRequest(f.hosts.get(name)) }

// InFlight returns the number of requests that Next or AcquireSlot started and that
// have not ended.
func (f *Frontier) InFlight() int { return f.hosts.inFlight }

// HostInFlight returns the number of a host's requests that have not ended: 0 or 1.
func (f *Frontier) HostInFlight(name string) int {
	if f.hosts.get(name).politeness.busy {
		return 1
	}
	return 0
}

// Block keeps Next from returning a host's items, for example until its robots.txt is
// known.
func (f *Frontier) Block(name string) { f.hosts.get(name).blocked = true }

// Unblock reverses Block.
func (f *Frontier) Unblock(name string) { f.hosts.get(name).blocked = false }

// RaiseDelay raises a host's delay to d, its Crawl-delay, but not beyond MaxDelay. It
// never lowers the delay. It returns the delay and reports whether it has changed.
func (f *Frontier) RaiseDelay(name string, d time.Duration) (delay time.Duration, raised bool) {
	p := &f.hosts.get(name).politeness
	before := p.delay
	p.raiseDelay(min(d, f.maxDelay))
	return p.delay, p.delay > before
}

// Postpone forbids requests to a host before until.
func (f *Frontier) Postpone(name string, until time.Time) {
	f.hosts.get(name).politeness.postpone(until)
}

// MarkSent records when the last request to a host was written. The delay starts at that
// time, because connecting and waiting for a busy CPU take time.
func (f *Frontier) MarkSent(name string, at time.Time) { f.hosts.get(name).politeness.markSent(at) }

// NextAllowed returns the earliest time of the next request to a host. It is the zero
// time if the host has had no request and was not postponed.
func (f *Frontier) NextAllowed(name string) time.Time {
	return f.hosts.get(name).politeness.nextAllowed
}
