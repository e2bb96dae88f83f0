package crawljob

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
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
	j, result := f.reconcile("now")
	if j == nil {
		t.Fatal("the job was deleted while its worker runs")
	}
	expectRequeue(t, result, signalPoll)
	f.expectCalls("Signal Cancel")
	f.setRun(job, runner.RunStatus{State: runner.StateFailed, Reason: runner.ReasonCancelled})
	if j, _ = f.reconcile("now"); j != nil {
		t.Errorf("the job remains with %v", j.Finalizers)
	}
	f.expectCalls("Delete")
	if len(f.runner.runs) > 0 || f.writes > 0 {
		t.Errorf("the runs are %v, the status was written %d times", f.runner.runs, f.writes)
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
			if j, _ := f.reconcile("now"); j != nil {
				t.Errorf("the job remains with %v", j.Finalizers)
			}
			f.expectCalls("Delete")
		})
	}
	t.Run("never started", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, acme(), newJob("now", deleting))
		if j, _ := f.reconcile("now"); j != nil {
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
	if j, _ := f.reconcile("now"); j != nil {
		t.Errorf("the job remains with %v", j.Finalizers)
	}
	f.expectCalls("Delete")
}

func TestADeletedJobKeepsItsFinalizerWhileALiveWorkerHoldsTheRun(t *testing.T) {
	t.Parallel()
	job := newJob("now", deleting)
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	f.runner.busy, f.now = true, start.Add(workerTimeout)
	j, result := f.reconcile("now")
	if j == nil || len(j.Finalizers) == 0 {
		t.Fatal("the job is deleted")
	}
	expectRequeue(t, result, signalPoll)
}

func TestAFinishedJobIsDeletedAfterItsTimeToLive(t *testing.T) {
	t.Parallel()
	ttl := int32(60)
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { finished(j); j.Spec.TTLSecondsAfterFinished = &ttl }))
	f.now = start.Add(20 * time.Second)
	j, result := f.reconcile("now")
	expectRequeue(t, result, 40*time.Second)
	if j.DeletionTimestamp != nil {
		t.Fatal("the job was deleted before its time to live has passed")
	}
	f.now = start.Add(time.Minute)
	if j, _ = f.reconcile("now"); j.DeletionTimestamp == nil {
		t.Error("the job was not deleted after its time to live")
	}
	f.expectCalls() // the run is deleted by finalize
}

func TestAFinishedJobWithoutATimeToLiveIsLeftAlone(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { finished(j); j.Spec.Suspend, j.Generation = true, 2 })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	f.now = start.Add(1000 * time.Hour)
	j, result := f.reconcile("now")
	expectRequeue(t, result, 0)
	expectConditions(t, j, v1alpha1.ConditionComplete)
	if j.DeletionTimestamp != nil || f.runner.reads > 0 {
		t.Errorf("the job is %+v, its run was read %d times", j.ObjectMeta, f.runner.reads)
	}
	f.expectCalls()
}
