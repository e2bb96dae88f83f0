package hostlease

import (
	"context"
	"errors"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// position is the position at the head of a host's wait queue.
type position struct {
	leases    *Leases
	name      string
	lease     store.Lease // without a name while another crawl holds the position
	renewedAt time.Time
}

// acquire acquires the position, or renews it when a third of its duration has passed.
func (p *position) acquire(ctx context.Context) error {
	if p.lease.Name != "" && time.Since(p.renewedAt) < p.leases.Duration/3 {
		return nil
	}
	now := time.Now()
	lease, err := p.leases.Store.AcquireLease(ctx, p.name, p.leases.Holder, p.leases.Duration)
	if err != nil {
		return err
	}
	p.lease, p.renewedAt = lease, now
	return nil
}

// release lets the next crawl acquire the position.
func (p *position) release(ctx context.Context) {
	if p.lease.Name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := p.leases.Store.ReleaseLease(ctx, p.lease); err != nil {
		p.leases.Log.V(1).Info("failed to release lease", "lease", p.name, "error", err.Error())
	}
}

// hasWaiters reports whether another crawl waits for a host.
func (l *Leases) hasWaiters(ctx context.Context, host string) bool {
	lease, err := l.Store.AcquireLease(ctx, QueueLeaseName(host), l.Holder, l.Duration)
	if err == nil {
		_ = l.Store.ReleaseLease(ctx, lease) // it expires by itself otherwise
	}
	return errors.Is(err, store.ErrConflict)
}
