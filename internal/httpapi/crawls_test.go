package httpapi

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// startCrawl starts a crawl of a company.
func (a *testAPI) startCrawl(company string) Crawl {
	a.t.Helper()
	return decode[Crawl](a.t, a.call("POST", "/v1/crawls", fmt.Sprintf(`{"company":%q}`, company)), 202)
}

// jobOf returns the CrawlJob of a crawl.
func (a *testAPI) jobOf(c Crawl) *v1alpha1.CrawlJob {
	a.t.Helper()
	job := &v1alpha1.CrawlJob{}
	if err := a.resources().Get(a.t.Context(), client.ObjectKey{Namespace: "default", Name: c.CrawlJob}, job); err != nil {
		a.t.Fatal(err)
	}
	return job
}

// queueRun stores the run of a crawl, and sets the status of its CrawlJob, as its controller does.
func (a *testAPI) queueRun(c Crawl, change func(*store.Run)) {
	a.t.Helper()
	job := a.jobOf(c)
	run := store.Run{
		ID: c.ID, Company: job.CompanyKey(), State: store.RunRunning, CreatedAt: time.Now(), Heartbeat: time.Now(),
		CrawlJob: store.CrawlJobReference{Namespace: job.Namespace, Name: job.Name, UID: string(job.UID)}, Trigger: store.RunTrigger(job.Trigger()), RequestedBy: job.RequestedBy(),
	}
	if change != nil {
		change(&run)
	}
	putRun(a, run)
	job.Status.RunID, job.Status.QueueTime = run.ID, &metav1.Time{Time: run.CreatedAt}
	if run.Ended() {
		job.Status.Conditions = []metav1.Condition{{Type: string(run.State), Status: "True", Reason: "Converged", LastTransitionTime: metav1.Now()}}
	}
	if err := a.resources().Status().Update(a.t.Context(), job); err != nil {
		a.t.Fatal(err)
	}
}

func ended(run *store.Run) { run.State, run.FinishedAt = store.RunComplete, time.Now() }

func TestACrawlIsStartedAndRead(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	r := a.call("POST", "/v1/crawls", `{"company":"acme.example","limits":{"maxPages":7,"timeLimit":"2h"},"reason":"New terms."}`)
	c := decode[Crawl](t, r, 202)
	if r.Header.Get("Location") != "/v1/crawls/"+c.ID || c.State != "Pending" || c.Company != "acme.example" || c.Trigger != "API" || c.RequestedBy != "key:settings" || c.RequestReason != "New terms." {
		t.Errorf("the crawl is %s with %v", r.body, r.Header)
	}
	job := a.jobOf(c)
	if *job.Spec.Limits.MaxPages != 7 || *job.Spec.ActiveDeadlineSeconds != 3*3600 || job.Spec.TTLSecondsAfterFinished == nil || job.Labels[v1alpha1.LabelCompany] != "acme.example" {
		t.Errorf("the CrawlJob is %+v", job)
	}
	if got := decode[Crawl](t, a.call("GET", "/v1/crawls/"+c.ID, ""), 200); got.ID != c.ID || got.State != "Pending" {
		t.Errorf("before it has a record, the crawl is %+v", got)
	}
	entries := a.audited("crawl")
	if len(entries) != 1 || entries[0].TargetName != c.ID || entries[0].Action != "crawl.start" || !strings.Contains(string(entries[0].After), "New terms.") {
		t.Errorf("the audit log is %+v", entries)
	}
}

func TestACrawlHasTheProgressOfItsRecord(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	c := decode[Crawl](t, a.call("POST", "/v1/crawls", `{"company":"acme.example"}`), 202)
	a.queueRun(c, func(run *store.Run) {
		run.Progress = store.Progress{Fetched: 3, Queued: 4, Skipped: map[string]int64{"Robots": 2}}
		run.Limits = store.RunLimits{MaxPages: 7, Delay: time.Second}
	})
	got := decode[Crawl](t, a.call("GET", "/v1/crawls/"+c.ID, ""), 200)
	if got.State != "Running" || got.Progress.Fetched != 3 || got.Progress.Skipped["Robots"] != 2 || got.Limits.DelaySeconds != 1 {
		t.Errorf("with its record, the crawl is %+v", got)
	}
}

func TestOfConcurrentStartsOneSucceeds(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	const n = 8
	responses := make([]response, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { responses[i] = a.call("POST", "/v1/crawls", `{"company":"acme.example"}`) })
	}
	group.Wait()
	var started, running []string
	for _, r := range responses {
		if r.StatusCode == 202 {
			started = append(started, r.Header.Get("Location"))
			continue
		}
		p := decode[Problem](t, r, 409)
		if !strings.HasSuffix(p.Type, "/crawl-running") {
			t.Errorf("the problem is %+v", p)
		}
		running = append(running, p.Instance)
	}
	if len(started) != 1 || len(running) != n-1 {
		t.Fatalf("%d of %d crawls started", len(started), n)
	}
	for _, path := range running {
		if path != started[0] {
			t.Errorf("the running crawl is %s, want %s", path, started[0])
		}
	}
}

// emptyCache is a cache that has seen no resource yet.
type emptyCache struct{ client.Reader }

func (emptyCache) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }

func TestACrawlThatTheCacheHasNotSeenIsNotStartedAgain(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Crawls.Resources.Cache = emptyCache{o.Crawls.Resources.Cache} })
	a.createCompany("acme.example")
	c := a.startCrawl("acme.example")
	if p := decode[Problem](t, a.call("POST", "/v1/crawls", `{"company":"acme.example"}`), 409); p.Instance != "/v1/crawls/"+c.ID {
		t.Errorf("the problem is %+v", p)
	}
	if got := decode[Crawl](t, a.call("GET", "/v1/crawls/"+c.ID, ""), 200); got.ID != c.ID {
		t.Errorf("the crawl is %+v", got)
	}
}

func TestACrawlIsStartedOnlyIfNoneRunsAndTheCooldownIsOver(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	decode[CreatedCompany](t, a.call("POST", "/v1/companies", `{"name":"acme","spec":{"domains":["acme.example"],"cooldown":"1h","suspend":true}}`), 201)
	first := a.startCrawl("acme")
	a.queueRun(first, ended)
	r := a.call("POST", "/v1/crawls", `{"company":"acme"}`)
	p := decode[Problem](t, r, 429)
	if !strings.HasSuffix(p.Type, "/cooldown") || p.RetryAfter < 3500 || p.RetryAfter > 3600 || r.Header.Get("Retry-After") == "" || p.Instance != "/v1/crawls/"+first.ID {
		t.Errorf("within the cooldown, the problem is %+v", p)
	}
	a.queueRun(first, func(run *store.Run) { run.State, run.FinishedAt = store.RunComplete, time.Now().Add(-2*time.Hour) })
	second := a.startCrawl("acme")
	if second.ID == first.ID || second.CrawlJob == first.CrawlJob {
		t.Errorf("the second crawl is the first one: %+v", second)
	}
	// A command crawls another company without a CrawlJob.
	a.createCompany("other.example")
	putRun(a, store.Run{ID: "command", Company: "other.example", State: store.RunRunning, CreatedAt: time.Now(), Heartbeat: time.Now()})
	if p := decode[Problem](t, a.call("POST", "/v1/crawls", `{"company":"other.example"}`), 409); p.Instance != "/v1/crawls/command" {
		t.Errorf("while a command crawls, the problem is %+v", p)
	}
	if p := decode[Problem](t, a.call("POST", "/v1/crawls/command/stop", ""), 409); !strings.HasSuffix(p.Type, "/conflict") {
		t.Errorf("stopping the crawl of a command gives %+v", p)
	}
	for body, location := range map[string]string{
		`{"company":"nothing"}`: "body.company", `{"company":"../acme"}`: "body.company", `{"company":""}`: "body.company",
		`{"company":"acme","limits":{"maxPages":0}}`: "body.limits.maxPages", `{"company":"acme","limits":{"delay":"1y"}}`: "body.limits.delay",
		`{"company":"acme","limits":{"pages":1}}`: "body.limits.pages", `{"company":"acme","limits":{"timeLimit":"200h"}}`: "body.limits.timeLimit",
	} {
		if p := decode[Problem](t, a.call("POST", "/v1/crawls", body), 422); p.Errors[0].Location != location {
			t.Errorf("%s gives %+v, want %s", body, p.Errors, location)
		}
	}
}

func TestACrawlIsStoppedSuspendedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	c := a.startCrawl("acme.example")
	a.queueRun(c, nil)
	post := func(verb string) response { return a.call("POST", "/v1/crawls/"+c.ID+"/"+verb, "") }
	if got := decode[Crawl](t, post("suspend"), 202); !got.Suspended || !a.jobOf(c).Spec.Suspend {
		t.Errorf("the suspended crawl is %+v", got)
	}
	if got := decode[Crawl](t, post("resume"), 202); got.Suspended || a.jobOf(c).Spec.Suspend {
		t.Errorf("the resumed crawl is %+v", got)
	}
	for range 2 {
		if got := decode[Crawl](t, post("stop"), 202); !got.Stopping || !a.jobOf(c).Spec.Stop {
			t.Errorf("the stopped crawl is %+v", got)
		}
	}
	if p := decode[Problem](t, post("retry"), 409); !strings.HasSuffix(p.Type, "/crawl-running") {
		t.Errorf("retrying a crawl that runs gives %+v", p)
	}
	a.queueRun(c, ended)
	for _, verb := range []string{"stop", "cancel", "suspend", "resume"} {
		if p := decode[Problem](t, post(verb), 409); !strings.HasSuffix(p.Type, "/crawl-ended") {
			t.Errorf("%s of a crawl that has ended gives %+v", verb, p)
		}
		if r := a.call("POST", "/v1/crawls/nothing/"+verb, ""); r.StatusCode != 404 {
			t.Errorf("%s of no crawl has status %d", verb, r.StatusCode)
		}
	}
	again := decode[Crawl](t, post("retry"), 202)
	if job := a.jobOf(again); again.ID == c.ID || job.Spec.Stop || job.Spec.CompanyRef.Name != "acme.example" {
		t.Errorf("the retried crawl is %+v", again)
	}
	if got := decode[Crawl](t, a.call("POST", "/v1/crawls/"+again.ID+"/cancel", ""), 202); !got.Stopping {
		t.Errorf("the cancelled crawl is %+v", got)
	}
	if r := a.call("GET", "/v1/crawls/"+again.ID, ""); r.StatusCode != 404 {
		t.Errorf("a crawl that was cancelled before it had a record has status %d", r.StatusCode)
	}
	entries, _, err := a.store.ListAudit(t.Context(), store.AuditQuery{TargetKind: "crawl"})
	if err != nil || len(entries) != 16 {
		t.Errorf("the audit log has %d entries, %v", len(entries), err)
	}
}

func TestACrawlWhoseCrawlJobWasDeletedIsRetriedWithItsLimits(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	putRun(a, store.Run{
		ID: "old", Company: "acme.example", State: store.RunFailed, CreatedAt: time.Now(), ArchivedAt: time.Now(),
		CrawlJob: store.CrawlJobReference{Namespace: "default", Name: "gone", UID: "u"}, Task: []byte(`{"target":{"domains":["acme.example"]},"limits":{"maxPages":9,"timeLimit":"2h"}}`),
	})
	job := a.jobOf(decode[Crawl](t, a.call("POST", "/v1/crawls/old/retry", ""), 202))
	if *job.Spec.Limits.MaxPages != 9 || *job.Spec.ActiveDeadlineSeconds != 3*3600 {
		t.Errorf("the CrawlJob is %+v", job.Spec)
	}
}

func TestAPreviewCrawlsACompanyThatDoesNotExist(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	r := a.call("POST", "/v1/companies/preview", `{"url":"https://www.acme.example/","spec":{"crawl":{"maxPages":900}}}`)
	c := decode[Crawl](t, r, 202)
	spec := a.jobOf(c).Spec
	if *spec.Limits.MaxPages != 40 || spec.CompanyRef != nil || spec.Company.Domains[0] != "acme.example" || c.Company != "acme.example" || r.Header.Get("Location") != "/v1/crawls/"+c.ID {
		t.Errorf("the preview is %s of %+v", r.body, spec)
	}
	if p := decode[Problem](t, a.call("POST", "/v1/companies/preview", `{"url":"acme.example"}`), 409); p.Instance != "/v1/crawls/"+c.ID {
		t.Errorf("a second preview gives %+v", p)
	}
	a.queueRun(c, ended)
	if again := decode[Crawl](t, a.call("POST", "/v1/crawls/"+c.ID+"/retry", ""), 202); a.jobOf(again).Spec.Company == nil {
		t.Errorf("the retried preview is %+v", again)
	}
	a.createCompany("other.example")
	if p := decode[Problem](t, a.call("POST", "/v1/companies/preview", `{"url":"other.example"}`), 409); p.Instance != "/v1/companies/other.example" {
		t.Errorf("a preview of a company that exists gives %+v", p)
	}
	if p := decode[Problem](t, a.call("POST", "/v1/companies/preview", `{"spec":{"domains":["co.uk"]}}`), 422); p.Errors[0].Location != "body.spec.domains[0]" {
		t.Errorf("a preview of an invalid spec gives %+v", p)
	}
}

func TestCrawlsAreListedWithThoseThatWait(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	at := time.Now().Add(-time.Hour)
	for i := range 5 {
		company, state, trigger := "acme.example", store.RunComplete, store.TriggerSchedule
		if i%2 == 1 {
			company, state, trigger = "other.example", store.RunFailed, store.TriggerCLI
		}
		putRun(a, store.Run{ID: fmt.Sprintf("run%d", i), Company: company, State: state, Trigger: trigger, CreatedAt: at.Add(time.Duration(i) * time.Minute)})
	}
	putRun(a, store.Run{ID: "elsewhere", Company: "team/acme.example", State: store.RunComplete, CreatedAt: at.Add(150 * time.Second)})
	a.createCompany("acme.example")
	waiting := a.startCrawl("acme.example")
	for query, want := range map[string]string{
		"/v1/crawls?":                                          waiting.ID + " run4 run3 run2 run1 run0",
		"/v1/crawls?companies=other.example":                   "run3 run1",
		"/v1/companies/acme.example/crawls?":                   waiting.ID + " run4 run2 run0",
		"/v1/crawls?states=Failed,Pending":                     waiting.ID + " run3 run1",
		"/v1/crawls?triggers=CLI":                              "run3 run1",
		"/v1/crawls?triggers=API":                              waiting.ID,
		"/v1/crawls?since=" + rfc3339(at.Add(150*time.Second)): waiting.ID + " run4 run3",
		"/v1/crawls?companies=nothing":                         "",
	} {
		for _, limit := range []int{1, 2, 100} {
			var ids []string
			next := fmt.Sprintf("%s&limit=%d", query, limit)
			for next != "" {
				r := a.call("GET", next, "")
				for _, c := range decode[list[Crawl]](t, r, 200).Items {
					ids = append(ids, c.ID)
				}
				next, _, _ = strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("%s with limit %d lists %q, want %q", query, limit, got, want)
			}
		}
	}
	a.queueRun(waiting, nil)
	if l := decode[list[Crawl]](t, a.call("GET", "/v1/crawls", ""), 200); len(l.Items) != 6 || l.Items[0].State != "Running" {
		t.Errorf("with its record, the list is %+v", l.Items)
	}
	if r := a.call("GET", "/v1/crawls/elsewhere", ""); r.StatusCode != 404 {
		t.Errorf("a crawl of another namespace has status %d", r.StatusCode)
	}
	for path, status := range map[string]int{"other.example/crawls": 200, "other.example/crawls?states=Running": 200, "nothing/crawls": 404} {
		if r := a.call("GET", "/v1/companies/"+path, ""); r.StatusCode != status {
			t.Errorf("%s has status %d, want %d", path, r.StatusCode, status)
		}
	}
	if r := a.call("GET", "/v1/crawls?cursor=eA", ""); r.StatusCode != 422 {
		t.Errorf("a wrong cursor has status %d", r.StatusCode)
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func TestThePagesOfACrawlHaveTheirSkipReasons(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	putRun(a, store.Run{ID: "run", Company: "acme.example", State: store.RunComplete, CreatedAt: time.Now()})
	err := a.store.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{
		{RunID: "run", Company: "acme.example", URL: "https://acme.example/privacy", Status: 200, Type: "privacy_policy", DocumentID: "d1"},
		{RunID: "run", Company: "acme.example", URL: "https://acme.example/secret", Reason: "Robots"},
		{RunID: "run", Company: "acme.example", URL: "https://acme.example/gone", Reason: "NotFound", Status: 404},
	})
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"": "NotFound fetched Robots", "?reasons=Robots,NotFound": "NotFound Robots", "?reasons=fetched": "fetched", "?types=privacy_policy": "fetched",
	} {
		var reasons []string
		for _, p := range decode[list[CrawlPage]](t, a.call("GET", "/v1/crawls/run/pages"+query, ""), 200).Items {
			reasons = append(reasons, p.Reason)
		}
		if got := strings.Join(reasons, " "); got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	for _, id := range []string{"nothing", "..%2Fkeys", "%00", strings.Repeat("a", 65)} {
		if r := a.call("GET", "/v1/crawls/"+id+"/pages", ""); r.StatusCode != 404 && r.StatusCode != 422 {
			t.Errorf("the pages of crawl %s have status %d", id, r.StatusCode)
		}
	}
}
