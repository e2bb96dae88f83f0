package soak

import (
	"context"
	"errors"
	"sync"
	"time"
)

// settleTime is longer than the time after which HTTP clients close idle connections, 90 s, and after which
// the Go runtime collects garbage although nothing is allocated, 2 minutes. settledSamples is the number of
// samples, the last of that time, whose greatest numbers count before the faults. idleTimeout bounds the wait
// after the faults.
const (
	settleTime     = 150 * time.Second
	settledSamples = 6
	idleTimeout    = 5 * time.Minute
)

// measurement is what was measured while faults were injected.
type measurement struct {
	before, after sample
	samples       []sample
	faults        map[string]int
	took          time.Duration
	requests      int // of the user, that succeeded
	failures      int // of the user
}

// measure warms the process up, samples it when it is idle, then crawls while inject injects faults,
// and samples it again when it is idle.
func (s *soak) measure(ctx context.Context, o Options, inject func(ctx, stop context.Context) error) (m measurement, err error) {
	running, stopRunning := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stopRunning()
	background.Go(func() { s.follower.follow(running) })
	if err := s.warmUp(ctx); err != nil {
		return m, err
	}
	if m.before, err = s.idle(ctx, nil); err != nil {
		return m, err
	}
	stop, cancel := context.WithTimeout(running, o.Duration)
	defer cancel()
	startedAt := time.Now()
	var errs [3]error
	var all sync.WaitGroup
	all.Go(func() { errs[0] = inject(ctx, stop); stopOn(errs[0], cancel) })
	all.Go(func() { errs[1] = s.crawls.repeat(ctx, stop, o.Seed); stopOn(errs[1], cancel) })
	all.Go(func() { m.samples, errs[2] = watch(stop, s.measured); stopOn(errs[2], cancel) })
	all.Go(func() { m.requests, m.failures = s.crawls.api.browse(stop) })
	all.Wait()
	m.took = time.Since(startedAt)
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	if !s.measured.running() {
		return m, errors.New("the measured process has ended")
	}
	// Every company is crawled once more without faults, so that each site's last editions are stored.
	if err := s.crawls.round(ctx); err != nil {
		return m, err
	}
	m.after, err = s.idle(ctx, &m.before)
	return m, err
}

// users is the number of users while the process warms up. So many fill the pools of connections to the store,
// which keep their connections when the process is idle.
const users = 6

// warmUp crawls each company once while several users send requests.
func (s *soak) warmUp(ctx context.Context) error {
	browsing, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for range users {
		all.Go(func() { s.crawls.api.browse(browsing) })
	}
	return s.crawls.round(ctx)
}

func stopOn(err error, cancel context.CancelFunc) {
	if err != nil {
		cancel()
	}
}

// idle waits until the process has closed idle connections and collected its garbage, and samples it. If there
// is a sample from before, it waits longer until the process needs no more goroutines and descriptors than
// before. The numbers vary by one or two when nothing happens; before the faults, the greatest ones count.
func (s *soak) idle(ctx context.Context, before *sample) (last sample, err error) {
	limit, cancel := context.WithTimeout(ctx, idleTimeout)
	defer cancel()
	var all []sample
	err = await(limit, interval/2, func() (bool, error) {
		now, err := take(ctx, s.measured)
		all = append(all, now)
		if err != nil || now.at.Sub(all[0].at) < settleTime {
			return false, err
		}
		return before == nil || now.goroutines <= before.goroutines && now.descriptors <= before.descriptors, nil
	})
	last = all[len(all)-1]
	if before == nil {
		for _, x := range all[max(len(all)-settledSamples, 0):] {
			last.goroutines, last.descriptors = max(last.goroutines, x.goroutines), max(last.descriptors, x.descriptors)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil // the report compares the numbers with the limits
	}
	return last, err
}
