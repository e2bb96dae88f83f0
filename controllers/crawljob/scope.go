package crawljob

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
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
		return nil, fmt.Errorf("get the status of the run: %w", err)
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

// finish sets the final status and ends the reconcile; conditionType is Complete or Failed.
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
	if conditionType == v1alpha1.ConditionComplete {
		s.SetReady(reason, message)
		s.RecordEvent(corev1.EventTypeNormal, reason, "Crawl", message)
		return
	}
	s.SetStalled(reason, message)
	s.RecordEvent(corev1.EventTypeWarning, reason, "Crawl", message)
}
