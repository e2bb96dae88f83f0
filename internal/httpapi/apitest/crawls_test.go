package apitest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/store"
)

// startCrawl starts a crawl of a company.
func (d *deployment) startCrawl(company string) httpapi.Crawl {
	d.t.Helper()
	return decode[httpapi.Crawl](d.t, d.call("POST", "/v1/crawls", fmt.Sprintf(`{"company":%q}`, company)), 202)
}

// job reads the CrawlJob of a crawl.
func (d *deployment) job(c httpapi.Crawl) *v1alpha1.CrawlJob {
	d.t.Helper()
	job := &v1alpha1.CrawlJob{}
	if err := d.resources.Client.Get(d.t.Context(), client.ObjectKey{Namespace: d.resources.Namespace, Name: c.CrawlJob}, job); err != nil {
		d.t.Fatal(err)
	}
	return job
}

// putRun stores the run of a crawl, as its worker does, and sets the status of its CrawlJob, as
// its controller does.
func (d *deployment) putRun(c httpapi.Crawl, state store.RunState) {
	d.t.Helper()
	job, now := d.job(c), time.Now()
	run := store.Run{
		ID: c.ID, Company: job.CompanyKey(), State: state, CreatedAt: now, Heartbeat: now,
		CrawlJob: store.CrawlJobReference{Namespace: job.Namespace, Name: job.Name, UID: string(job.UID)}, Trigger: store.RunTrigger(job.Trigger()), RequestedBy: job.RequestedBy(),
	}
	if run.Ended() {
		run.FinishedAt = now
		job.Status.Conditions = []metav1.Condition{{Type: string(state), Status: "True", Reason: "Converged", LastTransitionTime: metav1.Now()}}
	}
	if err := d.store.PutRun(d.t.Context(), run); err != nil {
		d.t.Fatal(err)
	}
	job.Status.RunID, job.Status.QueueTime = run.ID, &metav1.Time{Time: run.CreatedAt}
	if err := d.resources.Client.Status().Update(d.t.Context(), job); err != nil {
		d.t.Fatal(err)
	}
}

// awaitCrawl waits until the lists, whose jobs come from a cache, show a crawl in a state.
func (d *deployment) awaitCrawl(id, state string) {
	d.t.Helper()
	d.eventually("crawl "+id+" in state "+state, func() bool {
		for _, c := range pages[httpapi.Crawl](d, "/v1/crawls") {
			if c.ID == id && c.State == state {
				return true
			}
		}
		return false
	})
}

func crawlsAreStarted(t *testing.T, d *deployment) {
	decode[httpapi.CreatedCompany](t, d.call("POST", "/v1/companies", `{"name":"acme","spec":{"domains":["acme.example"],"cooldown":"1h"}}`), 201)
	r := d.call("POST", "/v1/crawls", `{"company":"acme","limits":{"maxPages":7,"timeLimit":"2h"},"reason":"New terms."}`, "Idempotency-Key", "k1")
	c := decode[httpapi.Crawl](t, r, 202)
	if r.Header.Get("Location") != "/v1/crawls/"+c.ID || c.State != "Pending" || c.Company != "acme" || c.RequestReason != "New terms." || *d.job(c).Spec.Limits.MaxPages != 7 {
		t.Errorf("the crawl is %s", r.body)
	}
	if again := d.call("POST", "/v1/crawls", `{"company":"acme","limits":{"maxPages":7,"timeLimit":"2h"},"reason":"New terms."}`, "Idempotency-Key", "k1"); again.StatusCode != 202 || string(again.body) != string(r.body) {
		t.Errorf("the repeated request has status %d: %s", again.StatusCode, again.body)
	}
	if got := decode[httpapi.Crawl](t, d.call("GET", "/v1/crawls/"+c.ID, ""), 200); got.State != "Pending" {
		t.Errorf("before it has a record, the crawl is %+v", got)
	}
	d.awaitCrawl(c.ID, "Pending")
	if p := refused(t, d.call("POST", "/v1/crawls", `{"company":"acme"}`), 409, "crawl-running"); p.Instance != "/v1/crawls/"+c.ID {
		t.Errorf("the problem is %+v", p)
	}
	d.putRun(c, store.RunRunning)
	d.awaitCrawl(c.ID, "Running")
	refused(t, d.call("POST", "/v1/crawls", `{"company":"acme"}`), 409, "crawl-running")
	for range 2 {
		if got := decode[httpapi.Crawl](t, d.call("POST", "/v1/crawls/"+c.ID+"/stop", ""), 202); !got.Stopping || !d.job(c).Spec.Stop {
			t.Errorf("the stopped crawl is %+v", got)
		}
	}
	d.putRun(c, store.RunComplete)
	refused(t, d.call("POST", "/v1/crawls/"+c.ID+"/stop", ""), 409, "crawl-ended")
	d.eventually("the end of the cooldown's crawl in the cache", func() bool { return d.call("POST", "/v1/crawls", `{"company":"acme"}`).StatusCode == 429 })
	r = d.call("POST", "/v1/crawls", `{"company":"acme"}`)
	if p := refused(t, r, 429, "cooldown"); p.RetryAfter < 3500 || p.RetryAfter > 3600 || r.Header.Get("Retry-After") == "" || p.Instance != "/v1/crawls/"+c.ID {
		t.Errorf("within the cooldown, the problem is %+v", p)
	}
	for body, location := range map[string]string{
		`{"company":"nothing"}`: "body.company", `{"company":"../acme"}`: "body.company", `{"company":"acme","limits":{"maxPages":0}}`: "body.limits.maxPages",
		`{"company":"acme","limits":{"pages":1}}`: "body.limits.pages",
	} {
		if p := refused(t, d.call("POST", "/v1/crawls", body), 422, "invalid-value"); p.Errors[0].Location != location {
			t.Errorf("%s gives %+v, want %s", body, p.Errors, location)
		}
	}
	refused(t, d.call("GET", "/v1/crawls/nothing", ""), 404, "not-found")
}

func crawlsAreControlled(t *testing.T, d *deployment) {
	d.createCompany()
	c := d.startCrawl("acme.example")
	d.putRun(c, store.RunRunning)
	post := func(verb string) response { return d.call("POST", "/v1/crawls/"+c.ID+"/"+verb, "") }
	if got := decode[httpapi.Crawl](t, post("suspend"), 202); !got.Suspended || !d.job(c).Spec.Suspend {
		t.Errorf("the suspended crawl is %+v", got)
	}
	if got := decode[httpapi.Crawl](t, post("resume"), 202); got.Suspended || d.job(c).Spec.Suspend {
		t.Errorf("the resumed crawl is %+v", got)
	}
	refused(t, post("retry"), 409, "crawl-running")
	d.putRun(c, store.RunComplete)
	d.awaitCrawl(c.ID, "Complete")
	var again httpapi.Crawl
	d.eventually("the retry of the crawl", func() bool { // the cache may still have a running CrawlJob
		r := post("retry")
		if r.StatusCode == 202 {
			again = decode[httpapi.Crawl](t, r, 202)
		}
		return r.StatusCode == 202
	})
	if again.ID == c.ID || d.job(again).Spec.CompanyRef.Name != "acme.example" {
		t.Errorf("the retried crawl is %+v", again)
	}
	if r := d.call("POST", "/v1/crawls/"+again.ID+"/cancel", ""); r.StatusCode != 202 {
		t.Errorf("the cancellation has status %d: %s", r.StatusCode, r.body)
	}
	d.eventually("the end of a crawl without a record", func() bool { return d.call("GET", "/v1/crawls/"+again.ID, "").StatusCode == 404 })
	if got := pages[httpapi.Crawl](d, "/v1/companies/acme.example/crawls?states=Complete"); len(got) != 1 || got[0].ID != c.ID {
		t.Errorf("the crawls of the company are %+v", got)
	}
}

func ofConcurrentStartsOneSucceeds(t *testing.T, d *deployment) {
	d.createCompany()
	servers := []*deployment{d, d.replica()}
	const n = 6
	responses := make([]response, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { responses[i] = servers[i%2].call("POST", "/v1/crawls", `{"company":"acme.example"}`) })
	}
	group.Wait()
	var started []string
	for _, r := range responses {
		if r.StatusCode == 202 {
			started = append(started, r.Header.Get("Location"))
		}
	}
	if len(started) != 1 {
		t.Fatalf("%d of %d crawls started", len(started), n)
	}
	for _, r := range responses {
		if r.StatusCode != 202 {
			if p := refused(t, r, 409, "crawl-running"); p.Instance != started[0] {
				t.Errorf("the running crawl is %s, want %s", p.Instance, started[0])
			}
		}
	}
}

func crawlsAreFollowed(t *testing.T, d *deployment) {
	d.createCompany()
	crawl := d.startCrawl("acme.example")
	d.putRun(crawl, store.RunRunning)
	var n int
	add := func(types ...store.RunEventType) {
		t.Helper()
		var events []store.RunEvent
		for _, kind := range types {
			n++
			events = append(events, store.RunEvent{ID: fmt.Sprint("e", n), At: time.Now(), Type: kind, Reason: "Complete"})
		}
		if err := d.store.AppendRunEvents(t.Context(), store.Fence{}, crawl.ID, events); err != nil {
			t.Fatal(err)
		}
	}
	path := "/v1/crawls/" + crawl.ID + "/events"
	add(store.RunStateChanged, store.RunDocumentFound, store.RunFailure)
	first := d.follow(path, "")
	ids := []string{first.Await("event").ID, first.Await("event").ID}
	first.Close()
	add(store.RunHostSlowed)
	second := d.replica().follow(path, ids[1])
	ids = append(ids, second.Await("event").ID, second.Await("event").ID)
	d.putRun(crawl, store.RunComplete)
	add(store.RunVersionStored, store.RunStateChanged)
	ids = append(ids, second.Await("event").ID, second.Await("event").ID)
	if got := strings.Join(ids, " "); got != "1 2 3 4 5 6" {
		t.Errorf("the client received the events %s", got)
	}
	if e := second.Await("end"); e.ID != "" || !strings.Contains(e.Data, `"Complete"`) {
		t.Errorf("the last event is %+v", e)
	}
	if e := d.follow(path, "900").Await("reset"); !strings.Contains(e.Data, crawl.ID) {
		t.Errorf("after an ID that the log does not have, the event is %+v", e)
	}
	refused(t, d.call("GET", "/v1/crawls/nothing/events", ""), 404, "not-found")
}
