package crawljob

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestAFinishedJobIsDeletedAfterItsTimeToLive(t *testing.T) {
	t.Parallel()
	ttl := int32(60)
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { finished(j); j.Spec.TTLSecondsAfterFinished = &ttl }))
	f.now = start.Add(20 * time.Second)
	j, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, 40*time.Second)
	if j.DeletionTimestamp != nil {
		t.Fatal("the job was deleted before its time to live has passed")
	}
	f.now = start.Add(time.Minute)
	if j, _ = f.reconcile(); j.DeletionTimestamp == nil {
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
	j, result := f.reconcile()
	stagetest.ExpectRequeue(t, result, 0)
	expectConditions(t, j, v1alpha1.ConditionComplete)
	if j.DeletionTimestamp != nil || f.runner.reads > 0 {
		t.Errorf("the job is %+v, its run was read %d times", j.ObjectMeta, f.runner.reads)
	}
	f.expectCalls()
}
