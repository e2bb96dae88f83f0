package hostlease

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Lease is a host that this crawl holds until the lease is released or lost.
type Lease struct {
	leases    *Leases
	host      string
	stored    store.Lease
	idleSince time.Time
	// expiresAfter is the time in nanoseconds from requestedAt to the expiry of the lease
	// without a further renewal. Both use the monotonic clock, which continues while the
	// process is stopped.
	requestedAt  time.Time
	expiresAfter atomic.Int64
	mustRelease  atomic.Bool
	stopRenewal  context.CancelFunc
	renewalEnded chan struct{}
}

var _ crawl.HostLease = (*Lease)(nil)

// newLease returns a Lease and starts to renew it. stored was requested from the store at
// requestedAt.
func (l *Leases) newLease(ctx context.Context, host string, stored store.Lease, requestedAt time.Time) *Lease {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // until Release
	h := &Lease{
		leases: l, host: host, stored: stored, requestedAt: requestedAt, idleSince: time.Now().Add(-stored.IdleFor),
		stopRenewal: stop, renewalEnded: make(chan struct{}),
	}
	h.expiresAfter.Store(int64(l.Duration))
	go h.renewUntilReleased(ctx)
	return h
}

// renewUntilReleased renews the lease until ctx ends or the lease is lost. After each
// MaxHold it checks whether other crawls wait for the host.
func (h *Lease) renewUntilReleased(ctx context.Context) {
	defer close(h.renewalEnded)
	interval := h.leases.Duration / 3
	tick := time.NewTicker(interval)
	defer tick.Stop()
	lastCheck := h.requestedAt
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		call, cancel := context.WithTimeout(ctx, interval)
		lost := h.renew(call)
		if !lost && !h.mustRelease.Load() && now.Sub(lastCheck) >= h.leases.MaxHold {
			lastCheck = now
			if h.leases.hasWaiters(call, h.host) {
				h.leases.recordYield(h.host)
				h.mustRelease.Store(true)
			}
		}
		cancel()
		if lost {
			return
		}
	}
}

// renew renews the lease once and reports whether another crawl holds it now.
func (h *Lease) renew(ctx context.Context) (lost bool) {
	now := time.Now()
	_, err := h.leases.Store.RenewLease(ctx, h.stored, h.leases.Duration)
	switch {
	case err == nil:
		h.expiresAfter.Store(int64(now.Sub(h.requestedAt) + h.leases.Duration))
	case errors.Is(err, store.ErrFenced):
		h.mustRelease.Store(true)
		h.leases.Metrics.CountLost()
		return true
	case !errors.Is(ctx.Err(), context.Canceled): // otherwise the lease is being released
		h.leases.Log.V(1).Info("failed to renew host lease", "host", h.host, "error", err.Error())
	}
	return false
}

// IdleSince implements crawl.HostLease.
func (h *Lease) IdleSince() time.Time { return h.idleSince }

// ShouldRelease implements crawl.HostLease.
func (h *Lease) ShouldRelease() bool {
	return h.mustRelease.Load() || time.Since(h.requestedAt) >= time.Duration(h.expiresAfter.Load())
}

// Release implements crawl.HostLease: the lease expires at nextRequest, the time at which
// the host may receive its next request. If the store is unreachable, the lease expires by
// itself.
func (h *Lease) Release(ctx context.Context, nextRequest time.Time) {
	h.stopRenewal()
	<-h.renewalEnded
	h.leases.recordRelease()
	if nextRequest.Before(h.idleSince) {
		nextRequest = h.idleSince
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	// Stores round times down to milliseconds; the additional one keeps the host's delay.
	_, err := h.leases.Store.RenewLease(ctx, h.stored, time.Until(nextRequest)+time.Millisecond)
	if err != nil && !errors.Is(err, store.ErrFenced) {
		h.leases.Log.V(1).Info("failed to release host lease, it will expire", "host", h.host, "error", err.Error())
	}
}
