package crawljob

import (
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestASuspendedJobDoesNotStart(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = true }))
	for range 2 {
		j, result := f.reconcile()
		if j.Status.Reason != v1alpha1.ReasonSuspended {
			t.Errorf("the reason is %s", j.Status.Reason)
		}
		expectConditions(t, j, v1alpha1.ConditionSuspended)
		stagetest.ExpectRequeue(t, result, 0)
		if j.Status.StartTime != nil {
			t.Errorf("the status is %+v", j.Status)
		}
	}
	f.expectCalls()
	f.events.Expect(t, "Normal Suspended")
}

func TestSuspendingAnActiveJobInterruptsItsRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Suspend = true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Progress: runner.Progress{Fetched: 5}})
	j, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, signalPoll)
	if j.Status.StartTime == nil {
		t.Error("the job is inactive while its worker runs")
	}
	f.expectCalls("Signal Suspend")
	f.setRun(job, runner.RunStatus{State: runner.StateInterrupted, Progress: runner.Progress{Fetched: 11}})
	j, result = f.reconcile()
	stagetest.ExpectRequeue(t, result, 0)
	expectConditions(t, j, v1alpha1.ConditionSuspended)
	if j.Status.StartTime != nil || j.Active() {
		t.Error("the job is active without a worker, and blocks the company")
	}
	if j.Status.Progress.Fetched != 11 {
		t.Errorf("the counts of the suspended job are %+v", j.Status.Progress)
	}
	f.expectCalls()
	f.events.Expect(t, "Normal Suspended")
	// A job that is resumed starts the same run again.
	j.Spec.Suspend = false
	if err := f.client.Update(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	j, _ = f.reconcile()
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	f.expectCalls("Ensure")
	f.events.Expect(t, "Normal Queued")
}

func TestStopTakesPrecedenceOverSuspend(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Stop, j.Spec.Suspend = true, true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRunning)
	f.expectCalls("Signal Stop")
}

func TestSuspendHoldsARunWhoseWorkerIsMissing(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Suspend = true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Worker: runner.WorkerMissing})
	j, _ := f.reconcile()
	expectConditions(t, j, v1alpha1.ConditionSuspended)
	f.expectCalls()
}

func TestSuspendHoldsARunThatFailedAndMayBeRetried(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{v1alpha1.ReasonSiteUnreachable, v1alpha1.ReasonInternal, ""} {
		job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Suspend = true })
		f := newFixture(t, acme(), job)
		f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: reason, Attempts: 1})
		j, _ := f.reconcile()
		expectConditions(t, j, v1alpha1.ConditionSuspended)
		f.expectCalls()
	}
}

func TestSuspendDoesNotHoldARunThatHasEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		run       runner.RunStatus
		condition string
	}{
		"complete":    {runner.RunStatus{State: runner.StateComplete}, v1alpha1.ConditionComplete},
		"failed":      {runner.RunStatus{State: runner.StateFailed, Reason: v1alpha1.ReasonAccessDenied}, v1alpha1.ConditionFailed},
		"worker lost": {runner.RunStatus{State: runner.StateRunning, Worker: runner.WorkerLost}, v1alpha1.ConditionFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Suspend = true })
			f := newFixture(t, acme(), job)
			f.setRun(job, c.run)
			j, _ := f.reconcile()
			if !j.Finished() || !hasCondition(j, c.condition) || hasCondition(j, v1alpha1.ConditionSuspended) {
				t.Errorf("the conditions are %+v", j.Status.Conditions)
			}
		})
	}
}
