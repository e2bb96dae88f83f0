package queue

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// signals polls the store for signals to one run.
type signals struct {
	store    store.Runs
	runID    string
	interval time.Duration // between two polls
}

func (p *Pool) signals(runID string) signals {
	return signals{store: p.Store, runID: runID, interval: p.pollInterval()}
}

// watch returns the context in which to execute the run. A signal to the run cancels it
// with the cause of the signal; the end of process cancels it with the cause shutdown. stop
// ends the polling for signals and waits for the last poll.
func (s signals) watch(process context.Context, shutdown error) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(process))
	done := make(chan struct{})
	var polling sync.WaitGroup
	polling.Go(func() { cancel(s.await(process, ctx, shutdown, done)) })
	return ctx, func() {
		close(done)
		polling.Wait()
	}
}

// await polls for a signal to the run and returns the cause of the signal. It returns
// shutdown when process is cancelled, and nil when done is closed.
func (s signals) await(process, crawl context.Context, shutdown error, done <-chan struct{}) error {
	tick := time.NewTicker(s.interval)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-process.Done():
			// The process may have been terminated because of a signal to the run.
			ctx, stop := context.WithTimeout(crawl, lastPollTimeout)
			defer stop()
			return cmp.Or(s.pending(ctx), shutdown)
		case <-tick.C:
		}
		if cause := s.pending(crawl); cause != nil {
			return cause
		}
	}
}

// lastPollTimeout bounds the last poll for a signal when the process shuts down.
const lastPollTimeout = 2 * time.Second

// pending returns the cause of the signal to the run, nil if there is none. It ignores
// an unreachable store: renewing the lease fails too, and reports the error.
func (s signals) pending(ctx context.Context) error {
	request, err := s.store.GetRunRequest(ctx, s.runID)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	switch request {
	case store.RequestStop:
		return run.ErrStop
	case store.RequestSuspend:
		return run.ErrSuspend
	case store.RequestCancel:
		return run.ErrCancel
	default:
		return nil
	}
}
