package crawljob

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// jobScope is the scope of one CrawlJob, and holds what its stages share.
type jobScope struct {
	*scope.Scope
	job    *v1alpha1.CrawlJob
	target *v1alpha1.Target // what to crawl; nil until resolveTarget has found it

	// run is the status of the job's run, nil if the run was never started. A reconcile
	// reads it once; runKnown is true after that.
	run      *runner.RunStatus
	runKnown bool
}

func (r *Reconciler) newScope(job *v1alpha1.CrawlJob) *jobScope {
	c := scope.Config{Client: r.Client, Recorder: r.Recorder, Now: r.Now, Redact: r.Redact}
	return &jobScope{Scope: scope.New(c, job, &job.Status.Conditions, &job.Status.ObservedGeneration), job: job}
}

// runStatus returns the status of the job's run, nil if it was never started.
func (r *Reconciler) runStatus(ctx context.Context, s *jobScope) (*runner.RunStatus, error) {
	if s.runKnown {
		return s.run, nil
	}
	status, err := r.Runner.Status(ctx, s.job.RunID())
	switch {
	case runner.IsRunNotFound(err):
		s.runKnown = true
	case err != nil:
		return nil, fmt.Errorf("get the status of the run: %w", scope.StoreError(err))
	default:
		s.setRun(status)
	}
	return s.run, nil
}

// setRun replaces the status of the run with the result of a call of the Runner.
func (s *jobScope) setRun(status runner.RunStatus) { s.run, s.runKnown = &status, true }

// setInProgress sets the status of a job that runs or waits.
func (s *jobScope) setInProgress(reason, message string) {
	message = scope.Truncate(message)
	s.job.Status.Reason, s.job.Status.Message = reason, message
	s.SetReconciling(reason, message)
}

// reportError reports the error of a reconcile in the conditions and the reason of the job.
func (s *jobScope) reportError(err error) {
	s.ReportError(err)
	ready := meta.FindStatusCondition(s.job.Status.Conditions, v1alpha1.ConditionReady)
	if scope.ReportsError(ready) {
		s.job.Status.Reason, s.job.Status.Message = ready.Reason, ready.Message
	}
}

// complete finishes a job whose run is complete. A crawl that found no document has a reason
// of its own, unless a user stopped it.
func (s *jobScope) complete(reason, message string, documents v1alpha1.DocumentCounts) {
	s.finish(v1alpha1.ConditionComplete, reason, message)
	eventType, summary := corev1.EventTypeNormal, reason
	if documents.Found() == 0 && reason != v1alpha1.ReasonStopped {
		eventType, summary = corev1.EventTypeWarning, v1alpha1.ReasonNoDocuments
	}
	s.job.Status.Reason = summary
	s.SetReady(summary, s.job.Status.Message)
	s.RecordEvent(eventType, summary, "Crawl", s.job.Status.Message)
}

// fail finishes a job that failed.
func (s *jobScope) fail(reason, message string) {
	s.finish(v1alpha1.ConditionFailed, reason, message)
	s.SetStalled(reason, s.job.Status.Message)
	s.RecordEvent(corev1.EventTypeWarning, reason, "Crawl", s.job.Status.Message)
}

// finish sets the final status except for the condition Ready, and ends the reconcile.
// conditionType is Complete or Failed.
func (s *jobScope) finish(conditionType, reason, message string) {
	message = scope.Truncate(message)
	now := metav1.NewTime(s.Now())
	s.job.Status.Reason, s.job.Status.Message, s.job.Status.CompletionTime = reason, message, &now
	s.End(0)
	if ttl := s.job.Spec.TTLSecondsAfterFinished; ttl != nil {
		// expire deletes the job then. Zero would mean the next event.
		s.End(max(time.Duration(*ttl)*time.Second, scope.ConflictDelay))
	}
	s.DeleteConditions(v1alpha1.ConditionSuspended)
	s.SetCondition(conditionType, metav1.ConditionTrue, reason, message)
}
