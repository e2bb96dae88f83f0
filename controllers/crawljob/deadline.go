package crawljob

import (
	"context"
	"fmt"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// noDeadline is the remaining time of a run without a deadline, or whose deadline has not
// started. It is longer than any poll interval.
const noDeadline = time.Hour

// endRunIfDue stops the run if spec.stop is set or the deadline has passed. It reports
// whether it has set the status of the job.
func (r *Reconciler) endRunIfDue(ctx context.Context, s *jobScope) (handled bool, err error) {
	run := s.run
	if run.State != runner.StatePending && run.State != runner.StateRunning {
		// A run that was stopped at its deadline is Complete; its job fails.
		if run.State == runner.StateComplete && run.Reason == v1alpha1.ReasonStopped && !s.job.Spec.Stop && s.remaining(run) <= 0 {
			s.failDeadlineExceeded()
			return true, nil
		}
		return false, nil
	}
	remaining := s.remaining(run)
	if !s.job.Spec.Stop && remaining > 0 {
		return false, nil
	}
	if !s.job.Spec.Stop && run.State == runner.StatePending && run.StartedAt.IsZero() {
		return r.expireUnstarted(ctx, s)
	}
	if remaining < -workerTimeout {
		// The worker hangs. The next worker of the company fences it.
		if _, err := r.Runner.Signal(ctx, run.ID, runner.SignalCancel); runner.IgnoreRunNotFound(err) != nil {
			return false, fmt.Errorf("cancel the run: %w", scope.StoreError(err))
		}
		s.failDeadlineExceeded()
		return true, nil
	}
	if _, err := r.Runner.Signal(ctx, run.ID, runner.SignalStop); runner.IgnoreRunNotFound(err) != nil {
		return false, fmt.Errorf("stop the run: %w", scope.StoreError(err))
	}
	s.setInProgress(v1alpha1.ReasonRunning, "The crawl is being stopped; the documents found so far are stored.")
	s.End(signalPoll)
	return true, nil
}

// expireUnstarted ends a run that no worker has claimed before the deadline. If a worker has
// claimed it meanwhile, the next reconcile continues.
func (r *Reconciler) expireUnstarted(ctx context.Context, s *jobScope) (handled bool, err error) {
	_, cause := s.pending(s.run)
	status, err := r.Runner.Signal(ctx, s.run.ID, runner.SignalExpire)
	if runner.IgnoreRunNotFound(err) != nil {
		return false, fmt.Errorf("end the run at its deadline: %w", scope.StoreError(err))
	}
	if err == nil && !status.Finished() {
		s.setInProgress(v1alpha1.ReasonRunning, "The crawl is being stopped; the documents found so far are stored.")
		s.End(signalPoll)
		return true, nil
	}
	s.fail(v1alpha1.ReasonDeadlineExceeded, fmt.Sprintf("The crawl did not start within activeDeadlineSeconds (%d). %s", *s.job.Spec.ActiveDeadlineSeconds, cause))
	return true, nil
}

// remaining returns the time until the deadline. The deadline of a run in a pool starts
// when a worker claims the run: otherwise a run that waits behind others could fail before
// its first attempt. The deadline of a run with a dedicated worker starts when it is queued.
func (s *jobScope) remaining(run *runner.RunStatus) time.Duration {
	limit, started := s.job.Spec.ActiveDeadlineSeconds, s.activeSince()
	if limit == nil || started == nil || !run.Dedicated && run.State == runner.StatePending && run.StartedAt.IsZero() {
		return noDeadline
	}
	from := started.Time
	if !run.Dedicated && run.StartedAt.After(from) {
		from = run.StartedAt
	}
	return from.Add(time.Duration(*limit) * time.Second).Sub(s.Now())
}

// deadline returns when the deadline expires if it starts when the run is queued; zero is never.
func (s *jobScope) deadline() time.Time {
	limit, from := s.job.Spec.ActiveDeadlineSeconds, s.Now()
	if limit == nil {
		return time.Time{}
	}
	if started := s.activeSince(); started != nil {
		from = started.Time
	}
	return from.Add(time.Duration(*limit) * time.Second)
}

func (s *jobScope) failDeadlineExceeded() {
	s.fail(v1alpha1.ReasonDeadlineExceeded, fmt.Sprintf(
		"The crawl took longer than activeDeadlineSeconds (%d); the documents found so far are stored. Increase it, or lower maxPages or timeLimit.", *s.job.Spec.ActiveDeadlineSeconds))
}
