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

// execute executes a claimed run until it ends or is signalled. If process is cancelled,
// the run is released to the queue. The result is in the record of the run.
func (p *Pool) execute(process context.Context, rec store.Run, lease store.Lease) {
	defer p.setInactive(rec.ID)
	err := p.executeTask(process, rec, lease)
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrFenced) {
		p.Log.Error(err, "run ended early", "runID", rec.ID, "company", rec.Company)
	}
}

func (p *Pool) executeTask(process context.Context, rec store.Run, lease store.Lease) error {
	var t task
	if err := json.Unmarshal(rec.Task, &t); err != nil {
		return fmt.Errorf("decode the task of run %s: %w", rec.ID, err)
	}
	ctx, stop := p.withSignals(process, rec.ID, run.ErrShutdown)
	defer stop()
	_, err := p.Runner.Execute(ctx, run.TaskFor(rec.Company, t.Target, t.Limits, p.defaults()), rec, lease, nil)
	return err
}

// setInactive records that this pool no longer executes a run.
func (p *Pool) setInactive(runID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.active, runID)
}

// withSignals returns the context in which to execute a run. A signal to the run cancels it
// with the cause of the signal; the end of process cancels it with the cause shutdown. stop
// ends the polling for signals and waits for the last poll.
func (p *Pool) withSignals(process context.Context, runID string, shutdown error) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(process))
	done := make(chan struct{})
	var polling sync.WaitGroup
	polling.Go(func() { cancel(p.awaitSignal(process, ctx, runID, shutdown, done)) })
	return ctx, func() {
		close(done)
		polling.Wait()
	}
}

// awaitSignal polls for a signal to a run and returns the cause of the signal. It returns
// shutdown when process is cancelled, and nil when done is closed.
func (p *Pool) awaitSignal(process, crawl context.Context, runID string, shutdown error, done <-chan struct{}) error {
	tick := time.NewTicker(p.pollInterval())
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-process.Done():
			// The process may have been terminated because of a signal to the run.
			ctx, stop := context.WithTimeout(crawl, lastPollTimeout)
			defer stop()
			return cmp.Or(p.pendingSignal(ctx, runID), shutdown)
		case <-tick.C:
		}
		if cause := p.pendingSignal(crawl, runID); cause != nil {
			return cause
		}
	}
}

// lastPollTimeout bounds the last poll for a signal when the process shuts down.
const lastPollTimeout = 2 * time.Second

// pendingSignal returns the cause of the signal to a run, nil if there is none. It ignores
// an unreachable store: renewing the lease fails too, and reports the error.
func (p *Pool) pendingSignal(ctx context.Context, runID string) error {
	request, err := p.Store.GetRunRequest(ctx, runID)
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
