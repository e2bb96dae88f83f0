package crawljob

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// newDeadlineFixture returns a running job with a deadline of a minute, after some time.
func newDeadlineFixture(t *testing.T, elapsed time.Duration, run runner.RunStatus) (*fixture, *v1alpha1.CrawlJob) {
	t.Helper()
	seconds := int64(60)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.ActiveDeadlineSeconds = &seconds })
	f := newFixture(t, acme(), job)
	run.StartedAt = start
	f.setRun(job, run)
	f.now = start.Add(elapsed)
	return f, job
}

func TestAJobIsNotStoppedBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	f, _ := newDeadlineFixture(t, 59*time.Second, runner.RunStatus{State: runner.StateRunning})
	j, _ := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonRunning)
	f.expectCalls()
}

func TestAJobIsStoppedAtItsDeadlineAndFails(t *testing.T) {
	t.Parallel()
	f, job := newDeadlineFixture(t, time.Minute, runner.RunStatus{State: runner.StateRunning})
	j, result := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonRunning)
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	expectRequeue(t, result, signalPoll)
	f.expectCalls("Signal Stop")
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped, StartedAt: start})
	j, _ = f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonDeadlineExceeded)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls()
	f.events.Expect(t, "Warning DeadlineExceeded")
}

func TestAJobThatConvergesAfterItsDeadlineCompletes(t *testing.T) {
	t.Parallel()
	f, _ := newDeadlineFixture(t, 2*time.Minute, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonConverged})
	j, _ := f.reconcile("now")
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
}

func TestAJobDoesNotWaitForAHangingWorker(t *testing.T) {
	t.Parallel()
	f, _ := newDeadlineFixture(t, time.Minute+workerTimeout+time.Second, runner.RunStatus{State: runner.StateRunning})
	j, _ := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonDeadlineExceeded)
	f.expectCalls("Signal Cancel")
	f.events.Expect(t, "Warning DeadlineExceeded")
}

func TestAStoppedJobCompletesWithWhatItFound(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Stop = true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	_, result := f.reconcile("now")
	expectRequeue(t, result, signalPoll)
	f.expectCalls("Signal Stop")
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped})
	j, _ := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	f.expectCalls()
	f.events.Expect(t, "Normal Stopped")
}
