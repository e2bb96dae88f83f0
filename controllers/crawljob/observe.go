package crawljob

import (
	"cmp"
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// observe reports the status of the run in the status of the job. It retries a failed run,
// and finishes the job when the run has ended.
func (r *Reconciler) observe(ctx context.Context, s *jobScope) error {
	run := s.run
	s.recordStart(run)
	s.copyCounts(run)
	handled, err := r.endRunIfDue(ctx, s)
	if err != nil || handled {
		return err
	}
	switch run.State {
	case runner.StateComplete:
		s.complete(cmp.Or(run.Reason, v1alpha1.ReasonFrontierEmpty), completeMessage(run), run.Documents)
	case runner.StateFailed:
		return r.retryOrFail(ctx, s)
	case runner.StatePending, runner.StateInterrupted:
		s.setInProgress(s.pending(run))
		requeueAfter := s.pollInterval(run)
		if wait := run.NotBefore.Sub(s.Now()); wait > 0 {
			requeueAfter = min(requeueAfter, max(wait, scope.ConflictDelay))
		}
		s.End(requeueAfter)
	case runner.StateRunning:
		reason, message := v1alpha1.ReasonRunning, fmt.Sprintf("Crawling company %q.", s.job.CompanyKey())
		if run.Waiting != "" {
			reason, message = run.Waiting, run.Message
		}
		s.setInProgress(reason, message)
		s.End(s.pollInterval(run))
	}
	return nil
}

// recordStart records that a worker has started or resumed the run, or has taken it over from
// a lost worker. Call it before copyCounts.
func (s *jobScope) recordStart(run *runner.RunStatus) {
	status := &s.job.Status
	if !run.StartedAt.IsZero() && status.StartTime == nil {
		t := metav1.NewTime(run.StartedAt).Rfc3339Copy()
		status.StartTime = &t
		if status.Progress != nil && status.Progress.Fetched > 0 {
			s.RecordEvent(corev1.EventTypeNormal, v1alpha1.EventResumed, "Crawl", fmt.Sprintf("Crawl of %s resumed from its last checkpoint.", s.job.CompanyKey()))
		} else {
			s.RecordEvent(corev1.EventTypeNormal, v1alpha1.EventStarted, "Crawl", fmt.Sprintf("Crawl of %s started.", s.job.CompanyKey()))
		}
	}
	if run.Takeovers > status.Takeovers {
		s.RecordEvent(corev1.EventTypeWarning, v1alpha1.EventTakenOver, "Crawl", fmt.Sprintf(
			"Attempt %d of %d: the worker was lost; another worker resumed the crawl from its last checkpoint.", run.Attempts, s.backoffLimit()+1))
	}
}

// pollInterval returns the time until the next poll of the run. It grows with the age of
// the job, but does not exceed the time until the deadline, nor the time until the counts of
// a running crawl are due.
func (s *jobScope) pollInterval(run *runner.RunStatus) time.Duration {
	age := time.Duration(0)
	if since := s.activeSince(); since != nil {
		age = s.Now().Sub(since.Time)
	}
	d := time.Minute
	switch {
	case age < 10*time.Second:
		d = 2 * time.Second
	case age < time.Minute:
		d = 10 * time.Second
	case age < 10*time.Minute:
		d = 30 * time.Second
	}
	if run.State == runner.StateRunning {
		d = min(d, max(s.untilReport(run), time.Second))
	}
	if remaining := s.remaining(run); remaining > 0 {
		d = min(d, remaining)
	}
	return d
}

// activeSince returns the time at which the run was queued, nil if the job is not active. A
// job of an earlier version has a start time only.
func (s *jobScope) activeSince() *metav1.Time {
	return cmp.Or(s.job.Status.QueueTime, s.job.Status.StartTime)
}

// pending returns why the run has no worker, as the reason and the message of the job.
func (s *jobScope) pending(run *runner.RunStatus) (reason, message string) {
	switch {
	case run.NotBefore.After(s.Now()) && s.job.Status.Reason == v1alpha1.ReasonRetrying:
		return v1alpha1.ReasonRetrying, s.job.Status.Message // it states the cause of the failure
	case run.NotBefore.After(s.Now()):
		return v1alpha1.ReasonRetrying, fmt.Sprintf("Waiting until %s for the next attempt.", run.NotBefore.UTC().Format(time.RFC3339))
	case run.Waiting != "":
		return run.Waiting, run.Message
	default:
		return v1alpha1.ReasonQueued, "Waiting for a worker slot."
	}
}

func completeMessage(run *runner.RunStatus) string {
	return cmp.Or(run.Message, fmt.Sprintf("Fetched %d pages: %s.", run.Progress.Fetched, run.Documents.Describe()))
}
