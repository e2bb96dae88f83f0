package measure

import (
	"sync"
	"time"
)

// Stalls watches how long this process is kept from running, by a goroutine that
// sleeps for a millisecond at a time. What a server sees of the time between two
// requests is wrong by about so much.
type Stalls struct {
	stop chan struct{}
	done sync.WaitGroup

	longest time.Duration
	count   int
}

// stallThreshold is how late a wake-up has to be to count.
const stallThreshold = 5 * time.Millisecond

// WatchStalls begins to watch.
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

// Stop ends the watch and says how often the process stood still for over five
// milliseconds, and how long at most.
func (s *Stalls) Stop() (count int, most time.Duration) {
	close(s.stop)
	s.done.Wait()
	return s.count, s.longest
}
