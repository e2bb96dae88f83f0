package crawljob

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestAFailedRunIsRetriedWithBackoffUpToTheLimit(t *testing.T) {
	t.Parallel()
	limit := int32(1)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.BackoffLimit = &limit })
	f := newFixture(t, acme(), job)
	failed := runner.RunStatus{State: runner.StateFailed, Reason: v1alpha1.ReasonSiteUnreachable, Message: "acme.example does not respond.", Attempts: 1, CompletedAt: start}
	f.setRun(job, failed)
	f.now = start.Add(time.Second)
	j, result := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRetrying)
	stagetest.ExpectRequeue(t, result, 9*time.Second)
	f.expectCalls("Ensure")
	f.events.Expect(t, "Warning Retrying")
	want := "Attempt 1 of 2 failed: acme.example does not respond. Retrying at 2026-03-04T05:06:17Z."
	for range 2 { // the run no longer states the cause
		if j.Status.Message != want {
			t.Errorf("the message is %q, want %q", j.Status.Message, want)
		}
		f.setRun(job, runner.RunStatus{State: runner.StatePending, Attempts: 1, NotBefore: start.Add(initialBackoff), StartedAt: start})
		j, _ = f.reconcile()
	}
	if got := f.runner.specs[j.RunID()].NotBefore; !got.Equal(start.Add(initialBackoff)) {
		t.Errorf("the next attempt is at %s", got)
	}
	failed.Attempts = 2
	f.setRun(job, failed)
	j, _ = f.reconcile()
	expectReason(t, j, v1alpha1.ReasonSiteUnreachable)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls()
	f.events.Expect(t, "Warning SiteUnreachable")
}

func TestARetryWhoseBackoffHasPassedIsObservedSoon(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: v1alpha1.ReasonSiteUnreachable, Attempts: 1, CompletedAt: start})
	f.now = start.Add(time.Hour)
	_, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, signalPoll)
	f.expectCalls("Ensure")
}

func TestAPermanentFailureIsNotRetried(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		v1alpha1.ReasonAccessDenied: v1alpha1.ReasonAccessDenied, v1alpha1.ReasonWorkerLost: v1alpha1.ReasonWorkerLost,
		v1alpha1.ReasonInvalidSpec: v1alpha1.ReasonInvalidSpec, runner.ReasonCancelled: v1alpha1.ReasonInternal,
	} {
		job := newJob("now", started)
		f := newFixture(t, acme(), job)
		f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: reason, Attempts: 1})
		j, _ := f.reconcile()
		expectReason(t, j, want)
		expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
		f.expectCalls()
	}
}

func TestStoppingASuspendedJobDoesNotRetryItsFailedRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { j.Spec.Stop, j.Spec.Suspend = true, true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: v1alpha1.ReasonSiteUnreachable, Attempts: 1, CreatedAt: start})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
}

func TestBackoffDoublesUpToItsMaximum(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int32]time.Duration{0: 10 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 6: 320 * time.Second, 7: maxBackoff, 1000: maxBackoff} {
		if got := backoff(attempts); got != want {
			t.Errorf("after %d attempts the backoff is %s, want %s", attempts, got, want)
		}
	}
}
