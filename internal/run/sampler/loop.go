package sampler

import (
	"context"
	"time"
)

// sampleEvery passes a sample to set at once and after each interval, until ctx ends. It passes an
// error of sample to failed.
func sampleEvery[T any](ctx context.Context, interval time.Duration, sample func(context.Context, time.Time) (T, error), set func(T), failed func(error)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		s, err := sample(ctx, time.Now())
		switch {
		case err == nil:
			set(s)
		case ctx.Err() == nil:
			failed(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
