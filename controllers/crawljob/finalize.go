package crawljob

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

const (
	// signalPoll is how often a run is polled after a signal to its worker.
	signalPoll = time.Second
	// workerTimeout is how long a job waits for its worker to end the run. After that the
	// worker is considered hung: its lease expires, and archiving the run fences its writes.
	workerTimeout = time.Minute
)

// finalize cleans up after a job that is being deleted: it cancels the run, archives it
// once the worker has ended it, and removes the finalizer. The record of the run outlives
// the job.
func (r *Reconciler) finalize(ctx context.Context, s *jobScope) error {
	if s.job.DeletionTimestamp == nil {
		return nil
	}
	s.End(0)
	s.SkipStatusUpdate()
	if !controllerutil.ContainsFinalizer(s.job, v1alpha1.CrawlJobFinalizer) {
		return nil
	}
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return err
	}
	if run != nil && hasWorker(run) && s.Now().Sub(s.job.DeletionTimestamp.Time) < workerTimeout {
		if _, err := r.Runner.Signal(ctx, run.ID, runner.SignalCancel); runner.IgnoreRunNotFound(err) != nil {
			return fmt.Errorf("cancel the run: %w", err)
		}
		s.End(signalPoll)
		return nil
	}
	if err := r.Runner.Archive(ctx, s.job.RunID()); runner.IsRunBusy(err) {
		s.End(signalPoll) // until its lease expires
		return nil
	} else if err != nil {
		return fmt.Errorf("archive the run: %w", err)
	}
	return s.RemoveFinalizer(ctx, v1alpha1.CrawlJobFinalizer)
}

// hasWorker reports whether a worker executes the run or may claim it.
func hasWorker(run *runner.RunStatus) bool {
	return (run.State == runner.StatePending || run.State == runner.StateRunning) && run.Worker == runner.WorkerExpected
}

// ensureFinalizer adds the finalizer before a run is started.
func (r *Reconciler) ensureFinalizer(ctx context.Context, s *jobScope) error {
	return s.EnsureFinalizer(ctx, v1alpha1.CrawlJobFinalizer)
}
