package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// holdLease runs do while it renews the lease l to ttl. If another process takes the lease,
// holdLease cancels the context of do and returns store.ErrFenced. Other errors of a renewal do not
// end do, because the next renewal may succeed before another process takes the lease.
func (s leaseStore) holdLease(ctx context.Context, l store.Lease, ttl time.Duration, do func(context.Context) error) error {
	held, lost := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(held)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		renewals := time.NewTicker(ttl / 3)
		defer renewals.Stop()
		for {
			select {
			case <-renewing.Done():
				return
			case <-renewals.C:
				if _, err := s.RenewLease(renewing, l, ttl); errors.Is(err, store.ErrFenced) {
					lost(err)
					return
				}
			}
		}
	}()
	err := do(held)
	stop()
	<-ended
	if cause := context.Cause(held); err != nil && errors.Is(cause, store.ErrFenced) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	lost(nil)
	return err
}
