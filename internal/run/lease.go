package run

import (
	"context"
	"errors"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// LeaseName returns the name of the lease that the one active run of a company holds.
func LeaseName(company string) string { return "run/" + company }

// releaseTimeout bounds the release of a lease, which expires by itself otherwise.
const releaseTimeout = 5 * time.Second

// renewLease renews a lease until release is called, which releases it. If another worker
// has taken the lease over, the context is cancelled with store.ErrFenced as its cause.
func (r *Runner) renewLease(parent context.Context, lease store.Lease) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	stop := repeat(ctx, r.leaseDuration()/3, func(ctx context.Context) {
		_, err := r.Store.RenewLease(ctx, lease, r.leaseDuration())
		switch {
		case errors.Is(err, store.ErrFenced):
			cancel(err)
		case err != nil && ctx.Err() == nil:
			r.Log.Error(err, "failed to renew lease", "lease", lease.Name)
		}
	})
	return ctx, func() {
		cancel(nil)
		stop()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), releaseTimeout)
		defer cancel()
		if err := r.Store.ReleaseLease(ctx, lease); err != nil {
			r.Log.Error(err, "failed to release lease", "lease", lease.Name)
		}
	}
}

// repeat calls f at an interval, in a goroutine of its own, until ctx ends or stop is
// called. stop waits for a call in progress to return.
func repeat(ctx context.Context, interval time.Duration, f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f(ctx)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
