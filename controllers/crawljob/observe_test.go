package crawljob

import (
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestObserveReportsARunningRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Attempts: 2, Progress: runner.Progress{Fetched: 7, Skipped: map[string]int64{"robots": 3}}})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRunning)
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	if s := j.Status; s.Attempts != 2 || s.Progress.Fetched != 7 || s.Progress.Skipped[0].Count != 3 {
		t.Errorf("the status is %+v", s)
	}
	f.reconcile()
	if f.client.StatusWrites != 1 {
		t.Errorf("an unchanged status was written %d times", f.client.StatusWrites)
	}
	f.events.Expect(t)
}

func TestObservePollsAnOldRunLessOften(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	for _, c := range []struct{ age, want time.Duration }{
		{time.Second, 2 * time.Second}, {30 * time.Second, 10 * time.Second}, {5 * time.Minute, 30 * time.Second}, {time.Hour, reportInterval},
	} {
		f.now = start.Add(c.age)
		_, result := f.reconcile()
		stagetest.ExpectRequeue(t, result, c.want)
	}
}

func TestObservePollsAtTheDeadlineAndAtTheNextAttempt(t *testing.T) {
	t.Parallel()
	seconds := int64(3605)
	job := newJob("now", func(j *v1alpha1.CrawlJob) { started(j); j.Spec.ActiveDeadlineSeconds = &seconds })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, StartedAt: start})
	f.now = start.Add(time.Hour)
	_, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, 5*time.Second)
	f.setRun(job, runner.RunStatus{State: runner.StatePending, NotBefore: f.now.Add(3 * time.Second)})
	j, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, 3*time.Second)
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
	j, result := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonConverged)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	stagetest.ExpectRequeue(t, result, time.Minute)
	if s := j.Status; s.CompletionTime == nil || s.Documents.New != 2 || !strings.Contains(s.Message, "2 new documents") {
		t.Errorf("the status is %+v", s)
	}
	f.events.Expect(t, "Normal Converged")
	f.reconcile()
	f.events.Expect(t)
}

func TestTheMessageOfACompleteRunIsReported(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Message: "Found 2 of 2 expected types."})
	if j, _ := f.reconcile(); j.Status.Message != "Found 2 of 2 expected types." {
		t.Errorf("the message is %q", j.Status.Message)
	}
}

func TestALostWorkerFailsTheJob(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, Worker: runner.WorkerLost, Dedicated: true})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonWorkerLost)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls("Ensure")
}

func TestTheReasonOfARunThatMakesNoProgressIsReported(t *testing.T) {
	t.Parallel()
	for _, state := range []runner.State{runner.StatePending, runner.StateRunning} {
		job := newJob("now", started)
		f := newFixture(t, acme(), job)
		f.setRun(job, runner.RunStatus{State: state, Waiting: v1alpha1.ReasonPodNotStarted, Message: "Pod p is starting."})
		j, _ := f.reconcile()
		expectReason(t, j, v1alpha1.ReasonPodNotStarted)
		if j.Status.Message != "Pod p is starting." {
			t.Errorf("the message is %q", j.Status.Message)
		}
	}
}

func TestStartedAndResumedAreReportedWhenAWorkerClaimsTheRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", nil)
	f := newFixture(t, acme(), job)
	j, _ := f.reconcile()
	f.events.Expect(t, "Normal Queued")
	if j.Status.StartTime != nil {
		t.Errorf("the job has started at %v before a worker has claimed its run", j.Status.StartTime)
	}
	f.now = start.Add(5 * time.Second)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, StartedAt: start.Add(4 * time.Second), Progress: runner.Progress{Fetched: 3}})
	if j, _ = f.reconcile(); j.Status.StartTime == nil || !j.Status.StartTime.Time.Equal(start.Add(4*time.Second)) {
		t.Errorf("the start time is %v", j.Status.StartTime)
	}
	f.events.Expect(t, "Normal Started")
	j.Status.StartTime, j.Status.QueueTime = nil, nil // as after a suspension
	if err := f.client.Status().Update(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	f.reconcile()
	f.events.Expect(t, "Normal Queued", "Normal Resumed")
}

func TestATakeoverIsReportedAsAnEvent(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	for takeovers := range int32(2) {
		f.setRun(job, runner.RunStatus{State: runner.StateRunning, StartedAt: start, Attempts: 1 + takeovers, Takeovers: takeovers})
		f.reconcile()
	}
	f.reconcile()
	f.events.Expect(t, "Warning TakenOver")
}

// A controller that restarts, or that polls seldom, sees the run after the takeover only.
func TestATakeoverIsReportedAlthoughTheCrawlHasEndedSince(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(*v1alpha1.CrawlJob) {})
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, StartedAt: start, CompletedAt: start, Reason: v1alpha1.ReasonFrontierEmpty, Attempts: 2, Takeovers: 1, Documents: v1alpha1.DocumentCounts{New: 1}})
	j, _ := f.reconcile()
	if j.Status.Takeovers != 1 {
		t.Errorf("the status has %d takeovers", j.Status.Takeovers)
	}
	f.reconcile()
	f.events.Expect(t, "Normal Queued", "Normal Started", "Warning TakenOver", "Normal FrontierEmpty")
}

func TestACrawlWithoutDocumentsHasAReasonOfItsOwn(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonFrontierEmpty, Documents: v1alpha1.DocumentCounts{Unreachable: 1}})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonNoDocuments)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	for _, c := range j.Status.Conditions {
		if c.Type == v1alpha1.ConditionComplete && c.Reason != v1alpha1.ReasonFrontierEmpty {
			t.Errorf("the condition is %+v", c)
		}
	}
	f.events.Expect(t, "Warning NoDocuments")
}
