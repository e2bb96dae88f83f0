package crawljob

import (
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

// TestTheDescriptionsOfCrawlJobsAreReviewed has the messages of the Runner from
// internal/run/kubejob and internal/run/queue, whose tests verify them.
func TestTheDescriptionsOfCrawlJobsAreReviewed(t *testing.T) {
	t.Parallel()
	const quota = "No pod could be created: exceeded quota: crawls, requested: pods=1, used: pods=4, limited: pods=4."
	minute, noTarget := int64(60), func(j *v1alpha1.CrawlJob) {
		j.Spec.CompanyRef, j.Spec.Company = nil, &v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}, Seeds: []v1alpha1.Seed{{URL: "https://example.net/legal"}}}
	}
	withDeadline := func(j *v1alpha1.CrawlJob) { j.Spec.ActiveDeadlineSeconds = &minute }
	pending := func(waiting, message string) runner.RunStatus {
		return runner.RunStatus{State: runner.StatePending, Dedicated: waiting != "", Waiting: waiting, Message: message}
	}
	var d stagetest.Descriptions
	for _, s := range []struct {
		situation string
		edit      func(*v1alpha1.CrawlJob)
		others    []*v1alpha1.CrawlJob
		noCompany bool
		run       runner.RunStatus // as it is after the job was queued; zero: never queued
		err       error            // of the Runner
		after     time.Duration
	}{
		{situation: "The Company does not exist.", noCompany: true},
		{situation: "Another CrawlJob of the company runs.", others: []*v1alpha1.CrawlJob{newJob("nightly", started)}},
		{situation: "A seed is on another host.", edit: noTarget},
		{situation: "All worker slots are in use.", run: pending("", "")},
		{situation: "A quota allows no pod.", run: pending(v1alpha1.ReasonPodNotCreated, quota)},
		{situation: "A quota allowed no pod before the deadline.", edit: withDeadline, run: pending(v1alpha1.ReasonPodNotCreated, quota), after: time.Minute},
		{situation: "The Secret of the worker does not exist.", run: pending(v1alpha1.ReasonPodNotStarted,
			`Pod crawl-1-x cannot start: secret "clausea" not found; create the Secret clausea with MONGO_URI in namespace legal.`)},
		{situation: "Another crawl holds the host.", run: runner.RunStatus{State: runner.StateRunning, StartedAt: start, Attempts: 1, Waiting: v1alpha1.ReasonWaitingForHost,
			Message: "Waiting for host help.example, which another crawl holds."}},
		{situation: "The store does not respond.", run: runner.RunStatus{State: runner.StateRunning, StartedAt: start, Attempts: 1},
			err: errors.New("get run 01a2: server selection timeout: no server at mongo:27017 answers"), after: time.Minute},
		{situation: "The site did not respond and is tried again.", run: runner.RunStatus{State: runner.StateFailed, StartedAt: start, CompletedAt: start, Attempts: 1,
			Reason: v1alpha1.ReasonSiteUnreachable, Message: "Could not reach https://acme.example/: the TLS certificate is not trusted."}},
		{situation: "The site did not respond to the last attempt.", run: runner.RunStatus{State: runner.StateFailed, StartedAt: start, CompletedAt: start, Attempts: 4,
			Reason: v1alpha1.ReasonSiteUnreachable, Message: "Could not reach https://acme.example/: the TLS certificate is not trusted."}},
		{situation: "The crawl took too long.", edit: withDeadline, after: time.Minute,
			run: runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonStopped, StartedAt: start, CompletedAt: start.Add(time.Minute), Attempts: 1}},
		{situation: "The crawl found no document.", run: runner.RunStatus{State: runner.StateComplete, Reason: v1alpha1.ReasonFrontierEmpty, StartedAt: start, Attempts: 1,
			Message: "Crawled 12 pages; none of them is a legal document."}},
		{situation: "The crawl is suspended.", edit: func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = true }, run: runner.RunStatus{State: runner.StateInterrupted}},
		{situation: "The CrawlJob is being deleted.", edit: func(j *v1alpha1.CrawlJob) { started(j); j.DeletionTimestamp = &metav1.Time{Time: start} },
			run: runner.RunStatus{State: runner.StateRunning, StartedAt: start}},
	} {
		job := newJob("now", s.edit)
		f := newFixture(t, job)
		if !s.noCompany {
			if err := f.client.Create(t.Context(), acme()); err != nil {
				t.Fatal(err)
			}
		}
		for _, other := range s.others {
			if err := f.client.Create(t.Context(), other); err != nil {
				t.Fatal(err)
			}
		}
		if !job.Spec.Suspend && job.DeletionTimestamp == nil {
			f.reconcile()
		}
		if s.run.State != "" {
			f.setRun(job, s.run)
		}
		f.runner.err = s.err
		if s.err != nil {
			_, _, _ = f.tryReconcile() // the first error is not reported yet
		}
		f.now = start.Add(s.after)
		j, _, err := f.tryReconcile()
		if !errors.Is(err, s.err) {
			t.Fatalf("%s %v", s.situation, err)
		}
		d.Add(s.situation, j.Status.Conditions, f.events)
	}
	d.Compare(t, "testdata/describe.txt")
}
