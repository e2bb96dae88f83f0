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
	// Acquire waits until this crawl holds the lease of a host: a host name, followed by
	// ":port" unless the port is the default of the scheme. ErrHostBusy means that the
	// wait timed out; any other error ends the crawl. The engine releases every lease.
	Acquire(ctx context.Context, host string) (HostLease, error)
}

// HostLease is the right to send requests to a host.
type HostLease interface {
	// IdleSince returns the time since which no crawl had sent the host a request when this
	// lease was acquired.
	IdleSince() time.Time
	// ShouldRelease reports whether the engine should release the lease once no request is
	// in flight, because another crawl waits for the host or the lease was lost. It is
	// called before every request and must not block.
	ShouldRelease() bool
	// Release releases the lease. The host must receive no request before notBefore. ctx
	// may have ended; Release limits its own duration.
	Release(ctx context.Context, notBefore time.Time)
}

// ErrHostBusy means that other crawls held the lease of a host for too long.
var ErrHostBusy = errors.New("other crawls hold the host")

const (
	// leaseCheckInterval is how often the leases of hosts without requests are checked.
	leaseCheckInterval = time.Second
	// leaseIdleTimeout is how long a lease is held while its host may receive a request but
	// the crawl has none. A page often links to more pages of its host.
	leaseIdleTimeout = 3 * time.Second
)

// holdsLease reports whether the crawl holds the lease of a host and may use it, or needs
// no lease.
func (hs *hosts) holdsLease(h *host) bool {
	return hs.leases == nil || h.lease != nil && !h.lease.ShouldRelease()
}

// acquireOrReleaseLease starts a task that acquires the lease of a host, or that releases
// the lease if the crawl holds it. It releases no lease while a request is in flight;
// releaseIdle tries again.
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

// handleLease handles the result of acquiring or releasing a lease. If a released host has
// queued items, the next one acquires the lease again.
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
	case r.err == nil || errors.Is(r.err, ErrHostBusy): // no lease and no error: the task panicked
		h.leaseTimedOut = true
		hs.reportPause(h.name, SkipHostBusy, 0)
		hs.skipQueued(h.name, SkipHostBusy)
	default:
		return r.err
	}
	hs.unblock(h)
	return nil
}

// unblock unblocks a host in the frontier unless its robots.txt or its lease is pending.
func (hs *hosts) unblock(h *host) {
	if !h.leasePending && !h.robotsPending {
		hs.frontier.Unblock(h.name)
	}
}

// releaseIdle releases the leases that another crawl waits for, that are lost or idle.
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

// releaseAll releases every lease at the end of the crawl. acquired are the results with a
// lease that the scheduler has not handled.
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
