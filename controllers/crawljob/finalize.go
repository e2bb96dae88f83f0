package crawljob

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
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
	if !controllerutil.ContainsFinalizer(s.job, v1alpha1.CrawlJobFinalizer) {
		s.SkipStatusUpdate()
		return nil
	}
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return err
	}
	if run != nil && hasWorker(run) && s.Now().Sub(s.job.DeletionTimestamp.Time) < workerTimeout {
		if _, err := r.Runner.Signal(ctx, run.ID, runner.SignalCancel); runner.IgnoreRunNotFound(err) != nil {
			return fmt.Errorf("cancel the run: %w", scope.StoreError(err))
		}
		s.setDeleting("The CrawlJob is being deleted: its worker is ending the run.")
		return nil
	}
	if err := r.Runner.Archive(ctx, s.job.RunID()); runner.IsRunBusy(err) {
		s.setDeleting("The CrawlJob is being deleted: its worker does not respond, and loses the run when its lease expires.")
		return nil
	} else if err != nil {
		return fmt.Errorf("archive the run: %w", scope.StoreError(err))
	}
	s.SkipStatusUpdate()
	return s.RemoveFinalizer(ctx, v1alpha1.CrawlJobFinalizer)
}

// setDeleting sets the status of a job whose run must end before it is deleted. The status of
// a finished job is final.
func (s *jobScope) setDeleting(message string) {
	if !s.job.Finished() {
		s.setInProgress(v1alpha1.ReasonDeleting, message)
	}
	s.End(signalPoll)
}

// hasWorker reports whether a worker executes the run or may claim it.
func hasWorker(run *runner.RunStatus) bool {
	return (run.State == runner.StatePending || run.State == runner.StateRunning) && run.Worker == runner.WorkerExpected
}

// ensureMetadata adds the finalizer before a run is started, and the label of the company.
func (r *Reconciler) ensureMetadata(ctx context.Context, s *jobScope) error {
	var labels map[string]string
	if company := s.job.CompanyLabel(); company != "" {
		labels = map[string]string{v1alpha1.LabelCompany: company}
	}
	return s.EnsureMetadata(ctx, v1alpha1.CrawlJobFinalizer, labels)
}
