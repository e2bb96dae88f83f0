package turns

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Turn is a host that is this crawl's until it is given back or lost.
type Turn struct {
	hosts *Hosts
	host  string
	lease store.Lease
	since time.Time
	// until is when the lease runs out if it is not renewed, in nanoseconds after
	// began: the monotonic clock's, which goes on while a process is stopped.
	began time.Time
	until atomic.Int64
	over  atomic.Bool
	stop  context.CancelFunc
	done  chan struct{}
}

// begin is a turn under a lease that was asked for at a time.
func (h *Hosts) begin(ctx context.Context, host string, l store.Lease, asked time.Time) *Turn {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // Give ends it
	t := &Turn{hosts: h, host: host, lease: l, began: asked, since: time.Now().Add(-l.IdleFor), stop: stop, done: make(chan struct{})}
	t.until.Store(int64(h.Lease))
	go t.keep(ctx)
	return t
}

// keep renews the lease until Give, and looks whether others wait for the host.
func (t *Turn) keep(ctx context.Context) {
	defer close(t.done)
	every := t.hosts.Lease / 3
	tick := time.NewTicker(every)
	defer tick.Stop()
	looked := t.began
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		one, cancel := context.WithTimeout(ctx, every)
		asked := time.Now()
		switch _, err := t.hosts.Leases.RenewLease(one, t.lease, t.hosts.Lease); {
		case err == nil:
			t.until.Store(int64(asked.Sub(t.began) + t.hosts.Lease))
		case errors.Is(err, store.ErrFenced):
			t.over.Store(true)
			cancel()
			return
		case ctx.Err() == nil:
			t.hosts.Log.V(1).Info("host's lease not renewed", "host", t.host, "error", err.Error())
		}
		if !t.over.Load() && asked.Sub(looked) >= t.hosts.Tenure {
			if looked = asked; t.hosts.wanted(one, t.host) {
				t.hosts.yield(t.host)
				t.over.Store(true)
			}
		}
		cancel()
	}
}

// yield remembers that others go first at a host.
func (h *Hosts) yield(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.yielded[host] = true
}

// IdleSince implements crawl.HostLease.
func (t *Turn) IdleSince() time.Time { return t.since }

// ShouldRelease implements crawl.HostLease.
func (t *Turn) ShouldRelease() bool {
	return t.over.Load() || time.Since(t.began) >= time.Duration(t.until.Load())
}

// Release implements crawl.HostLease: the lease runs out when the host may be asked again. A
// store that does not answer lets it run out later.
func (t *Turn) Release(ctx context.Context, until time.Time) {
	t.stop()
	<-t.done
	if until.Before(t.since) {
		until = t.since
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveTimeout)
	defer cancel()
	// Stores count in milliseconds; the part of one that is cut off is the host's.
	_, err := t.hosts.Leases.RenewLease(ctx, t.lease, time.Until(until)+time.Millisecond)
	if err != nil && !errors.Is(err, store.ErrFenced) {
		t.hosts.Log.V(1).Info("host not given back, its lease runs out", "host", t.host, "error", err.Error())
	}
}
