package crawljob

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

const suspendedMessage = "The crawl is suspended; set spec.suspend to false to resume."

// suspend holds the job and interrupts its run, if it has one. If the run has ended
// meanwhile, suspend leaves it to observe.
func (r *Reconciler) suspend(ctx context.Context, s *jobScope) error {
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return err
	}
	if run != nil && run.Worker == runner.WorkerLost {
		return r.resolveTarget(ctx, s) // start needs the target to record the failure
	}
	if run != nil && (run.State == runner.StateComplete || run.State == runner.StateFailed && !isRetryable(run)) {
		return nil
	}
	interrupting := run != nil && hasWorker(run)
	if interrupting {
		if _, err := r.Runner.Signal(ctx, run.ID, runner.SignalSuspend); runner.IgnoreRunNotFound(err) != nil {
			return fmt.Errorf("suspend the run: %w", scope.StoreError(err))
		}
	}
	if run != nil {
		s.copyCounts(run) // the last ones are exact: the worker has stored them
	}
	if !meta.IsStatusConditionTrue(s.job.Status.Conditions, v1alpha1.ConditionSuspended) {
		s.RecordEvent(corev1.EventTypeNormal, v1alpha1.ReasonSuspended, "Suspend", suspendedMessage)
	}
	s.job.Status.Reason, s.job.Status.Message = v1alpha1.ReasonSuspended, suspendedMessage
	s.SetSuspended(suspendedMessage)
	// kstatus considers an object in progress while Ready is not True.
	s.DeleteConditions(v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled)
	if interrupting {
		s.End(signalPoll)
		return nil
	}
	// As in batch/v1, a resumed job gets a new deadline. Without these times the job is not
	// active, so that another job of the company may run.
	s.job.Status.QueueTime, s.job.Status.StartTime = nil, nil
	s.End(0)
	return nil
}
