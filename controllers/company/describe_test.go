package company

import (
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestTheDescriptionsOfCompaniesAreReviewed(t *testing.T) {
	t.Parallel()
	var d stagetest.Descriptions
	missing := []v1alpha1.Coverage{
		{Type: "privacy_policy", State: v1alpha1.CoverageFound}, {Type: "terms_of_service", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingBroken},
	}
	for _, s := range []struct {
		situation string
		edit      func(*v1alpha1.Company)
		jobs      []*v1alpha1.CrawlJob
		coverage  []v1alpha1.Coverage
		err       error // of the store
	}{
		{situation: "No CrawlJob exists, and no schedule."},
		{situation: "The first crawl is queued.", edit: hourly},
		{situation: "A type is missing.", edit: hourly, jobs: []*v1alpha1.CrawlJob{newJob("old", complete(0))}, coverage: missing},
		{situation: "Another crawl runs.", jobs: []*v1alpha1.CrawlJob{newJob("old", complete(0)), newJob("now", active)}, coverage: missing[:1]},
		{situation: "The last crawl failed.", edit: hourly, jobs: []*v1alpha1.CrawlJob{newJob("old", failed(0))}, coverage: missing},
		{situation: "The last crawl found no document.", jobs: []*v1alpha1.CrawlJob{newJob("old", finished(v1alpha1.ConditionComplete, v1alpha1.ReasonNoDocuments, 0))}, coverage: missing[1:]},
		{situation: "The schedule is suspended.", edit: func(c *v1alpha1.Company) { hourly(c); c.Spec.Suspend = true }, jobs: []*v1alpha1.CrawlJob{newJob("old", complete(0))}, coverage: missing[:1]},
		{situation: "The time zone does not exist.", edit: func(c *v1alpha1.Company) {
			c.Spec.Schedule = &v1alpha1.Schedule{Cron: "@daily", TimeZone: "Europe/Pari"}
		}},
		{situation: "The schedule never occurs.", edit: func(c *v1alpha1.Company) { c.Spec.Schedule = &v1alpha1.Schedule{Cron: "0 0 30 2 *"} }},
		{situation: "The domain is a public suffix.", edit: func(c *v1alpha1.Company) { c.Spec.Domains[0] = "co.uk" }},
		{situation: "The store does not respond.", err: errors.New("server selection timeout: no server at mongo:27017 answers")},
		{situation: "The Company is being deleted.", edit: deleting, jobs: []*v1alpha1.CrawlJob{newJob("held", active, func(j *v1alpha1.CrawlJob) { j.Finalizers = []string{v1alpha1.CrawlJobFinalizer} })}},
	} {
		f := newFixture(t, acme(s.edit))
		for _, j := range s.jobs {
			if err := f.client.Create(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		f.records.summary.Coverage, f.records.err = s.coverage, s.err
		if s.err != nil {
			_, _, _ = f.tryReconcile() // the first error is not reported yet
			f.now = start.Add(time.Minute)
		}
		c, _, err := f.tryReconcile()
		if !errors.Is(err, s.err) {
			t.Fatalf("%s %v", s.situation, err)
		}
		d.Add(s.situation, c.Status.Conditions, f.events)
	}
	d.Compare(t, "testdata/describe.txt")
}
