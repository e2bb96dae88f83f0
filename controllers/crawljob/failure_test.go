package crawljob

import (
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

func TestAPersistentErrorIsReportedInTheStatusUntilTheNextSuccess(t *testing.T) {
	t.Parallel()
	now := newJob("now", started)
	f := newFixture(t, acme(), now)
	f.setRun(now, runner.RunStatus{State: runner.StateRunning, Worker: runner.WorkerExpected})
	job, _ := f.reconcile()
	expectReason(t, job, v1alpha1.ReasonRunning)
	writes := f.client.StatusWrites
	f.runner.err = errors.New("the store does not respond")
	for _, after := range []time.Duration{0, 9 * time.Second, 10 * time.Second, time.Minute} {
		f.now = start.Add(after)
		var err error
		if job, _, err = f.tryReconcile(); !errors.Is(err, f.runner.err) {
			t.Fatalf("reconcile: %v", err)
		}
		ready := meta.FindStatusCondition(job.Status.Conditions, v1alpha1.ConditionReady)
		reported := ready.Reason == v1alpha1.ReasonStoreError
		if reported != (after >= 10*time.Second) || reported && (ready.Status != metav1.ConditionUnknown || ready.Message != "get the status of the run: the store does not respond") {
			t.Errorf("after %v the condition Ready is %+v", after, ready)
		}
	}
	if n := f.client.StatusWrites - writes; n != 1 {
		t.Errorf("the error was written %d times", n)
	}
	if !job.Active() || job.Finished() || job.Status.Reason != v1alpha1.ReasonStoreError {
		t.Errorf("the error changed the state of the job: %+v", job.Status)
	}
	f.runner.err = nil
	job, _ = f.reconcile()
	expectReason(t, job, v1alpha1.ReasonRunning)
	expectConditions(t, job, v1alpha1.ConditionReconciling)
	f.setRun(now, runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonConverged, Worker: runner.WorkerExpected})
	job, _ = f.reconcile()
	expectConditions(t, job, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
}

func TestAFailingDeletionOfAJobIsReportedInTheStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { j.DeletionTimestamp = &metav1.Time{Time: start} }))
	f.runner.err = errors.New("the store does not respond")
	var job *v1alpha1.CrawlJob
	for _, after := range []time.Duration{0, time.Minute, 2 * time.Minute} {
		f.now = start.Add(after)
		var err error
		if job, _, err = f.tryReconcile(); !errors.Is(err, f.runner.err) {
			t.Fatalf("reconcile: %v", err)
		}
	}
	if ready := meta.FindStatusCondition(job.Status.Conditions, v1alpha1.ConditionReady); ready == nil || ready.Reason != v1alpha1.ReasonStoreError || f.client.StatusWrites != 1 {
		t.Errorf("the condition Ready is %+v after %d writes", ready, f.client.StatusWrites)
	}
	f.runner.err = nil
	if job, _ := f.reconcile(); job != nil {
		t.Errorf("the job remains with %v", job.Finalizers)
	}
}
