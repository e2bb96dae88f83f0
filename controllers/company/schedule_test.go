package company

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestACompanyWithoutAScheduleIsNotCrawled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edit       func(*v1alpha1.Company)
		conditions []string
	}{
		"no schedule": {nil, nil},
		"suspended":   {func(c *v1alpha1.Company) { hourly(c); c.Spec.Suspend = true }, []string{v1alpha1.ConditionSuspended}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, acme(test.edit))
			c, result := f.reconcile()
			expectReady(t, c, v1alpha1.ReasonNeverCrawled, test.conditions...)
			stagetest.ExpectRequeue(t, result, 0)
			f.expectJobs()
			if c.Status.NextCrawlTime != nil || c.Status.ObservedGeneration != 1 {
				t.Errorf("the status is %+v", c.Status)
			}
		})
	}
}

func TestANewCompanyIsCrawledAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly))
	c, result := f.reconcile()
	want := jobName("acme", start)
	f.expectJobs(want)
	expectReady(t, c, v1alpha1.ReasonNeverCrawled, v1alpha1.ConditionReconciling)
	stagetest.ExpectRequeue(t, result, maxRequeue)
	if next := c.Status.NextCrawlTime; next == nil || !next.Time.Equal(start.Truncate(time.Hour).Add(time.Hour)) {
		t.Errorf("the next crawl is at %v", next)
	}
	f.events.Expect(t, "Normal Scheduled")
	f.reconcile()
	f.expectJobs(want)
	f.events.Expect(t)
	if f.client.StatusWrites != 1 {
		t.Errorf("the status was written %d times", f.client.StatusWrites)
	}
}

func TestTheCreatedJobBelongsToItsCompany(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly))
	f.reconcile()
	l := &v1alpha1.CrawlJobList{}
	if err := f.client.List(t.Context(), l); err != nil || len(l.Items) != 1 {
		t.Fatalf("%d jobs, %v", len(l.Items), err)
	}
	j := l.Items[0]
	if j.Spec.CompanyRef.Name != "acme" || j.Labels[v1alpha1.LabelCompany] != "acme" || j.Annotations[v1alpha1.AnnotationTrigger] != "Schedule" || len(j.OwnerReferences) != 1 || j.OwnerReferences[0].Name != "acme" {
		t.Errorf("the job is %+v", j)
	}
}

func TestADeadlineOfACreatedJobExceedsTheTimeLimitOfItsCompany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit *metav1.Duration
		want  int64 // 0: the default of the API
	}{
		"no time limit": {nil, 0},
		"two hours":     {&metav1.Duration{Duration: 2 * time.Hour}, 3 * 3600},
		"a week":        {&metav1.Duration{Duration: 7 * 24 * time.Hour}, 7 * 24 * 3600},
	} {
		f := newFixture(t, acme(func(company *v1alpha1.Company) {
			hourly(company)
			company.Spec.Crawl = &v1alpha1.CrawlLimits{TimeLimit: c.limit}
		}))
		f.reconcile()
		l := &v1alpha1.CrawlJobList{}
		if err := f.client.List(t.Context(), l); err != nil || len(l.Items) != 1 {
			t.Fatalf("%s: %d jobs, %v", name, len(l.Items), err)
		}
		got := l.Items[0].Spec.ActiveDeadlineSeconds
		if c.want == 0 && got != nil || c.want != 0 && (got == nil || *got != c.want) {
			t.Errorf("%s: the deadline is %v, want %d", name, got, c.want)
		}
	}
}

func TestACompanyIsNotCrawledBeforeItIsDue(t *testing.T) {
	t.Parallel()
	next := metav1.NewTime(start.Add(90 * time.Second))
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		hourly(c)
		c.Status.NextCrawlTime, c.Status.ObservedGeneration = &next, 1
	}))
	c, result := f.reconcile()
	f.expectJobs()
	stagetest.ExpectRequeue(t, result, 90*time.Second)
	if !c.Status.NextCrawlTime.Equal(&next) {
		t.Errorf("the next crawl is at %v", c.Status.NextCrawlTime)
	}
	f.now = next.Time
	f.reconcile()
	f.expectJobs(jobName("acme", next.Time))
	f.events.Expect(t, "Normal Scheduled")
}

func TestADueCrawlIsSkippedWhileAnotherJobIsUnfinished(t *testing.T) {
	t.Parallel()
	due := metav1.NewTime(start)
	for name, edit := range map[string]func(*v1alpha1.CrawlJob){
		"running": active,
		"waiting": func(*v1alpha1.CrawlJob) {},
		"being suspended": func(j *v1alpha1.CrawlJob) {
			active(j)
			j.Spec.Suspend = true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, newJob("now", edit), acme(func(c *v1alpha1.Company) {
				hourly(c)
				c.Status.NextCrawlTime, c.Status.ObservedGeneration = &due, 1
			}))
			c, _ := f.reconcile()
			f.expectJobs("now")
			expectReady(t, c, v1alpha1.ReasonNeverCrawled, v1alpha1.ConditionReconciling)
			if !c.Status.NextCrawlTime.After(start) {
				t.Errorf("the next crawl is at %v", c.Status.NextCrawlTime)
			}
			f.events.Expect(t)
		})
	}
}

func TestASuspendedJobDoesNotBlockTheSchedule(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly), newJob("suspended", func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = true }))
	f.reconcile()
	f.expectJobs(jobName("acme", start), "suspended")
}

func TestOneJobMakesUpForAllMissedTimes(t *testing.T) {
	t.Parallel()
	due := metav1.NewTime(start.Add(-72 * time.Hour))
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		hourly(c)
		c.Status.NextCrawlTime, c.Status.ObservedGeneration = &due, 1
	}))
	c, _ := f.reconcile()
	f.expectJobs(jobName("acme", due.Time))
	if next := c.Status.NextCrawlTime; !next.After(start) || next.After(start.Add(time.Hour)) {
		t.Errorf("the next crawl is at %v", next)
	}
}

func TestTheScheduleSkipsTheTimesWithinTheCooldown(t *testing.T) {
	t.Parallel()
	hour := start.Truncate(time.Hour) // the schedule is hourly
	next, missed := metav1.NewTime(hour.Add(time.Hour)), metav1.NewTime(hour)
	for name, c := range map[string]struct {
		completed time.Time
		cooldown  time.Duration
		due       *metav1.Time // in the status
		want      time.Time
	}{
		"no due time":                          {start, 5 * time.Hour, nil, hour.Add(6 * time.Hour)},
		"a due time within the cooldown":       {start, 2 * time.Hour, &next, hour.Add(3 * time.Hour)},
		"a missed time before a manual crawl":  {start, 2 * time.Hour, &missed, hour.Add(3 * time.Hour)},
		"a cooldown that ends at a due time":   {hour, 2 * time.Hour, nil, hour.Add(2 * time.Hour)},
		"a cooldown that ends before the next": {start, time.Minute, &next, next.Time},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			completed := metav1.NewTime(c.completed)
			f := newFixture(t, acme(func(company *v1alpha1.Company) {
				hourly(company)
				company.Spec.Cooldown = &metav1.Duration{Duration: c.cooldown}
				company.Status.NextCrawlTime, company.Status.ObservedGeneration = c.due, 1
				company.Status.LastCrawl = &v1alpha1.CrawlSummary{RunID: "r", Reason: v1alpha1.ReasonConverged, StartTime: &completed, CompletionTime: &completed}
			}))
			company, _ := f.reconcile()
			f.expectJobs()
			if got := company.Status.NextCrawlTime; got == nil || !got.Time.Equal(c.want) {
				t.Errorf("the next crawl is at %v, want %s", got, c.want)
			}
		})
	}
}

func TestAChangedScheduleMovesTheNextCrawl(t *testing.T) {
	t.Parallel()
	next := metav1.NewTime(start.Add(1000 * time.Hour))
	f := newFixture(t, acme(func(c *v1alpha1.Company) {
		c.Spec.Schedule = &v1alpha1.Schedule{Cron: "@yearly"}
		c.Status.NextCrawlTime, c.Status.ObservedGeneration = &next, 1
	}))
	c, _ := f.reconcile()
	f.update(c, hourly)
	c, _ = f.reconcile()
	if got := c.Status.NextCrawlTime; got.After(start.Add(time.Hour)) {
		t.Errorf("the next crawl is at %v", got)
	}
	f.expectJobs()
}

func TestAnInvalidScheduleStallsTheCompanyUntilItIsCorrected(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(func(c *v1alpha1.Company) { c.Spec.Schedule = &v1alpha1.Schedule{Cron: "0 0 30 2 *"} }))
	for range 2 {
		c, result := f.reconcile()
		expectReady(t, c, v1alpha1.ReasonInvalidSpec, v1alpha1.ConditionStalled)
		stagetest.ExpectRequeue(t, result, 0)
	}
	f.expectJobs()
	f.events.Expect(t, "Warning InvalidSpec")
	c, _ := f.reconcile()
	f.update(c, hourly)
	c, _ = f.reconcile()
	expectReady(t, c, v1alpha1.ReasonNeverCrawled, v1alpha1.ConditionReconciling)
	f.expectJobs(jobName("acme", start))
}

func TestAnInvalidScheduleIsReportedAlsoAfterAFailedCrawl(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly), newJob("old", failed(0)))
	c, _ := f.reconcile()
	expectReady(t, c, v1alpha1.ReasonSiteUnreachable, v1alpha1.ConditionStalled, v1alpha1.ConditionCoverageComplete)
	f.update(c, func(c *v1alpha1.Company) { c.Spec.Schedule.Cron = "0 0 30 2 *" })
	c, _ = f.reconcile()
	expectReady(t, c, v1alpha1.ReasonInvalidSpec, v1alpha1.ConditionStalled, v1alpha1.ConditionCoverageComplete)
	f.events.Expect(t, "Warning InvalidSpec")
}

func TestAFailedCrawlStallsTheCompanyAndTheScheduleContinues(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(hourly), newJob("old", failed(0)))
	c, result := f.reconcile()
	expectReady(t, c, v1alpha1.ReasonSiteUnreachable, v1alpha1.ConditionStalled, v1alpha1.ConditionCoverageComplete)
	if result.RequeueAfter == 0 || c.Status.NextCrawlTime == nil || !strings.Contains(c.Status.Conditions[0].Message, "It has finished.") {
		t.Errorf("requeued after %s, the status is %+v", result.RequeueAfter, c.Status)
	}
	f.expectJobs("old")
}

func TestReadyDoesNotChangeWhileACrawlRuns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edit   func(*v1alpha1.CrawlJob)
		reason string
		while  []string // the conditions that are True while the next crawl runs
	}{
		"after a crawl":        {complete(0), v1alpha1.ReasonSucceeded, []string{v1alpha1.ConditionReady, v1alpha1.ConditionCoverageComplete, v1alpha1.ConditionReconciling}},
		"after a failed crawl": {failed(0), v1alpha1.ReasonSiteUnreachable, []string{v1alpha1.ConditionCoverageComplete, v1alpha1.ConditionReconciling}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, acme(hourly), newJob("old", test.edit))
			before, _ := f.reconcile()
			if err := f.client.Create(t.Context(), newJob("now", active)); err != nil {
				t.Fatal(err)
			}
			f.now = start.Add(time.Minute)
			c, _ := f.reconcile()
			expectReady(t, c, test.reason, test.while...)
			if a, b := before.Status.Conditions[0], c.Status.Conditions[0]; a != b {
				t.Errorf("Ready has changed from %+v to %+v", a, b)
			}
		})
	}
}

func TestACompanyReportsACrawlWithoutDocumentsAndItsMissingTypes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(nil), newJob("empty", finished(v1alpha1.ConditionComplete, v1alpha1.ReasonNoDocuments, 0)))
	f.records.summary.Coverage = []v1alpha1.Coverage{{Type: "imprint", State: v1alpha1.CoverageFound}, {Type: "eula", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingRobots}}
	c, _ := f.reconcile()
	expectReady(t, c, v1alpha1.ReasonNoDocuments, v1alpha1.ConditionReady)
	condition := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionCoverageComplete)
	if condition == nil || condition.Status != metav1.ConditionFalse || condition.Message != "Found 1 of 2 expected types; missing: eula (Robots)." {
		t.Errorf("the condition is %+v", condition)
	}
}

func TestACompanyThatCannotBeCrawledIsStalledUntilItIsCorrected(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(func(c *v1alpha1.Company) { hourly(c); c.Spec.Domains[0] = "10.0.0.1" }))
	for range 2 {
		c, _ := f.reconcile()
		expectReady(t, c, v1alpha1.ReasonInvalidSpec, v1alpha1.ConditionStalled)
	}
	f.events.Expect(t, "Warning InvalidSpec")
	f.expectJobs()
}

func TestAJobThatWasStoppedBeforeItStartedCrawledNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(nil), newJob("never", finished(v1alpha1.ConditionComplete, v1alpha1.ReasonStopped, 0), func(j *v1alpha1.CrawlJob) { j.Status.StartTime = nil }))
	f.records.summary.Coverage = []v1alpha1.Coverage{{Type: "eula", State: v1alpha1.CoverageMissing}}
	c, _ := f.reconcile()
	expectReady(t, c, v1alpha1.ReasonNeverCrawled)
	if len(c.Status.Coverage) > 0 {
		t.Errorf("the coverage is %+v", c.Status.Coverage)
	}
}
