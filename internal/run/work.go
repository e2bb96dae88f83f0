package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// The causes with which a run's context is ended by whoever watches over it. Any
// other end leaves the run Stopped, to be gone on with by who asks for it.
var (
	// ErrStop ends the run as complete, with what was found.
	ErrStop = errors.New("the crawl was stopped by its owner")
	// ErrSuspend leaves the run Stopped until its owner starts it again.
	ErrSuspend = errors.New("the crawl was suspended by its owner")
	// ErrCancel ends the run for good.
	ErrCancel = errors.New("the crawl was cancelled by its owner")
	// ErrShutdown gives the run back to the queue: the process ends, not the crawl.
	ErrShutdown = errors.New("the worker is shutting down")
)

// beatEvery is how often a run's record is renewed with its progress. It is less
// than a lease, so that a record that stands still says that the worker is gone.
const beatEvery = 2 * time.Second

// Work does a run that was queued: rec is its record and l the lease on its company,
// which is renewed meanwhile and given up at the end. A run that was begun before
// goes on where its checkpoints end.
func (r *Runner) Work(ctx context.Context, t Task, rec store.Run, l store.Lease) (Report, error) {
	ctx, stop := r.keep(ctx, l)
	defer stop()
	entries, err := readJournal(ctx, r.Store, rec.ID)
	if err != nil {
		return Report{}, err
	}
	rec.Fence = store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	return r.crawl(ctx, t, rec, entries)
}

// beat renews the run's record until stop, which waits for the last write.
func (k *keeper) beat(ctx context.Context) (stop func()) {
	if k.store == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := k.renew(ctx); err != nil && ctx.Err() == nil {
					k.runner.Log.Error(err, "progress not kept", "run", k.run.ID)
				}
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (k *keeper) renew(ctx context.Context) error {
	k.mu.Lock()
	rec := k.run
	rec.Progress, rec.Documents = progressOf(k.progress), store.DocumentCounts{}
	for _, f := range k.found {
		countChange(&rec.Documents, f.Change)
	}
	k.mu.Unlock()
	rec.Heartbeat = time.Now().UTC()
	if err := k.store.PutRun(ctx, rec); err != nil {
		return fmt.Errorf("keep the progress of run %s: %w", rec.ID, err)
	}
	return nil
}

// stopped gives a crawl that was ended from outside the state that its cause asks for.
func (k *keeper) stopped() {
	switch {
	case errors.Is(k.cause, ErrStop):
		k.run.State, k.run.StopReason = store.RunComplete, string(crawl.StopRequested)
	case errors.Is(k.cause, ErrCancel):
		k.run.State, k.run.StopReason, k.run.Message = store.RunFailed, string(crawl.StopCancelled), "The crawl was cancelled; what was found is kept."
	case errors.Is(k.cause, ErrShutdown):
		// The worker's end is no failure of the crawl: it counts as no attempt.
		k.run.State, k.run.StopReason, k.run.Message, k.run.Worker = store.RunPending, "", "", ""
		k.run.Attempts = max(k.run.Attempts-1, 0)
	case errors.Is(k.cause, ErrSuspend):
		k.run.State = store.RunInterrupted
		k.run.Attempts = max(k.run.Attempts-1, 0) // nor is a pause
	default:
		k.run.State = store.RunInterrupted
	}
	if k.run.State == store.RunPending || k.run.State == store.RunInterrupted {
		k.run.FinishedAt = time.Time{}
	}
}
