package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

const (
	// archiveLease is how long the lease of a company is held while a run is archived.
	archiveLease = 15 * time.Second
	// archivedMessage is the message of a run that had not ended when it was archived.
	archivedMessage = "The crawl was cancelled: its CrawlJob was deleted."
)

// Archive implements runner.Runner. A worker that hangs while it holds the run is fenced
// first: if it wakes up, its writes are rejected.
func (q *Queue) Archive(ctx context.Context, runID string) error {
	rec, err := q.Record(ctx, runID)
	switch {
	case runner.IsRunNotFound(err): // it was never started, but a signal may have left a request
	case err != nil:
		return err
	case rec.ArchivedAt.IsZero():
		if err := q.archiveRecord(ctx, rec); err != nil {
			return err
		}
	}
	if err := q.Runs.DeleteCheckpoints(ctx, store.Fence{}, runID); err != nil {
		return fmt.Errorf("archive run %s: %w", runID, err)
	}
	if err := q.Runs.DeleteRunRequest(ctx, runID); err != nil {
		return fmt.Errorf("archive run %s: %w", runID, err)
	}
	return nil
}

// archiveRecord records that a run is archived, and its end if it has not ended.
func (q *Queue) archiveRecord(ctx context.Context, rec store.Run) error {
	from := rec.State
	var fence store.Fence // of a run that no worker holds
	if from == store.RunRunning {
		f, release, err := q.fenceWorker(ctx, rec)
		if err != nil {
			return err
		}
		defer release()
		fence = f
	}
	rec.Fence = fence
	rec.ArchivedAt = time.Now().UTC()
	if !rec.Ended() {
		rec.State, rec.StopReason, rec.Message = store.RunFailed, runner.ReasonCancelled, archivedMessage
		rec.FinishedAt = rec.ArchivedAt
	}
	err := q.Runs.CompareAndSwapRun(ctx, rec, from)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrFenced) { // claimed or ended meanwhile
		return fmt.Errorf("archive run %s of %s: %w", rec.ID, rec.Company, runner.ErrRunBusy)
	}
	if err != nil {
		return fmt.Errorf("archive run %s of %s: %w", rec.ID, rec.Company, err)
	}
	if rec.State != from {
		q.recordState(ctx, rec)
		run.LogEnd(q.Log, rec)
	}
	return nil
}

// fenceWorker makes sure that the worker of a run can write no more, and returns the fence
// under which the run is archived. The error satisfies runner.IsRunBusy if the worker is
// alive. The fence is zero if another run of the company has fenced the worker.
func (q *Queue) fenceWorker(ctx context.Context, rec store.Run) (fence store.Fence, release func(), err error) {
	lease, err := q.Runs.AcquireLease(ctx, run.LeaseName(rec.Company), "archive/"+rec.ID, archiveLease)
	switch {
	case errors.Is(err, store.ErrConflict) && (lease.Epoch == rec.Fence.Epoch || strings.HasSuffix(lease.Holder, "/"+rec.ID)):
		return store.Fence{}, nil, fmt.Errorf("archive run %s of %s: %w", rec.ID, rec.Company, runner.ErrRunBusy)
	case errors.Is(err, store.ErrConflict):
		return store.Fence{}, func() {}, nil
	case err != nil:
		return store.Fence{}, nil, fmt.Errorf("fence the worker of run %s of %s: %w", rec.ID, rec.Company, err)
	}
	return store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
		defer cancel()
		_ = q.Runs.ReleaseLease(ctx, lease) // it expires by itself otherwise
	}, nil
}
