package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// takeovers reads from the runs' records how long each was without a worker: from the
// kill of one to the first heartbeat of the next.
type takeovers struct {
	t     *testing.T
	store store.Store
	end   func()

	mu      sync.Mutex
	orphans map[string]orphan // by run
	waits   []span
	windows []span // without a primary
	unnoted int    // were taken over and had ended before a look showed it
}

type orphan struct {
	at       time.Time
	attempts int32
}

type span struct{ from, to time.Time }

func (w span) length() time.Duration { return w.to.Sub(w.from) }

// spell is what the takeovers came to.
type spell struct {
	runs          int
	median, worst time.Duration
	over          int           // of them beyond the lease and 2 s
	less          time.Duration // the worst, without the time in which there was no primary
	lessOver      int
	elections     int
	unnoted       int
}

func (s spell) String() string {
	return fmt.Sprintf("%d runs lost their worker; they were without one for %v in the middle and %v at worst, %d beyond the lease and 2 s; less the time of %d elections %v at worst, %d beyond; of %d more the length is not known",
		s.runs, s.median.Round(time.Millisecond), s.worst.Round(time.Millisecond), s.over, s.elections, s.less.Round(time.Millisecond), s.lessOver, s.unnoted)
}

// lookEvery is how often the records are looked at.
const lookEvery = 100 * time.Millisecond

func watchTakeovers(t *testing.T, s store.Store) *takeovers {
	ctx, cancel := context.WithCancel(context.Background())
	w := &takeovers{t: t, store: s, orphans: map[string]orphan{}}
	done := make(chan struct{})
	w.end = func() { cancel(); <-done }
	t.Cleanup(w.end)
	go func() {
		defer close(done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			runs, err := s.ListRunsIn(ctx, store.RunRunning, store.MaxLimit)
			if err != nil {
				continue // an election, or the end
			}
			w.look(runs)
		}
	}()
	return w
}

func (w *takeovers) look(runs []store.Run) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range runs {
		if o, ok := w.orphans[r.ID]; ok && r.Attempts > o.attempts {
			w.waits = append(w.waits, span{o.at, r.Heartbeat})
			delete(w.orphans, r.ID)
		}
	}
}

// orphaned notes the runs that the process pid was at work on when it was killed.
func (w *takeovers) orphaned(pid int, at time.Time) {
	w.t.Helper()
	runs, err := w.store.ListRunsIn(w.t.Context(), store.RunRunning, store.MaxLimit)
	if err != nil {
		w.t.Errorf("look for the runs of a killed process: %v", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range runs {
		if strings.Contains(r.Holder, "/"+itoa(pid)+"/") {
			w.orphans[r.ID] = orphan{at, r.Attempts}
		}
	}
}

// stop says what the takeovers came to, once all runs have ended.
func (w *takeovers) stop() spell {
	w.t.Helper()
	w.end()
	for id, o := range w.orphans {
		r, err := w.store.GetRun(w.t.Context(), id)
		switch {
		case err != nil:
			w.t.Errorf("look for run %s: %v", id, err)
		case r.Attempts > o.attempts:
			w.unnoted++
		}
	}
	s := spell{runs: len(w.waits), unnoted: w.unnoted, elections: len(w.windows)}
	var lengths []time.Duration
	for _, one := range w.waits {
		length := one.length()
		lengths = append(lengths, length)
		less := length
		for _, e := range w.windows {
			less -= max(0, span{latest(e.from, one.from), earliest(e.to, one.to)}.length())
		}
		s.less = max(s.less, less)
		if length > stormLease+slack {
			s.over++
		}
		if less > stormLease+slack {
			s.lessOver++
		}
	}
	if s.runs > 0 {
		slices.Sort(lengths)
		s.median, s.worst = lengths[s.runs/2], lengths[s.runs-1]
	}
	return s
}

// slack is what a takeover may take beyond the lease.
const slack = 2 * time.Second

// elected notes a time in which there was no primary.
func (w *takeovers) elected(from, to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.windows = append(w.windows, span{from, to})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
