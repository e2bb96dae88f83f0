package company

import (
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

// fail reconciles acme, which must fail, some time after start.
func (f *fixture) fail(after time.Duration) *v1alpha1.Company {
	f.t.Helper()
	f.now = start.Add(after)
	c, result, err := f.tryReconcile()
	if err == nil || result.RequeueAfter != 0 {
		f.t.Fatalf("reconcile: %+v, %v; want an error, after which the work queue backs off", result, err)
	}
	return c
}

func TestAPersistentErrorIsReportedInTheStatusUntilTheNextSuccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly))
	f.records.err = errors.New("the store does not respond at 10.0.0.1:5001")
	if c := f.fail(0); len(c.Status.Conditions) > 0 || f.client.StatusWrites > 0 {
		t.Errorf("a single failure has the conditions %+v after %d writes", c.Status.Conditions, f.client.StatusWrites)
	}
	const want = "summarize its documents: the store does not respond at 10.0.0.1:5001"
	c := f.fail(10 * time.Second)
	ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Message != want {
		t.Errorf("the condition Ready is %+v, want the message %q", ready, want)
	}
	expectReady(t, c, v1alpha1.ReasonStoreError, v1alpha1.ConditionReconciling)
	if f.client.StatusWrites != 1 || c.Status.ObservedGeneration == c.Generation {
		t.Errorf("after %d writes, the observed generation is %d", f.client.StatusWrites, c.Status.ObservedGeneration)
	}
	f.records.err = errors.New("the store does not respond at 10.0.0.1:40002")
	for i := range 5 {
		f.fail(time.Minute * time.Duration(i+1))
	}
	if f.client.StatusWrites != 1 {
		t.Errorf("the same error was written %d times", f.client.StatusWrites)
	}
	f.records.err = errors.New("the disk is full")
	f.fail(10 * time.Minute)
	f.fail(11 * time.Minute)
	if f.client.StatusWrites != 2 {
		t.Errorf("two errors were written %d times", f.client.StatusWrites)
	}
	f.events.Expect(t)

	f.records.err = nil
	c, _ = f.reconcile()
	expectReady(t, c, v1alpha1.ReasonNeverCrawled, v1alpha1.ConditionReconciling)
	job := newJob(f.jobs()[0])
	if err := f.client.Delete(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	c, _ = f.reconcile()
	expectReady(t, c, v1alpha1.ReasonNeverCrawled)

	writes := f.client.StatusWrites
	f.update(c, func(c *v1alpha1.Company) { c.Spec.DisplayName = "Acme" })
	f.records.err = errors.New("a new failure")
	if c := f.fail(20 * time.Minute); f.client.StatusWrites != writes {
		t.Errorf("the first failure after a success was reported: %+v", c.Status.Conditions)
	}
}

func TestAFailingDeletionIsReportedInTheStatus(t *testing.T) {
	t.Parallel()
	held := newJob("held", active, func(j *v1alpha1.CrawlJob) { j.Finalizers = []string{v1alpha1.CrawlJobFinalizer} })
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		deleting(c)
		c.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	}))
	f.records.err = errors.New("the store does not respond")
	f.fail(0)
	c := f.fail(30 * time.Second)
	expectReady(t, c, v1alpha1.ReasonStoreError, v1alpha1.ConditionReconciling)
	f.fail(time.Minute)
	if f.client.StatusWrites != 1 {
		t.Errorf("the error was written %d times", f.client.StatusWrites)
	}
	f.records.err = nil
	if err := f.client.Create(t.Context(), held); err != nil { // the deletion waits for it
		t.Fatal(err)
	}
	c, result := f.reconcile()
	expectReady(t, c, v1alpha1.ReasonDeleting, v1alpha1.ConditionReconciling)
	stagetest.ExpectRequeue(t, result, deletionPoll)
	if err := f.client.Get(t.Context(), client.ObjectKeyFromObject(held), held); err != nil {
		t.Fatal(err)
	}
	held.Finalizers = nil
	if err := f.client.Update(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if c, _ = f.reconcile(); c != nil {
		t.Errorf("the Company remains with %v", c.Finalizers)
	}
}
