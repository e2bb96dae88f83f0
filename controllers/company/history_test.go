package company

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
	"github.com/clausea/crawler/controllers/stagetest"
)

// limits returns an edit of a Company that sets both history limits.
func limits(successful, failed int32) func(*v1alpha1.Company) {
	return func(c *v1alpha1.Company) {
		c.Spec.HistoryLimits = &v1alpha1.HistoryLimits{Successful: &successful, Failed: &failed}
	}
}

func TestHistoryDeletesTheOldestFinishedJobsOfEachOutcome(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(limits(2, 1)),
		newJob("c1", complete(time.Second)), newJob("c2", complete(2*time.Second)), newJob("c3", complete(3*time.Second)),
		newJob("f1", failed(4*time.Second)), newJob("f2", failed(5*time.Second)))
	f.reconcile()
	f.expectJobs("c2", "c3", "f2")
}

func TestHistoryDoesNotDeleteUnfinishedJobsOrThoseOfUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(limits(0, 0)),
		newJob("running", active),
		newJob("waiting"),
		newJob("of-a-user", complete(0), func(j *v1alpha1.CrawlJob) { j.Annotations = nil }),
		newJob("of-globex", complete(0), func(j *v1alpha1.CrawlJob) { j.Spec.CompanyRef.Name = "globex" }))
	f.reconcile()
	f.reconcile()
	f.expectJobs("of-a-user", "of-globex", "running", "waiting")
}

func TestHistoryDoesNotDeleteTheLastJobBeforeItsResultIsRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(limits(0, 0)), newJob("last", complete(0)))
	c, result := f.reconcile()
	f.expectJobs("last")
	stagetest.ExpectRequeue(t, result, scope.ConflictDelay)
	if c.Status.LastCrawl == nil || c.Status.LastCrawl.JobName != "last" {
		t.Errorf("the status is %+v", c.Status)
	}
	f.reconcile()
	f.expectJobs()
}
