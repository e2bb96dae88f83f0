package crawljob

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/controllers/runner"
)

// start starts the run of the job, resumes it, or replaces its missing worker. The run's
// ID is derived from the job, so that a start whose status update was lost starts no
// second run.
func (r *Reconciler) start(ctx context.Context, s *jobScope) error {
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return fmt.Errorf("get the run: %w", err)
	}
	if run == nil || run.State == runner.StateInterrupted || !run.Finished() && run.Worker != runner.WorkerExpected {
		status, err := r.Runner.Ensure(ctx, s.runSpec(time.Time{}))
		if err != nil {
			return fmt.Errorf("start the run: %w", err)
		}
		s.setRun(status)
	}
	if s.job.Status.StartTime != nil {
		return nil
	}
	now := metav1.NewTime(s.Now())
	s.job.Status.StartTime, s.job.Status.RunID = &now, s.job.RunID()
	s.RecordEvent(corev1.EventTypeNormal, "Started", "Crawl", fmt.Sprintf("The crawl of %s has started.", s.job.CompanyKey()))
	return nil
}

// runSpec returns the spec of the job's run, to be claimed no earlier than notBefore.
func (s *jobScope) runSpec(notBefore time.Time) runner.RunSpec {
	return runner.RunSpec{
		RunID: s.job.RunID(), Company: s.job.CompanyKey(), Target: *s.target, Limits: s.job.Spec.Limits,
		Priority: s.job.Spec.Priority, MaxAttempts: s.backoffLimit() + 1, NotBefore: notBefore, Deadline: s.deadline(),
		Execution: s.job.Spec.Execution, Job: client.ObjectKeyFromObject(s.job), JobUID: s.job.UID,
	}
}
