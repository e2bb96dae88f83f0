package crawljob

import (
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

func TestObserveReportsARunningRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Attempts: 2, Progress: runner.Progress{Fetched: 7, Skipped: map[string]int64{"robots": 3}}})
	j, _ := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonRunning)
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	if s := j.Status; s.Attempts != 2 || s.Progress.Fetched != 7 || s.Progress.Skipped[0].Count != 3 {
		t.Errorf("the status is %+v", s)
	}
	f.reconcile("now")
	if f.writes != 1 {
		t.Errorf("an unchanged status was written %d times", f.writes)
	}
	f.events.Expect(t)
}

func TestObservePollsAnOldRunLessOften(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	for _, c := range []struct{ age, want time.Duration }{
		{time.Second, 2 * time.Second}, {30 * time.Second, 10 * time.Second}, {5 * time.Minute, 30 * time.Second}, {time.Hour, time.Minute},
	} {
		f.now = start.Add(c.age)
		_, result := f.reconcile("now")
		expectRequeue(t, result, c.want)
	}
}

func TestObservePollsAtTheDeadlineAndAtTheNextAttempt(t *testing.T) {
	t.Parallel()
	seconds := int64(3605)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.ActiveDeadlineSeconds = &seconds })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, StartedAt: start})
	f.now = start.Add(time.Hour)
	_, result := f.reconcile("now")
	expectRequeue(t, result, 5*time.Second)
	f.setRun(job, runner.RunStatus{State: runner.StatePending, NotBefore: f.now.Add(3 * time.Second)})
	j, result := f.reconcile("now")
	expectRequeue(t, result, 3*time.Second)
	if !strings.Contains(j.Status.Message, "Waiting until") {
		t.Errorf("the message is %q", j.Status.Message)
	}
}

func TestObserveCompletesTheJob(t *testing.T) {
	t.Parallel()
	ttl := int32(60)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.TTLSecondsAfterFinished = &ttl })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonConverged, Documents: v1alpha1.DocumentCounts{New: 2}})
	j, result := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonConverged)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	expectRequeue(t, result, time.Minute)
	if s := j.Status; s.CompletionTime == nil || s.Documents.New != 2 || !strings.Contains(s.Message, "2 new documents") {
		t.Errorf("the status is %+v", s)
	}
	f.events.Expect(t, "Normal Converged")
	f.reconcile("now")
	f.events.Expect(t)
}

func TestAFailedRunIsRetriedWithBackoffUpToTheLimit(t *testing.T) {
	t.Parallel()
	limit := int32(1)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.BackoffLimit = &limit })
	f := newFixture(t, acme(), job)
	failed := runner.RunStatus{State: runner.StateFailed, Reason: v1alpha1.ReasonSiteUnreachable, Message: "acme.example does not respond.", Attempts: 1, CompletedAt: start}
	f.setRun(job, failed)
	f.now = start.Add(time.Second)
	j, result := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonPending)
	expectRequeue(t, result, 9*time.Second)
	f.expectCalls("Ensure")
	f.events.Expect(t)
	if got := f.runner.specs[j.RunID()].NotBefore; !got.Equal(start.Add(initialBackoff)) {
		t.Errorf("the next attempt is at %s", got)
	}
	failed.Attempts = 2
	f.setRun(job, failed)
	j, _ = f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonSiteUnreachable)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls()
	f.events.Expect(t, "Warning SiteUnreachable")
}

func TestAFailureThatCannotSucceedLaterIsNotRetried(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		v1alpha1.ReasonAccessDenied: v1alpha1.ReasonAccessDenied, v1alpha1.ReasonWorkerLost: v1alpha1.ReasonWorkerLost,
		v1alpha1.ReasonInvalidSpec: v1alpha1.ReasonInvalidSpec, runner.ReasonCancelled: v1alpha1.ReasonInternal,
	} {
		job := newJob("now", started)
		f := newFixture(t, acme(), job)
		f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: reason, Attempts: 1})
		j, _ := f.reconcile("now")
		expectReason(t, j, want)
		expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
		f.expectCalls()
	}
}

func TestALostWorkerFailsTheJob(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Worker: runner.WorkerLost, Dedicated: true})
	j, _ := f.reconcile("now")
	expectReason(t, j, v1alpha1.ReasonWorkerLost)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls("Ensure")
}

func TestBackoffDoublesUpToItsMaximum(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int32]time.Duration{0: 10 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 6: 320 * time.Second, 7: maxBackoff, 1000: maxBackoff} {
		if got := backoff(attempts); got != want {
			t.Errorf("after %d attempts the backoff is %s, want %s", attempts, got, want)
		}
	}
}

func TestMessagesAreTruncatedAtARune(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 2*maxMessage), strings.Repeat("é", maxMessage), strings.Repeat("語", maxMessage)} {
		got := truncate(s)
		if len(got) > maxMessage || len(got) < maxMessage-8 || !strings.HasSuffix(got, "…") || strings.ToValidUTF8(got, "") != got {
			t.Errorf("truncated to %d bytes: %q", len(got), got[len(got)-12:])
		}
	}
	if got := truncate("short"); got != "short" {
		t.Errorf("truncated to %q", got)
	}
}
