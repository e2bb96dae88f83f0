package company

import (
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestSummaryIsReadWhenACrawlHasFinishedOrTheSpecHasChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(nil), newJob("first", complete(time.Second)))
	f.records.summary = Summary{
		Types: []v1alpha1.TypeCount{{Type: "imprint", Count: 2}}, Count: 2, LastChange: start,
		Coverage: []v1alpha1.Coverage{{Type: "imprint", State: v1alpha1.CoverageFound}, {Type: "eula", State: v1alpha1.CoverageMissing}},
	}
	c, _ := f.reconcile()
	s := c.Status
	if s.DocumentCount != 2 || s.LastChangeTime == nil || len(s.Coverage) != 2 || s.Coverage[1].Reason != v1alpha1.MissingNotLinked {
		t.Errorf("the status is %+v", s)
	}
	if last := s.LastCrawl; last == nil || last.JobName != "first" || last.Reason != v1alpha1.ReasonConverged || last.CompletionTime == nil {
		t.Errorf("the last crawl is %+v", last)
	}
	f.reconcile()
	if f.records.reads != 1 {
		t.Errorf("without a change the store was read again: %d reads", f.records.reads)
	}
	f.update(c, func(c *v1alpha1.Company) { c.Spec.DisplayName = "Acme" })
	f.reconcile()
	if f.records.reads != 2 {
		t.Errorf("after a change of the spec there are %d reads", f.records.reads)
	}
	if err := f.client.Create(t.Context(), newJob("second", complete(2*time.Second))); err != nil {
		t.Fatal(err)
	}
	if c, _ = f.reconcile(); f.records.reads != 3 || c.Status.LastCrawl.JobName != "second" {
		t.Errorf("after another crawl there are %d reads, the last crawl is %+v", f.records.reads, c.Status.LastCrawl)
	}
}

func TestSummaryDoesNotReturnToAnOlderCrawl(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(nil), newJob("older", complete(time.Second)), newJob("newer", complete(2*time.Second)))
	f.reconcile()
	j := newJob("newer")
	if err := f.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if c, _ := f.reconcile(); c.Status.LastCrawl.JobName != "newer" {
		t.Errorf("the last crawl is %+v", c.Status.LastCrawl)
	}
}

func TestTheReasonOfAMissingTypeOutlivesItsRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		crawled(c)
		c.Status.Coverage = []v1alpha1.Coverage{{Type: "eula", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingRobots}}
	}))
	f.records.summary.Coverage = []v1alpha1.Coverage{{Type: "eula", State: v1alpha1.CoverageMissing}}
	if c, _ := f.reconcile(); c.Status.Coverage[0].Reason != v1alpha1.MissingRobots {
		t.Errorf("the coverage is %+v", c.Status.Coverage)
	}
}

func TestAFailedSummaryRecordsNoCrawl(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly), newJob("last", complete(0)))
	f.records.err = errors.New("the store does not respond")
	c, result, err := f.tryReconcile()
	if !errors.Is(err, f.records.err) {
		t.Fatalf("the error is %v", err)
	}
	stagetest.ExpectRequeue(t, result, 0)
	if c.Status.LastCrawl != nil || c.Status.ObservedGeneration != 0 || c.Status.NextCrawlTime != nil {
		t.Errorf("the status is %+v", c.Status)
	}
	f.records.err = nil
	if c, _ = f.reconcile(); c.Status.LastCrawl == nil || c.Status.ObservedGeneration != 1 {
		t.Errorf("the status after the failure is %+v", c.Status)
	}
}
