package crawl

import (
	"context"
	"errors"
	"sync"
	"time"
)

// HostLeases shares hosts among crawls in any number of processes. A crawl that has
// them sends a host no request, not even for robots.txt, before it holds its lease.
type HostLeases interface {
	// Acquire waits until this crawl holds the lease of a host, which is given as
	// host:port, without the port if it is the default of the scheme. ErrHostBusy
	// means that the wait timed out; any other error ends the crawl. Every lease is
	// released.
	Acquire(ctx context.Context, host string) (HostLease, error)
}

// HostLease is the right to send requests to a host.
type HostLease interface {
	// IdleSince returns a time after which no crawl had sent the host a request when
	// this lease was acquired.
	IdleSince() time.Time
	// ShouldRelease reports that the lease is to be released as soon as no request is
	// in flight: another crawl waits for the host, or the lease was lost. It is called
	// before every request and must not block.
	ShouldRelease() bool
	// Release releases the host, which is to receive no request before notBefore. ctx
	// may have ended: Release bounds its own time.
	Release(ctx context.Context, notBefore time.Time)
}

// ErrHostBusy means that other crawls held the lease of a host for too long.
var ErrHostBusy = errors.New("other crawls hold the host")

const (
	// leaseCheckInterval is how often leases are checked that no request checks.
	leaseCheckInterval = time.Second
	// leaseIdleTimeout is how long a lease is held while the host could be sent a
	// request and is not: one page often leads to the next.
	leaseIdleTimeout = 3 * time.Second
)

// holdsLease reports whether the crawl may send a host requests as far as other crawls
// are concerned.
func (hs *hosts) holdsLease(h *host) bool {
	return hs.leases == nil || h.lease != nil && !h.lease.ShouldRelease()
}

// acquireOrReleaseLease starts to acquire the lease of a host, or to release one that is to be
// released. While requests are in flight it does nothing; releaseIdle comes back.
func (hs *hosts) acquireOrReleaseLease(ctx context.Context, h *host) {
	switch {
	case h.leasePending || h.leaseTimedOut:
	case h.lease == nil:
		h.leasePending = true
		hs.leaseTasks++
		hs.frontier.Block(h.name)
		hs.tasks.start(taskResult{kind: leaseTask, host: h.name}, func(r *taskResult) {
			r.lease, r.err = hs.leases.Acquire(ctx, r.host)
		})
	case hs.frontier.HostInFlight(h.name) == 0:
		lease, notBefore := h.lease, hs.frontier.NextAllowed(h.name)
		h.lease, h.leasePending = nil, true
		hs.leaseTasks++
		hs.frontier.Block(h.name)
		hs.tasks.start(taskResult{kind: leaseTask, host: h.name, released: true}, func(*taskResult) { lease.Release(ctx, notBefore) })
	}
}

// handleLease handles the end of an attempt to acquire or release a lease. What is
// still queued of a released host acquires it again.
func (hs *hosts) handleLease(ctx context.Context, r *taskResult) error {
	h := hs.get(r.host)
	h.leasePending = false
	hs.leaseTasks--
	switch {
	case r.released:
	case r.lease != nil:
		h.lease, h.leasedAt = r.lease, time.Now()
		hs.frontier.MarkSent(h.name, r.lease.IdleSince())
	case ctx.Err() != nil:
		return nil //nolint:nilerr // the crawl ended; that is not a failure of the lease
	case r.err == nil || errors.Is(r.err, ErrHostBusy): // neither a lease nor an error: the task panicked
		h.leaseTimedOut = true
		hs.skipQueued(h.name, SkipHostBusy)
	default:
		return r.err
	}
	hs.unblock(h)
	return nil
}

// unblock lets the frontier give out items of a host, unless the crawl waits for its
// robots.txt or its lease.
func (hs *hosts) unblock(h *host) {
	if !h.leasePending && !h.robotsPending {
		hs.frontier.Unblock(h.name)
	}
}

// releaseIdle releases the leases that are to be released and those that are not used.
func (hs *hosts) releaseIdle(ctx context.Context, now time.Time) {
	for _, h := range hs.byName {
		if h.lease == nil {
			continue
		}
		idle := min(now.Sub(h.leasedAt), now.Sub(hs.frontier.NextAllowed(h.name)))
		if idle > leaseIdleTimeout || h.lease.ShouldRelease() {
			hs.acquireOrReleaseLease(ctx, h)
		}
	}
}

// releaseAll releases every lease, at the end of the crawl. acquired are leases whose
// tasks ended after the scheduler did.
func (hs *hosts) releaseAll(ctx context.Context, acquired []*taskResult) {
	for _, r := range acquired {
		hs.get(r.host).lease = r.lease
	}
	var all sync.WaitGroup
	for _, h := range hs.byName {
		if h.lease != nil {
			lease, notBefore := h.lease, hs.frontier.NextAllowed(h.name)
			h.lease = nil
			all.Go(func() { lease.Release(ctx, notBefore) })
		}
	}
	all.Wait()
}
