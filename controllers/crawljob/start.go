package crawljob

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// start queues or resumes the run of the job, or replaces its worker. The ID of the run is
// derived from the job: if the status update that records the start is lost, the next
// reconcile starts no second run.
func (r *Reconciler) start(ctx context.Context, s *jobScope) error {
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return err
	}
	if run == nil || run.State == runner.StateInterrupted || !run.Finished() && run.Worker != runner.WorkerExpected {
		status, err := r.Runner.Ensure(ctx, s.runSpec(time.Time{}))
		if err != nil {
			return fmt.Errorf("start the run: %w", scope.StoreError(err))
		}
		s.setRun(status)
	}
	if s.job.Active() {
		return nil
	}
	now := metav1.NewTime(s.Now())
	s.job.Status.QueueTime, s.job.Status.RunID = &now, s.job.RunID()
	s.RecordEvent(corev1.EventTypeNormal, v1alpha1.ReasonQueued, "Crawl", fmt.Sprintf("Crawl of %s queued.", s.job.CompanyKey()))
	return nil
}

// runSpec returns the spec of the job's run, which a worker may claim from notBefore on.
func (s *jobScope) runSpec(notBefore time.Time) runner.RunSpec {
	return runner.RunSpec{
		RunID: s.job.RunID(), Company: s.job.CompanyKey(), Target: *s.target, Limits: s.job.Spec.Limits,
		Priority: s.job.Spec.Priority, MaxAttempts: s.backoffLimit() + 1, NotBefore: notBefore, Deadline: s.deadline(),
		Execution: s.job.Spec.Execution, CrawlJob: client.ObjectKeyFromObject(s.job), CrawlJobUID: s.job.UID,
		Trigger: s.job.Trigger(), RequestedBy: s.job.RequestedBy(), Traceparent: s.job.Annotations[v1alpha1.AnnotationTraceparent],
	}
}
