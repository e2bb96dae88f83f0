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

// behaviours is the suite: what both controllers do, whatever their home.
var behaviours = map[string]func(*testing.T, *home){
	"a job is crawled and completes":                       jobCompletes,
	"a job waits for its Company and begins with it":       jobWaitsForCompany,
	"one job of a company crawls at a time":                oneJobAtATime,
	"a suspended job is held and goes on":                  jobSuspended,
	"a stopped job completes with what was found":          jobStopped,
	"a stopped job that was suspended tells what it found": jobStoppedSuspended,
	"a suspended job does not hold its Company's schedule": companyBesideSuspended,
	"why a type is missing outlives the job that found it": companyRemembers,
	"a failed crawl is tried again, then given up":         jobRetried,
	"a lost worker fails the job":                          jobLost,
	"a job that takes too long fails":                      jobDeadline,
	"a finished job goes when its time is over":            jobExpires,
	"a deleted job is cancelled and leaves nothing":        jobDeleted,
	"a Company with a schedule is crawled at once":         companyBegins,
	"a Company keeps its history within its limits":        companyHistory,
	"a crawl has few events however many its pages":        jobHasFewEvents,
	"a schedule that can't be is said to be wrong":         companyBadSchedule,
	"a deleted Company takes its jobs and documents":       companyDeleted,
	"a Company says what was found and what is missing":    companyKnows,
}

func TestControllersOnTheAPIServer(t *testing.T) {
	t.Parallel()
	suite(t, onCluster)
}

func TestControllersOverMongoDB(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) *home { return overStore(t, openMongo(t)) })
}

func TestControllersOverTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) *home { return overStore(t, openEmbedded(t)) })
}

func suite(t *testing.T, open func(*testing.T) *home) {
	for name, behaves := range behaviours {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			behaves(t, h)
			h.check()
		})
	}
}

func jobCompletes(t *testing.T, h *home) {
	c := h.company("acme", nil)
	j := h.job("now", c.Name, nil)
	h.worker(j, func(r *store.Run) { r.State, r.Progress.Fetched = store.RunRunning, 7 })
	h.awaitJob(j, "progress", func(j *v1alpha1.CrawlJob) bool { return j.Status.Progress != nil && j.Status.Progress.Fetched == 7 })
	if !is(v1alpha1.ConditionReconciling)(j) || is(v1alpha1.ConditionReady)(j) {
		t.Errorf("while it runs its conditions are %+v", j.Status.Conditions)
	}
	h.worker(j, func(r *store.Run) {
		r.State, r.StopReason, r.Documents.New = store.RunComplete, v1alpha1.ReasonConverged, 2
		r.Progress.Skipped = map[string]int64{"robots": 3, "depth": 1}
	})
	h.awaitJob(j, "completion", is(v1alpha1.ConditionComplete))
	s := j.Status
	if s.Reason != v1alpha1.ReasonConverged || s.Documents.New != 2 || len(s.Progress.Skipped) != 2 || s.CompletionTime == nil || !is(v1alpha1.ConditionReady)(j) {
		t.Errorf("at its end its status is %+v", s)
	}
	h.awaitCompany(c, "the last crawl", func(c *v1alpha1.Company) bool {
		return c.Status.LastCrawl != nil && c.Status.LastCrawl.JobName == j.Name && meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
	})
}

func jobWaitsForCompany(_ *testing.T, h *home) {
	j := h.job("early", "acme", nil)
	h.awaitJob(j, "a word of what it waits for", reason(v1alpha1.ReasonPending))
	h.company("acme", nil)
	h.complete(j)
}

func oneJobAtATime(t *testing.T, h *home) {
	h.company("acme", nil)
	first := h.job("a", "acme", nil)
	h.awaitJob(first, "start", started)
	second := h.job("b", "acme", nil)
	h.awaitJob(second, "its turn", reason(v1alpha1.ReasonPending))
	if started(second) {
		t.Error("two jobs of one company are active")
	}
	h.complete(first)
	h.complete(second)
}

func jobSuspended(t *testing.T, h *home) {
	h.company("acme", nil)
	j := h.job("held", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	h.awaitJob(j, "suspension", is(v1alpha1.ConditionSuspended))
	h.edit(j, func() { j.Spec.Suspend = false })
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	h.edit(j, func() { j.Spec.Suspend = true })
	h.await("the worker's being asked", func() (bool, string) {
		r, err := h.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestSuspend, fmt.Sprint(r, err)
	})
	h.worker(j, func(r *store.Run) { r.State = store.RunInterrupted })
	h.awaitJob(j, "rest", func(j *v1alpha1.CrawlJob) bool {
		return is(v1alpha1.ConditionSuspended)(j) && j.Status.StartTime == nil
	})
	h.edit(j, func() { j.Spec.Suspend = false })
	h.complete(j)
}

func jobStopped(t *testing.T, h *home) {
	h.company("acme", nil)
	j := h.job("stopped", "acme", nil)
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	h.edit(j, func() { j.Spec.Stop = true })
	h.await("the worker's being asked", func() (bool, string) {
		r, err := h.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestStop, fmt.Sprint(r, err)
	})
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonStopped })
	h.awaitJob(j, "completion", is(v1alpha1.ConditionComplete))
	if j.Status.Reason != v1alpha1.ReasonStopped {
		t.Errorf("its reason is %s", j.Status.Reason)
	}
	early := h.job("never", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Stop = true })
	h.awaitJob(early, "completion", is(v1alpha1.ConditionComplete))
}

func jobStoppedSuspended(t *testing.T, h *home) {
	h.company("acme", nil)
	j := h.job("held", "acme", nil)
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	h.edit(j, func() { j.Spec.Suspend = true })
	h.worker(j, func(r *store.Run) { r.State, r.Progress.Fetched, r.Documents.New = store.RunInterrupted, 8, 2 })
	h.awaitJob(j, "rest", func(j *v1alpha1.CrawlJob) bool {
		return is(v1alpha1.ConditionSuspended)(j) && j.Status.StartTime == nil
	})
	h.edit(j, func() { j.Spec.Stop = true })
	h.awaitJob(j, "completion", is(v1alpha1.ConditionComplete))
	if s := j.Status; s.Reason != v1alpha1.ReasonStopped || s.Progress.Fetched != 8 || s.Documents.New != 2 || s.StartTime == nil || strings.Contains(s.Message, "before it began") {
		t.Errorf("its status is %+v", s)
	}
}

func companyBesideSuspended(_ *testing.T, h *home) {
	held := h.job("held", "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	h.awaitJob(held, "suspension", is(v1alpha1.ConditionSuspended))
	h.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@yearly"} })
	jobs := h.jobsOf(2)
	for i := range jobs {
		if jobs[i].Name != held.Name {
			h.complete(&jobs[i])
		}
	}
}

func companyRemembers(_ *testing.T, h *home) {
	c := h.company("acme", func(s *v1alpha1.CompanySpec) { s.ExpectedTypes = []v1alpha1.DocumentType{"privacy_policy"} })
	because := func(why v1alpha1.MissingReason) func(*v1alpha1.Company) bool {
		return func(c *v1alpha1.Company) bool {
			return c.Status.ObservedGeneration == c.Generation && len(c.Status.Coverage) == 1 && c.Status.Coverage[0].Reason == why
		}
	}
	h.awaitCompany(c, "nothing to be known", because(v1alpha1.MissingNotLinked))
	j := h.job("forbidden", c.Name, nil)
	h.worker(j, func(r *store.Run) {
		r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonConverged
		r.Coverage = []store.Coverage{{Type: "privacy_policy", State: "Missing", Reason: "Robots"}}
	})
	h.awaitCompany(c, "the reason", because(v1alpha1.MissingRobots))
	next := h.job("next", c.Name, nil)
	h.worker(next, func(r *store.Run) { r.State = store.RunRunning })
	h.edit(c, func() { c.Spec.Paths = &v1alpha1.Paths{Deny: []v1alpha1.PathPattern{"/blog/"}} })
	h.awaitCompany(c, "the reason while the next crawl runs", because(v1alpha1.MissingRobots))
	h.delete(j)
	h.awaitGone(j)
	h.edit(c, func() { c.Spec.Paths = nil })
	h.awaitCompany(c, "the reason without its job", because(v1alpha1.MissingRobots))
	h.complete(next)
}

func jobRetried(t *testing.T, h *home) {
	h.company("acme", nil)
	one := int32(1)
	j := h.job("flaky", "acme", func(s *v1alpha1.CrawlJobSpec) { s.BackoffLimit = &one })
	down := func(r *store.Run) {
		r.State, r.StopReason, r.Message = store.RunFailed, v1alpha1.ReasonSiteUnreachable, "example.com does not answer."
		r.FinishedAt = time.Now().Add(-time.Hour) // its time of waiting is over
	}
	h.worker(j, down)
	h.awaitJob(j, "a second try", func(j *v1alpha1.CrawlJob) bool {
		return j.Status.Reason == v1alpha1.ReasonPending && j.Status.Attempts == 1
	})
	h.worker(j, down)
	h.awaitJob(j, "failure", is(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonSiteUnreachable || j.Status.Message != "example.com does not answer." || j.Status.Attempts != 2 {
		t.Errorf("at its end its status is %+v", j.Status)
	}
}

func jobLost(t *testing.T, h *home) {
	h.company("acme", nil)
	j := h.job("lost", "acme", nil)
	h.worker(j, func(r *store.Run) {
		r.State, r.StopReason, r.Message = store.RunFailed, v1alpha1.ReasonWorkerLost, "4 workers were lost."
	})
	h.awaitJob(j, "failure", is(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonWorkerLost || !is(v1alpha1.ConditionStalled)(j) {
		t.Errorf("at its end its status is %+v", j.Status)
	}
}

func jobDeadline(t *testing.T, h *home) {
	h.company("acme", nil)
	second := int64(1)
	j := h.job("slow", "acme", func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &second })
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	h.await("the worker's being asked", func() (bool, string) {
		r, err := h.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestStop, fmt.Sprint(r, err)
	})
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonStopped })
	h.awaitJob(j, "failure", is(v1alpha1.ConditionFailed))
	if j.Status.Reason != v1alpha1.ReasonDeadlineExceeded {
		t.Errorf("its reason is %s", j.Status.Reason)
	}
}

func jobExpires(_ *testing.T, h *home) {
	h.company("acme", nil)
	ttl := int32(1)
	j := h.job("brief", "acme", func(s *v1alpha1.CrawlJobSpec) { s.TTLSecondsAfterFinished = &ttl })
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonConverged })
	h.awaitGone(j)
}

func jobDeleted(t *testing.T, h *home) {
	h.company("acme", nil)
	j := h.job("gone", "acme", nil)
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	id := j.RunID()
	h.delete(j)
	h.await("the worker's being asked", func() (bool, string) {
		r, err := h.store.GetRunRequest(t.Context(), id)
		return r == store.RequestCancel, fmt.Sprint(r, err)
	})
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunFailed, "Cancelled" })
	h.awaitGone(j)
	if _, err := h.queue.Observe(t.Context(), id); err == nil {
		t.Error("its run is still recorded")
	}
}

func companyBegins(t *testing.T, h *home) {
	c := h.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@daily"} })
	jobs := h.jobsOf(1)
	j := &jobs[0]
	h.awaitCompany(c, "word of the crawl", func(c *v1alpha1.Company) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReconciling)
	})
	h.complete(j)
	h.awaitCompany(c, "rest until the next", func(c *v1alpha1.Company) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady) && c.Status.NextCrawlTime != nil
	})
	if next := c.Status.NextCrawlTime; !next.After(time.Now()) || next.UTC().Hour() != 0 || next.UTC().Minute() != 0 {
		t.Errorf("the next crawl of @daily is at %v", next)
	}
	if owners := j.OwnerReferences; len(owners) != 1 || owners[0].Name != c.Name {
		t.Errorf("its owners are %+v", owners)
	}
}

func companyHistory(_ *testing.T, h *home) {
	none, one := int32(0), int32(1)
	h.company("acme", func(s *v1alpha1.CompanySpec) {
		s.HistoryLimits = &v1alpha1.HistoryLimits{Successful: &one, Failed: &none}
	})
	for i := range 3 {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{
			Namespace: h.namespace, Name: fmt.Sprint("run-", i), Labels: map[string]string{v1alpha1.LabelCompany: "acme"}}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
		h.create(j)
		h.complete(j)
	}
	jobs := h.jobsOf(1)
	if jobs[0].Name != "run-2" {
		h.t.Errorf("%s is kept", jobs[0].Name)
	}
}

func companyBadSchedule(_ *testing.T, h *home) {
	for i, s := range []v1alpha1.Schedule{{Cron: "61 * * * *"}, {Cron: "0 0 30 2 *"}, {Cron: "@daily", TimeZone: "Europe/Nowhere"}} {
		c := h.company(fmt.Sprint("bad-", i), func(spec *v1alpha1.CompanySpec) { spec.Schedule = &s })
		h.awaitCompany(c, "a complaint", func(c *v1alpha1.Company) bool {
			return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionStalled)
		})
		h.edit(c, func() { c.Spec.Schedule = nil })
		h.awaitCompany(c, "rest", func(c *v1alpha1.Company) bool {
			return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
		})
	}
}

func companyDeleted(t *testing.T, h *home) {
	c := h.company("acme", func(s *v1alpha1.CompanySpec) { s.DeletionPolicy = v1alpha1.DeletionDelete })
	key := v1alpha1.StoreKey(h.namespace, c.Name)
	if err := h.store.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "d", Company: key, URL: "https://example.com/terms"}); err != nil {
		t.Fatal(err)
	}
	j := h.job("running", c.Name, nil)
	h.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	h.delete(c)
	h.await("the worker's being asked", func() (bool, string) {
		r, err := h.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestCancel, fmt.Sprint(r, err)
	})
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunFailed, "Cancelled" })
	h.awaitGone(j)
	h.awaitGone(c)
	if docs, _, err := h.store.ListDocuments(t.Context(), key, store.ListOptions{}); err != nil || len(docs) > 0 {
		t.Errorf("%d documents are left, %v", len(docs), err)
	}
}

func companyKnows(t *testing.T, h *home) {
	c := h.company("acme", nil)
	key := v1alpha1.StoreKey(h.namespace, c.Name)
	for i, typ := range []string{"privacy_policy", "privacy_policy", "imprint"} {
		d := store.Document{ID: fmt.Sprint(i), Company: key, URL: fmt.Sprint("https://example.com/", i), Type: typ, LastChanged: time.Unix(1_700_000_000, 0)}
		if err := h.store.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
	}
	h.complete(h.job("now", c.Name, nil))
	h.awaitCompany(c, "the summary", func(c *v1alpha1.Company) bool { return c.Status.DocumentCount == 3 })
	s := c.Status
	if len(s.Documents) != 2 || len(s.Coverage) != 2 || s.Coverage[0].State != v1alpha1.CoverageFound || s.Coverage[1].State != v1alpha1.CoverageMissing || s.LastChangeTime == nil {
		t.Errorf("its status is %+v", s)
	}
}
