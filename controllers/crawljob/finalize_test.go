package crawljob

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

// deleting edits a job to be deleted since start.
func deleting(j *v1alpha1.CrawlJob) {
	started(j)
	j.DeletionTimestamp = &metav1.Time{Time: start}
}

func TestADeletedJobCancelsItsRunAndWaitsForTheWorker(t *testing.T) {
	t.Parallel()
	job := newJob("now", deleting)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	j, result := f.reconcile()
	if j == nil {
		t.Fatal("the job was deleted while its worker runs")
	}
	stagetest.ExpectRequeue(t, result, signalPoll)
	expectReason(t, j, v1alpha1.ReasonDeleting)
	f.expectCalls("Signal Cancel")
	f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: runner.ReasonCancelled})
	if j, _ = f.reconcile(); j != nil {
		t.Errorf("the job remains with %v", j.Finalizers)
	}
	f.expectCalls("Archive")
	if run, ok := f.runner.runs[job.RunID()]; !ok || run.State != runner.StateFailed || f.client.StatusWrites != 1 {
		t.Errorf("the run is %+v, the status was written %d times", run, f.client.StatusWrites)
	}
	f.events.Expect(t)
}

func TestADeletedJobDoesNotWaitWithoutAWorker(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]runner.RunStatus{
		"interrupted":    {State: runner.StateInterrupted},
		"complete":       {State: runner.StateComplete},
		"failed":         {State: runner.StateFailed},
		"worker missing": {State: runner.StateRunning, Worker: runner.WorkerMissing},
		"worker lost":    {State: runner.StateRunning, Worker: runner.WorkerLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := newJob("now", deleting)
			f := newFixture(t, acme(), job)
			f.setRun(job, run)
			if j, _ := f.reconcile(); j != nil {
				t.Errorf("the job remains with %v", j.Finalizers)
			}
			f.expectCalls("Archive")
			if left, ok := f.runner.runs[job.RunID()]; !ok || !left.Finished() {
				t.Errorf("the run of the deleted job is %+v", left)
			}
		})
	}
	t.Run("never started", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, acme(), newJob("now", deleting))
		if j, _ := f.reconcile(); j != nil {
			t.Errorf("the job remains with %v", j.Finalizers)
		}
	})
}

func TestADeletedJobDoesNotWaitForAHangingWorker(t *testing.T) {
	t.Parallel()
	job := newJob("now", deleting)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	f.now = start.Add(workerTimeout)
	if j, _ := f.reconcile(); j != nil {
		t.Errorf("the job remains with %v", j.Finalizers)
	}
	f.expectCalls("Archive")
}

func TestADeletedJobKeepsItsFinalizerWhileALiveWorkerHoldsTheRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", deleting)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	f.runner.busy, f.now = true, start.Add(workerTimeout)
	j, result := f.reconcile()
	if j == nil || len(j.Finalizers) == 0 {
		t.Fatal("the job is deleted")
	}
	stagetest.ExpectRequeue(t, result, signalPoll)
}
