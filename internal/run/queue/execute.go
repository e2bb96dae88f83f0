package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// execute executes a claimed run until it ends or is signalled, or the process shuts down,
// and logs an error.
func (p *Pool) execute(process context.Context, rec store.Run, lease store.Lease) {
	defer p.setInactive(rec.ID)
	if err := p.executeTask(process, rec, lease); err != nil {
		p.Log.Error(err, "run ended early", "runID", rec.ID, "company", rec.Company)
	}
}

// setInactive records that this pool no longer executes a run.
func (p *Pool) setInactive(runID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.active, runID)
}

// executeTask executes a claimed run and polls for signals meanwhile. When the context of
// the process ends, the run is released to the queue. The result is in the record of the
// run; the error is for the log.
func (p *Pool) executeTask(process context.Context, rec store.Run, lease store.Lease) error {
	var t task
	if err := json.Unmarshal(rec.Task, &t); err != nil {
		return fmt.Errorf("decode the task of run %s: %w", rec.ID, err)
	}
	ctx, stop := withSignals(process, p.Store, rec.ID, p.pollInterval(), run.ErrShutdown)
	defer stop()
	_, err := p.Runner.Execute(ctx, run.TaskFor(rec.Company, t.Target, t.Limits, p.defaults()), rec, lease, nil)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, store.ErrFenced) {
		return nil
	}
	return err
}

// withSignals returns a context for a run that is cancelled with the cause of a signal to
// the run, or with the cause shutdown when the context of the process ends. stop waits
// until the last poll for signals has ended.
func withSignals(process context.Context, s store.Runs, runID string, pollInterval time.Duration, shutdown error) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(process))
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { watchSignals(process, ctx, s, runID, pollInterval, shutdown, cancel, done) })
	return ctx, func() {
		close(done)
		watching.Wait()
		cancel(nil)
	}
}

// watchSignals cancels a run with the cause that its signal or the end of the process
// gives, until done is closed.
func watchSignals(process, crawl context.Context, s store.Runs, id string, pollInterval time.Duration, shutdown error, cancel context.CancelCauseFunc, done <-chan struct{}) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-process.Done():
			// The process may have been ended because the run was signalled.
			ctx, stop := context.WithTimeout(crawl, lastPollTimeout)
			defer stop()
			cancel(cmp.Or(pendingSignal(ctx, s, id), shutdown))
			return
		case <-tick.C:
		}
		if cause := pendingSignal(crawl, s, id); cause != nil {
			cancel(cause)
			return
		}
	}
}

// lastPollTimeout bounds the last poll for a signal when the process shuts down.
const lastPollTimeout = 2 * time.Second

// pendingSignal returns the cause with which a run is to be cancelled, nil without a
// signal. It ignores an unreachable store: renewing the lease fails too, and reports it.
func pendingSignal(ctx context.Context, s store.Runs, id string) error {
	request, err := s.GetRunRequest(ctx, id)
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
