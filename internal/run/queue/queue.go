// Package queue hands runs to workers through the store: owners put orders in and
// observe them, pools of workers take them up, on any machine that shares the store.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// Order is one crawl that somebody wants.
type Order struct {
	// RunID names the run; the same order twice is one run.
	RunID string
	// Company is the company's key in the store.
	Company string
	Target  v1alpha1.Target
	// Limits override the target's own.
	Limits   *v1alpha1.CrawlLimits
	Priority int32
	// Attempts is how many workers may take it up before it is given up as lost.
	Attempts int32
	// NotBefore is when the first may.
	NotBefore time.Time
	// Deadline is when whoever ordered it ends it; zero is never. The queue itself has
	// no use for it.
	Deadline time.Time
	// Reserved names the only worker that may take it up; empty is any pool's.
	Reserved string
	// Execution says where it is crawled, and Job and JobUID which CrawlJob
	// wants it; the queue itself has no use for them.
	Execution v1alpha1.Execution
	Job       types.NamespacedName
	JobUID    types.UID
}

// task is what is kept of an order for whoever takes it up.
type task struct {
	Target v1alpha1.Target       `json:"target"`
	Limits *v1alpha1.CrawlLimits `json:"limits,omitempty"`
}

// Queue is the owners' side.
type Queue struct {
	Runs interface {
		store.Runs
		store.Leases
	}
}

// Start puts an order into the queue. A run that waits or is at work stays as it is;
// one that was stopped or has failed is queued again and goes on where it was.
func (q *Queue) Start(ctx context.Context, o Order) error {
	have, err := q.Runs.GetRun(ctx, o.RunID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("queue run %s of %s: %w", o.RunID, o.Company, err)
	}
	if err == nil && (have.State == store.RunPending || have.State == store.RunRunning || have.State == store.RunComplete) {
		return nil
	}
	b, err := json.Marshal(task{o.Target, o.Limits})
	if err != nil {
		return fmt.Errorf("queue run %s of %s: %w", o.RunID, o.Company, err)
	}
	r := have
	if have.State == store.RunInterrupted {
		r.StartedAt = time.Time{} // a deadline begins anew
	}
	r.ID, r.Company, r.State, r.Task = o.RunID, o.Company, store.RunPending, b
	r.Priority, r.MaxAttempts, r.NotBefore, r.AssignedWorker = o.Priority, o.Attempts, o.NotBefore, o.Reserved
	r.StopReason, r.Message, r.Worker, r.FinishedAt = "", "", "", time.Time{}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = time.Now().UTC()
	}
	if err := q.Runs.PutRunRequest(ctx, o.RunID, ""); err != nil {
		return fmt.Errorf("queue run %s of %s: %w", o.RunID, o.Company, err)
	}
	// A record that a worker left is not fenced any more: nobody holds it.
	r.Fence = store.Fence{}
	if err := q.Runs.PutRun(ctx, r); err != nil {
		return fmt.Errorf("queue run %s of %s: %w", o.RunID, o.Company, err)
	}
	return nil
}

// Observe is how a run stands; store.ErrNotFound says that it was never queued.
func (q *Queue) Observe(ctx context.Context, runID string) (store.Run, error) {
	return q.Runs.GetRun(ctx, runID)
}

// Ask tells whoever works on a run to end it. A run that nobody has taken up yet is
// ended here and now.
func (q *Queue) Ask(ctx context.Context, runID string, what store.RunRequest) error {
	if err := q.Runs.PutRunRequest(ctx, runID, what); err != nil {
		return err
	}
	r, err := q.Runs.GetRun(ctx, runID)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.State != store.RunPending && r.State != store.RunInterrupted {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask run %s to %s: %w", runID, what, err)
	}
	was := r.State
	switch what {
	case store.RequestSuspend:
		r.State = store.RunInterrupted
	case store.RequestStop:
		r.State, r.StopReason, r.Message = store.RunComplete, string(crawl.StopRequested), "The crawl was stopped by its owner; what was found is kept."
	case store.RequestCancel:
		r.State, r.StopReason, r.Message = store.RunFailed, string(crawl.StopCancelled), "The crawl was cancelled before it ended."
	default:
		return nil
	}
	if r.State != store.RunInterrupted {
		r.FinishedAt = time.Now().UTC()
	}
	// A run that was taken up meanwhile is left to its worker, which reads the request.
	// The fence is of a worker that has left; others may have had the lease since.
	r.Fence = store.Fence{}
	if err := q.Runs.CompareAndSwapRun(ctx, r, was); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("ask run %s to %s: %w", runID, what, err)
	}
	return nil
}

// forgetting is how long a lease is held while a run's record is removed.
const forgetting = 15 * time.Second

// Forget removes a run's record. A worker that stands still with it is fenced first:
// if it wakes up, what it writes is refused. store.ErrConflict says that the worker
// still renews its lease: it was asked to end, and is to be waited for.
func (q *Queue) Forget(ctx context.Context, runID string) error {
	r, err := q.Runs.GetRun(ctx, runID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget run %s: %w", runID, err)
	}
	if err == nil && r.State == store.RunRunning {
		l, err := q.Runs.AcquireLease(ctx, run.LeaseName(r.Company), "forget/"+runID, forgetting)
		switch {
		case errors.Is(err, store.ErrConflict) && l.Epoch != r.Fence.Epoch: // another run fences it
		case err != nil:
			return fmt.Errorf("fence the worker of run %s of %s: %w", runID, r.Company, err)
		default:
			defer func() {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
				defer cancel()
				_ = q.Runs.ReleaseLease(ctx, l) // it runs out by itself else
			}()
		}
	}
	return q.Runs.DeleteRun(ctx, runID)
}
