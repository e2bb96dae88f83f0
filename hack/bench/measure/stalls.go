package measure

import (
	"sync"
	"time"
)

// Stalls measures how long the operating system keeps this process from running, with
// a goroutine that sleeps for one millisecond at a time. The times between two requests
// that a server in this process sees are wrong by about that much.
type Stalls struct {
	stop chan struct{}
	done sync.WaitGroup

	longest time.Duration
	count   int
}

// stallThreshold is the delay from which a late wake-up counts as a stall.
const stallThreshold = 5 * time.Millisecond

// WatchStalls starts to measure.
func WatchStalls() *Stalls {
	s := &Stalls{stop: make(chan struct{})}
	s.done.Go(func() {
		tick := time.NewTimer(0)
		defer tick.Stop()
		for {
			asked := time.Now()
			tick.Reset(time.Millisecond)
			select {
			case <-s.stop:
				return
			case <-tick.C:
			}
			if late := time.Since(asked) - time.Millisecond; late > stallThreshold {
				s.count++
				s.longest = max(s.longest, late)
			}
		}
	})
	return s
}

// Stop ends the measurement. It returns the number of stalls of more than five
// milliseconds and the longest one.
func (s *Stalls) Stop() (count int, most time.Duration) {
	close(s.stop)
	s.done.Wait()
	return s.count, s.longest
}
