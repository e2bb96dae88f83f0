package crawljob

import (
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestStartPassesTheSpecOfTheJob(t *testing.T) {
	t.Parallel()
	seconds, limit, pages := int64(60), int32(5), int32(7)
	job := newJob("now", func(j *v1alpha1.CrawlJob) {
		j.Spec.ActiveDeadlineSeconds, j.Spec.BackoffLimit, j.Spec.Priority = &seconds, &limit, 9
		j.Annotations = map[string]string{v1alpha1.AnnotationRequestedBy: "jane"}
		j.Spec.Limits, j.Spec.Execution = &v1alpha1.CrawlLimits{MaxPages: &pages}, v1alpha1.ExecutionJob
	})
	f := newFixture(t, acme(), job)
	j, result := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonQueued)
	expectConditions(t, j, v1alpha1.ConditionReconciling)
	stagetest.ExpectRequeue(t, result, 2*time.Second)
	if s := j.Status; s.QueueTime == nil || !s.QueueTime.Time.Equal(start) || s.StartTime != nil || s.RunID != j.RunID() || s.ObservedGeneration != 1 {
		t.Errorf("the status is %+v", s)
	}
	spec := f.runner.specs[j.RunID()]
	if spec.Trigger != v1alpha1.TriggerManifest || spec.RequestedBy != "jane" {
		t.Errorf("the run has the trigger %q, requested by %q", spec.Trigger, spec.RequestedBy)
	}
	if spec.Company != "legal/acme" || spec.MaxAttempts != 6 || spec.Priority != 9 || !spec.Deadline.Equal(start.Add(time.Minute)) || !spec.NotBefore.IsZero() {
		t.Errorf("the spec of the run is %+v", spec)
	}
	if len(spec.Target.Domains) != 1 || spec.Limits == nil || spec.Execution != v1alpha1.ExecutionJob || spec.CrawlJob.Name != "now" || spec.CrawlJobUID != job.UID {
		t.Errorf("the spec of the run is %+v", spec)
	}
	f.events.Expect(t, "Normal Queued")
}

func TestStartUsesTheInlineTarget(t *testing.T) {
	t.Parallel()
	f := newFixture(t, newJob("now", func(j *v1alpha1.CrawlJob) {
		j.Spec.CompanyRef, j.Spec.Company = nil, &v1alpha1.Target{Domains: []v1alpha1.Domain{"inline.example"}}
	}))
	j, _ := f.reconcile()
	if spec := f.runner.specs[j.RunID()]; len(spec.Target.Domains) != 1 || spec.Target.Domains[0] != "inline.example" {
		t.Errorf("the spec of the run is %+v", spec)
	}
}

func TestStartLeavesARunWithAWorkerAlone(t *testing.T) {
	t.Parallel()
	for _, state := range []runner.State{runner.StatePending, runner.StateRunning, runner.StateComplete} {
		job := newJob("now", started)
		f := newFixture(t, acme(), job)
		f.setRun(job, runner.RunStatus{State: state})
		f.reconcile()
		f.expectCalls()
	}
}

func TestStartResumesAnInterruptedRunAndReplacesAMissingWorker(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]runner.RunStatus{
		"interrupted":              {State: runner.StateInterrupted},
		"waits without a worker":   {State: runner.StatePending, Worker: runner.WorkerMissing},
		"running without a worker": {State: runner.StateRunning, Worker: runner.WorkerMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := newJob("now", started)
			f := newFixture(t, acme(), job)
			f.setRun(job, run)
			j, _ := f.reconcile()
			f.expectCalls("Ensure")
			f.events.Expect(t) // it was started before
			expectConditions(t, j, v1alpha1.ConditionReconciling)
		})
	}
}

// The status update that records a start may be lost.
func TestAStartWhoseStatusWasLostStartsNoSecondRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", nil)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning, StartedAt: start.Add(time.Second)})
	j, _ := f.reconcile()
	f.expectCalls()
	f.events.Expect(t, "Normal Queued", "Normal Started")
	if s := j.Status; s.StartTime == nil || !s.StartTime.Time.Equal(start.Add(time.Second)) || s.RunID != job.RunID() {
		t.Errorf("the status is %+v", j.Status)
	}
}

func TestAFailedStartIsRetriedByTheQueue(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(), newJob("now", nil))
	f.runner.err = errors.New("the store does not respond")
	j, result, err := f.tryReconcile()
	if !errors.Is(err, f.runner.err) {
		t.Fatalf("the error is %v", err)
	}
	stagetest.ExpectRequeue(t, result, 0)
	if j.Active() || j.Status.ObservedGeneration != 0 {
		t.Errorf("the status is %+v", j.Status)
	}
	f.events.Expect(t)
}

func TestNoRunIsStartedWithoutAFinalizer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { j.Finalizers = nil }))
	s := f.newScope(newJob("now", func(j *v1alpha1.CrawlJob) { j.Finalizers, j.ResourceVersion = nil, "1" }))
	if err := f.ensureMetadata(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if !s.Done() {
		t.Error("the reconcile of an outdated job continues")
	}
	if _, err := s.Close(t.Context(), nil); err != nil || f.client.StatusWrites > 0 {
		t.Errorf("the outdated job had %d status writes, %v", f.client.StatusWrites, err)
	}
	j, _ := f.reconcile()
	if len(j.Finalizers) != 1 || j.Finalizers[0] != v1alpha1.CrawlJobFinalizer || !j.Active() {
		t.Errorf("the job is %+v", j)
	}
	f.expectCalls("Ensure")
}
