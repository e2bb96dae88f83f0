package crawljob

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
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
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRunning)
	f.expectCalls()
}

func TestAJobIsStoppedAtItsDeadlineAndFails(t *testing.T) {
	t.Parallel()
	f, job := newDeadlineFixture(t, time.Minute, runner.RunStatus{State: runner.StateRunning})
	j, result := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRunning)
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	stagetest.ExpectRequeue(t, result, signalPoll)
	f.expectCalls("Signal Stop")
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped, StartedAt: start})
	j, _ = f.reconcile()
	expectReason(t, j, v1alpha1.ReasonDeadlineExceeded)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls()
	f.events.Expect(t, "Warning DeadlineExceeded")
}

func TestAJobThatConvergesAfterItsDeadlineCompletes(t *testing.T) {
	t.Parallel()
	f, _ := newDeadlineFixture(t, 2*time.Minute, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonConverged})
	j, _ := f.reconcile()
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
}

func TestAJobDoesNotWaitForAHangingWorker(t *testing.T) {
	t.Parallel()
	f, _ := newDeadlineFixture(t, time.Minute+workerTimeout+time.Second, runner.RunStatus{State: runner.StateRunning})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonDeadlineExceeded)
	f.expectCalls("Signal Cancel")
	f.events.Expect(t, "Warning DeadlineExceeded")
}

func TestAJobThatIsStoppedByItsUserCompletesEvenAfterItsDeadline(t *testing.T) {
	t.Parallel()
	f, job := newDeadlineFixture(t, 2*time.Minute, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped})
	job.Spec.Stop = true
	if err := f.client.Update(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
}

func TestAStoppedJobCompletesWithTheDocumentsFoundSoFar(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Stop = true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	_, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, signalPoll)
	f.expectCalls("Signal Stop")
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	f.expectCalls()
	f.events.Expect(t, "Normal Stopped")
}

func TestTheDeadlineStartsWhenAWorkerClaimsTheRun(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	minute := int64(60)
	for _, c := range []struct {
		name    string
		started time.Duration // how long ago the job was started
		run     runner.RunStatus
		passed  bool
	}{
		{"waits for a worker", time.Hour, runner.RunStatus{State: runner.StatePending}, false},
		{"was just claimed", time.Hour, runner.RunStatus{State: runner.StateRunning, StartedAt: now.Add(-time.Second)}, false},
		{"runs too long", time.Hour, runner.RunStatus{State: runner.StateRunning, StartedAt: now.Add(-2 * time.Minute)}, true},
		{"waits too long for its next attempt", time.Hour, runner.RunStatus{State: runner.StatePending, StartedAt: now.Add(-2 * time.Minute)}, true},
		{"resumes after a suspension", time.Second, runner.RunStatus{State: runner.StateRunning, StartedAt: now.Add(-2 * time.Minute)}, false},
		{"was claimed late by its pod", time.Hour, runner.RunStatus{State: runner.StateRunning, StartedAt: now.Add(-time.Second), Dedicated: true}, true},
		{"waits too long for its pod", time.Hour, runner.RunStatus{State: runner.StatePending, Dedicated: true}, true},
		{"has no start time", time.Hour, runner.RunStatus{State: runner.StateRunning}, true},
	} {
		job := &v1alpha1.CrawlJob{}
		started := metav1.NewTime(now.Add(-c.started))
		job.Spec.ActiveDeadlineSeconds, job.Status.StartTime = &minute, &started
		s := (&Reconciler{Now: func() time.Time { return now }}).newScope(job)
		if remaining := s.remaining(&c.run); (remaining <= 0) != c.passed {
			t.Errorf("a job that %s has %s left", c.name, remaining)
		}
	}
}

func TestACrawlThatDidNotStartBeforeItsDeadlineSaysWhatPreventedIt(t *testing.T) {
	t.Parallel()
	seconds := int64(60)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { j.Spec.ActiveDeadlineSeconds = &seconds })
	f := newFixture(t, acme(), job)
	f.reconcile()
	f.events.Expect(t, "Normal Queued")
	f.setRun(job, runner.RunStatus{State: runner.StatePending, Dedicated: true, Waiting: v1alpha1.ReasonPodNotCreated, Message: "No pod could be created: exceeded quota: none."})
	f.runner.calls = nil
	f.now = start.Add(time.Minute)
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonDeadlineExceeded)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	if want := "The crawl did not start within activeDeadlineSeconds (60). No pod could be created: exceeded quota: none."; j.Status.Message != want {
		t.Errorf("the message is %q, want %q", j.Status.Message, want)
	}
	if j.Status.StartTime != nil {
		t.Errorf("the start time is %v", j.Status.StartTime)
	}
	f.expectCalls("Signal Expire")
	f.events.Expect(t, "Warning DeadlineExceeded")
}
