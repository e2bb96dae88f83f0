package crawljob

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// defaultBackoffLimit is the default of the schema, for objects that predate it.
const defaultBackoffLimit = 3

func (s *jobScope) backoffLimit() int32 {
	if n := s.job.Spec.BackoffLimit; n != nil {
		return *n
	}
	return defaultBackoffLimit
}

// failureReason returns the reason of a failed run.
func failureReason(run *runner.RunStatus) string { return cmp.Or(run.Reason, v1alpha1.ReasonInternal) }

// isRetryable reports whether another attempt of a failed run may succeed: the site may
// respond later, and the cause of an internal error may be the store.
func isRetryable(run *runner.RunStatus) bool {
	reason := failureReason(run)
	return reason == v1alpha1.ReasonSiteUnreachable || reason == v1alpha1.ReasonInternal
}

// retryOrFail retries a failed run with exponential backoff, or finishes the job.
func (r *Reconciler) retryOrFail(ctx context.Context, s *jobScope) error {
	run := s.run
	reason := failureReason(run)
	if !isRetryable(run) || run.Attempts > s.backoffLimit() {
		if reason == runner.ReasonCancelled {
			reason = v1alpha1.ReasonInternal
		}
		s.fail(reason, cmp.Or(run.Message, "The crawl failed; see the log of its worker."))
		return nil
	}
	if s.job.Spec.Stop {
		s.complete(v1alpha1.ReasonStopped, "The crawl was stopped; the documents found so far are stored.", run.Documents)
		return nil
	}
	next := run.CompletedAt.Add(backoff(run.Attempts))
	if _, err := r.Runner.Ensure(ctx, s.runSpec(next)); err != nil {
		return fmt.Errorf("retry the run: %w", scope.StoreError(err))
	}
	message := fmt.Sprintf("Attempt %d of %d failed: %s. Retrying at %s.",
		run.Attempts, s.backoffLimit()+1, strings.TrimSuffix(cmp.Or(run.Message, reason), "."), next.UTC().Format(time.RFC3339))
	s.setInProgress(v1alpha1.ReasonRetrying, message)
	s.RecordEvent(corev1.EventTypeWarning, v1alpha1.ReasonRetrying, "Crawl", s.job.Status.Message)
	s.End(max(next.Sub(s.Now()), signalPoll))
	return nil
}

// The delays between attempts are those of batch/v1 Jobs: 10 s, doubled for each
// attempt, at most 6 min.
const (
	initialBackoff = 10 * time.Second
	maxBackoff     = 6 * time.Minute
)

func backoff(attempts int32) time.Duration {
	d := initialBackoff
	for range min(max(attempts-1, 0), 10) {
		d *= 2
	}
	return min(d, maxBackoff)
}
