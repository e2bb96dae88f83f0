package controllertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// behaviors is the suite that both controllers pass on every backend.
var behaviors = map[string]func(*testing.T, *backend){
	"a job is crawled and completes":                             jobCompletes,
	"a job waits until its Company exists":                       jobWaitsForCompany,
	"one job of a company runs at a time":                        oneJobAtATime,
	"a suspended job is interrupted and resumes":                 jobSuspended,
	"a stopped job completes with the documents found so far":    jobStopped,
	"a suspended job that is stopped reports its counts":         jobStoppedSuspended,
	"a suspended job does not block the schedule of its Company": suspendedJobDoesNotBlock,
	"the reason of a missing type outlives its job":              missingReasonOutlivesJob,
	"a failed crawl is retried up to its backoff limit":          jobRetried,
	"a lost worker fails the job":                                jobLost,
	"a job fails after its deadline":                             jobDeadline,
	"a finished job is deleted after its time to live":           jobExpires,
	"a deleted job is cancelled and its run is archived":         jobDeleted,
	"a new job of the same name has a run of its own":            jobRecreated,
	"a new Company with a schedule is crawled at once":           companyStarts,
	"a Company limits the history of its jobs":                   companyHistory,
	"a crawl has few events however many its pages":              jobHasFewEvents,
	"an invalid schedule stalls its Company":                     companyInvalidSchedule,
	"deleting a Company deletes its jobs and records":            companyDeleted,
	"deleting a Company with Retain keeps its runs":              companyRetained,
	"a Company reports found and missing types":                  companySummary,
}

func TestControllersOnTheAPIServer(t *testing.T) {
	t.Parallel()
	suite(t, onCluster)
}

func TestControllersOnMongoDB(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) *backend { return overStore(t, openMongo(t)) })
}

func TestControllersOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) *backend { return overStore(t, openEmbedded(t)) })
}

// suite runs the suite. open returns a new backend for each test.
func suite(t *testing.T, open func(*testing.T) *backend) {
	for name, test := range behaviors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			test(t, b)
			b.check()
		})
	}
}

func jobCompletes(t *testing.T, b *backend) {
	c := b.company("acme", nil)
	j := b.job("now", c.Name, nil)
	b.worker(j, func(r *store.Run) { r.State, r.Progress.Fetched = store.RunRunning, 7 })
	b.awaitJob(j, "progress", func(j *v1alpha1.CrawlJob) bool { return j.Status.Progress != nil && j.Status.Progress.Fetched == 7 })
	if !has(v1alpha1.ConditionReconciling)(j) || has(v1alpha1.ConditionReady)(j) {
		t.Errorf("the conditions of a running job are %+v", j.Status.Conditions)
	}
	b.worker(j, func(r *store.Run) {
		r.State, r.StopReason, r.Documents.New = store.RunComplete, v1alpha1.ReasonConverged, 2
		r.Progress.Skipped = map[string]int64{"robots": 3, "depth": 1}
	})
	b.awaitJob(j, "completion", has(v1alpha1.ConditionComplete))
	s := j.Status
	if s.Reason != v1alpha1.ReasonConverged || s.Documents.New != 2 || len(s.Progress.Skipped) != 2 || s.CompletionTime == nil || !has(v1alpha1.ConditionReady)(j) {
		t.Errorf("the final status is %+v", s)
	}
	b.awaitCompany(c, "the last crawl", func(c *v1alpha1.Company) bool {
		return c.Status.LastCrawl != nil && c.Status.LastCrawl.JobName == j.Name && meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
	})
}

func jobWaitsForCompany(_ *testing.T, b *backend) {
	j := b.job("early", "acme", nil)
	b.awaitJob(j, "its reason to wait", hasReason(v1alpha1.ReasonWaitingForCompany))
	b.company("acme", nil)
	b.complete(j)
}

func oneJobAtATime(t *testing.T, b *backend) {
	b.company("acme", nil)
	first := b.job("a", "acme", nil)
	b.awaitJob(first, "its place in the queue", hasReason(v1alpha1.ReasonQueued))
	second := b.job("b", "acme", nil)
	b.awaitJob(second, "its reason to wait", hasReason(v1alpha1.ReasonWaitingForCrawlJob))
	if second.Active() {
		t.Error("two jobs of one company are active")
	}
	b.complete(first)
	b.complete(second)
}

func jobSuspended(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("held", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	b.awaitJob(j, "suspension", has(v1alpha1.ConditionSuspended))
	b.edit(j, func() { j.Spec.Suspend = false })
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	b.edit(j, func() { j.Spec.Suspend = true })
	b.await("the request to the worker", func() (bool, string) {
		r, err := b.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestSuspend, fmt.Sprint(r, err)
	})
	b.worker(j, func(r *store.Run) { r.State = store.RunInterrupted })
	b.awaitJob(j, "interruption", func(j *v1alpha1.CrawlJob) bool {
		return has(v1alpha1.ConditionSuspended)(j) && !j.Active()
	})
	b.edit(j, func() { j.Spec.Suspend = false })
	b.complete(j)
}

func jobStopped(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("stopped", "acme", nil)
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	b.edit(j, func() { j.Spec.Stop = true })
	b.await("the request to the worker", func() (bool, string) {
		r, err := b.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestStop, fmt.Sprint(r, err)
	})
	b.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonStopped })
	b.awaitJob(j, "completion", has(v1alpha1.ConditionComplete))
	if j.Status.Reason != v1alpha1.ReasonStopped {
		t.Errorf("the reason is %s", j.Status.Reason)
	}
	early := b.job("never", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Stop = true })
	b.awaitJob(early, "completion", has(v1alpha1.ConditionComplete))
}

func jobStoppedSuspended(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("held", "acme", nil)
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	b.edit(j, func() { j.Spec.Suspend = true })
	b.worker(j, func(r *store.Run) { r.State, r.Progress.Fetched, r.Documents.New = store.RunInterrupted, 8, 2 })
	b.awaitJob(j, "interruption", func(j *v1alpha1.CrawlJob) bool {
		return has(v1alpha1.ConditionSuspended)(j) && !j.Active()
	})
	b.edit(j, func() { j.Spec.Stop = true })
	b.awaitJob(j, "completion", has(v1alpha1.ConditionComplete))
	if s := j.Status; s.Reason != v1alpha1.ReasonStopped || s.Progress.Fetched != 8 || s.Documents.New != 2 || s.StartTime == nil || strings.Contains(s.Message, "before it started") {
		t.Errorf("the status is %+v", s)
	}
}

func suspendedJobDoesNotBlock(_ *testing.T, b *backend) {
	held := b.job("held", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	b.awaitJob(held, "suspension", has(v1alpha1.ConditionSuspended))
	b.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@yearly"} })
	jobs := b.awaitJobs(2)
	for i := range jobs {
		if jobs[i].Name != held.Name {
			b.complete(&jobs[i])
		}
	}
}

func missingReasonOutlivesJob(_ *testing.T, b *backend) {
	c := b.company("acme", func(s *v1alpha1.CompanySpec) { s.ExpectedTypes = []v1alpha1.DocumentType{"privacy_policy"} })
	missing := func(want v1alpha1.MissingReason) func(*v1alpha1.Company) bool {
		return func(c *v1alpha1.Company) bool {
			return c.Status.ObservedGeneration == c.Generation && len(c.Status.Coverage) == 1 && c.Status.Coverage[0].Reason == want
		}
	}
	b.awaitCompany(c, "no coverage before the first crawl", func(c *v1alpha1.Company) bool {
		return c.Status.ObservedGeneration == c.Generation && len(c.Status.Coverage) == 0
	})
	j := b.job("forbidden", c.Name, nil)
	b.worker(j, func(r *store.Run) {
		r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonConverged
		r.Coverage = []store.Coverage{{Type: "privacy_policy", State: "Missing", Reason: "Robots"}}
	})
	b.awaitCompany(c, "the reason", missing(v1alpha1.MissingRobots))
	next := b.job("next", c.Name, nil)
	b.worker(next, func(r *store.Run) { r.State = store.RunRunning })
	b.edit(c, func() { c.Spec.Paths = &v1alpha1.Paths{Deny: []v1alpha1.PathPattern{"/blog/"}} })
	b.awaitCompany(c, "the reason while the next crawl runs", missing(v1alpha1.MissingRobots))
	b.delete(j)
	b.awaitDeleted(j)
	b.edit(c, func() { c.Spec.Paths = nil })
	b.awaitCompany(c, "the reason without its job", missing(v1alpha1.MissingRobots))
	b.complete(next)
}

func jobRetried(t *testing.T, b *backend) {
	b.company("acme", nil)
	one := int32(1)
	j := b.job("flaky", "acme", func(s *v1alpha1.CrawlJobSpec) { s.BackoffLimit = &one })
	down := func(r *store.Run) {
		r.State, r.StopReason, r.Message = store.RunFailed, v1alpha1.ReasonSiteUnreachable, "example.com does not respond."
		r.FinishedAt = time.Now().Add(-time.Hour) // its backoff is over
	}
	b.worker(j, down)
	b.awaitJob(j, "a second attempt", func(j *v1alpha1.CrawlJob) bool {
		return j.Status.Reason != v1alpha1.ReasonSiteUnreachable && j.Status.Attempts == 1
	})
	b.worker(j, down)
	b.awaitJob(j, "failure", has(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonSiteUnreachable || j.Status.Message != "example.com does not respond." || j.Status.Attempts != 2 {
		t.Errorf("the final status is %+v", j.Status)
	}
}

func jobLost(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("lost", "acme", nil)
	b.worker(j, func(r *store.Run) {
		r.State, r.StopReason, r.Message = store.RunFailed, v1alpha1.ReasonWorkerLost, "4 workers were lost."
	})
	b.awaitJob(j, "failure", has(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonWorkerLost || !has(v1alpha1.ConditionStalled)(j) {
		t.Errorf("the final status is %+v", j.Status)
	}
}

func jobDeadline(t *testing.T, b *backend) {
	b.company("acme", nil)
	second := int64(1)
	j := b.job("slow", "acme", func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &second })
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	b.await("the request to the worker", func() (bool, string) {
		r, err := b.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestStop, fmt.Sprint(r, err)
	})
	b.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonStopped })
	b.awaitJob(j, "failure", has(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonDeadlineExceeded {
		t.Errorf("the reason is %s", j.Status.Reason)
	}
}

func companyStarts(t *testing.T, b *backend) {
	c := b.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@daily"} })
	jobs := b.awaitJobs(1)
	j := &jobs[0]
	b.awaitCompany(c, "its crawl", func(c *v1alpha1.Company) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReconciling)
	})
	b.complete(j)
	b.awaitCompany(c, "the time of the next crawl", func(c *v1alpha1.Company) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady) && c.Status.NextCrawlTime != nil
	})
	if next := c.Status.NextCrawlTime; !next.After(time.Now()) || next.UTC().Hour() != 0 || next.UTC().Minute() != 0 {
		t.Errorf("the next crawl of @daily is at %v", next)
	}
	if owners := j.OwnerReferences; len(owners) != 1 || owners[0].Name != c.Name {
		t.Errorf("the owner references are %+v", owners)
	}
}

func companyHistory(_ *testing.T, b *backend) {
	none, one := int32(0), int32(1)
	b.company("acme", func(s *v1alpha1.CompanySpec) {
		s.HistoryLimits = &v1alpha1.HistoryLimits{Successful: &one, Failed: &none}
	})
	for i := range 3 {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{
			Namespace: b.namespace, Name: fmt.Sprint("run-", i), Annotations: map[string]string{v1alpha1.AnnotationTrigger: string(v1alpha1.TriggerSchedule)}}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
		b.create(j)
		b.complete(j)
	}
	jobs := b.awaitJobs(1)
	if jobs[0].Name != "run-2" {
		b.t.Errorf("%s remains", jobs[0].Name)
	}
	runs, _, err := b.store.QueryRuns(b.t.Context(), store.RunQuery{Companies: []string{v1alpha1.StoreKey(b.namespace, "acme")}})
	if err != nil || len(runs) != 3 {
		b.t.Errorf("the history of jobs leaves the runs %+v, %v", runs, err)
	}
}

func companyInvalidSchedule(_ *testing.T, b *backend) {
	for i, s := range []v1alpha1.Schedule{{Cron: "61 * * * *"}, {Cron: "0 0 30 2 *"}, {Cron: "@daily", TimeZone: "Europe/Nowhere"}} {
		c := b.company(fmt.Sprint("bad-", i), func(spec *v1alpha1.CompanySpec) { spec.Schedule = &s })
		b.awaitCompany(c, "the condition Stalled", func(c *v1alpha1.Company) bool {
			return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionStalled)
		})
		b.edit(c, func() { c.Spec.Schedule = nil })
		b.awaitCompany(c, "the end of the condition Stalled", func(c *v1alpha1.Company) bool {
			return meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionStalled) == nil
		})
	}
}

func companySummary(t *testing.T, b *backend) {
	c := b.company("acme", nil)
	key := v1alpha1.StoreKey(b.namespace, c.Name)
	for i, typ := range []string{"privacy_policy", "privacy_policy", "imprint"} {
		d := store.Document{ID: fmt.Sprint(i), Company: key, URL: fmt.Sprint("https://example.com/", i), Type: typ, LastChanged: time.Unix(1_700_000_000, 0)}
		if err := b.store.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
	}
	b.complete(b.job("now", c.Name, nil))
	b.awaitCompany(c, "the summary", func(c *v1alpha1.Company) bool { return c.Status.DocumentCount == 3 })
	s := c.Status
	if len(s.Documents) != 2 || len(s.Coverage) != 2 || s.Coverage[0].State != v1alpha1.CoverageFound || s.Coverage[1].State != v1alpha1.CoverageMissing || s.LastChangeTime == nil {
		t.Errorf("the status is %+v", s)
	}
}
