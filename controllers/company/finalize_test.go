package company

import (
	"errors"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

// deleting edits a Company to be deleted since start.
func deleting(c *v1alpha1.Company) {
	hourly(c)
	c.DeletionTimestamp = &metav1.Time{Time: start}
}

func TestADeletedCompanyDeletesItsJobsFirst(t *testing.T) {
	t.Parallel()
	held := newJob("held", active, func(j *v1alpha1.CrawlJob) { j.Finalizers = []string{v1alpha1.CrawlJobFinalizer} })
	f := newFixture(t, held, newJob("old", complete(0)), acme(func(c *v1alpha1.Company) {
		deleting(c)
		c.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	}))
	c, result := f.reconcile()
	if c == nil {
		t.Fatal("the Company was deleted before its jobs")
	}
	stagetest.ExpectRequeue(t, result, deletionPoll)
	expectReady(t, c, v1alpha1.ReasonDeleting, v1alpha1.ConditionReconciling)
	f.expectJobs("held")
	if len(f.records.deleted) > 0 {
		t.Error("the records were deleted while a job runs")
	}
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
	if !slices.Equal(f.records.deleted, []string{"legal/acme"}) {
		t.Errorf("the deleted records are %q", f.records.deleted)
	}
	f.events.Expect(t)
	if f.client.StatusWrites != 1 {
		t.Errorf("the status was written %d times", f.client.StatusWrites)
	}
}

func TestADeletedCompanyRetainsItsRecordsByDefault(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deleting))
	if c, _ := f.reconcile(); c != nil {
		t.Errorf("the Company remains with %v", c.Finalizers)
	}
	if len(f.records.deleted) > 0 {
		t.Errorf("the deleted records are %q", f.records.deleted)
	}
	f.expectJobs()
}

func TestADeletedCompanyKeepsItsFinalizerWhileItsRecordsCannotBeDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		deleting(c)
		c.Spec.DeletionPolicy = v1alpha1.DeletionDelete
	}))
	f.records.err = errors.New("the store does not respond")
	c, _, err := f.tryReconcile()
	if !errors.Is(err, f.records.err) || c == nil || len(c.Finalizers) == 0 {
		t.Errorf("the error is %v, the Company is %+v", err, c)
	}
}

func TestNoJobIsCreatedWithoutAFinalizer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(func(c *v1alpha1.Company) { hourly(c); c.Finalizers = nil }))
	s := f.newScope(acme(func(c *v1alpha1.Company) { hourly(c); c.Finalizers, c.ResourceVersion = nil, "1" }))
	if err := f.ensureFinalizer(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if !s.Done() {
		t.Error("the reconcile of an outdated Company continues")
	}
	c, _ := f.reconcile()
	if !slices.Contains(c.Finalizers, v1alpha1.CompanyFinalizer) {
		t.Errorf("the finalizers are %v", c.Finalizers)
	}
	f.expectJobs(jobName("acme", start))
}
