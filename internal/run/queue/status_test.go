package queue

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

func TestStatusHasTheFieldsOfTheRecord(t *testing.T) {
	t.Parallel()
	at := func(seconds int64) time.Time { return time.Unix(1_700_000_000+seconds, 0) }
	rec := store.Run{
		ID: "r", State: store.RunInterrupted, StopReason: "why", Message: "what", Attempts: 2, AssignedWorker: "job/r",
		NotBefore: at(1), CreatedAt: at(2), StartedAt: at(3), FinishedAt: at(4),
		Progress:  store.Progress{Fetched: 1, Queued: 2, Failed: 3, Skipped: map[string]int64{"robots": 4}},
		Documents: store.DocumentCounts{New: 5, Changed: 6, Unchanged: 7, Removed: 8, Broken: 9, Unreachable: 10, NotVisited: 11},
	}
	got := StatusOf(rec)
	if got.ID != "r" || got.State != runner.StateInterrupted || got.Reason != "why" || got.Message != "what" || got.Attempts != 2 || !got.Dedicated {
		t.Errorf("the status is %+v", got)
	}
	if !got.NotBefore.Equal(at(1)) || !got.CreatedAt.Equal(at(2)) || !got.StartedAt.Equal(at(3)) || !got.CompletedAt.Equal(at(4)) {
		t.Errorf("its times are %+v", got)
	}
	if got.Progress.Fetched != 1 || got.Progress.Queued != 2 || got.Progress.Failed != 3 || got.Progress.Skipped["robots"] != 4 {
		t.Errorf("its progress is %+v", got.Progress)
	}
	if want := (v1alpha1.DocumentCounts{New: 5, Changed: 6, Unchanged: 7, Removed: 8, Broken: 9, Unreachable: 10, NotVisited: 11}); got.Documents != want {
		t.Errorf("its documents are %+v", got.Documents)
	}
	if runner.ReasonCancelled != string(crawl.StopCancelled) {
		t.Errorf("a cancelled run has the reasons %s and %s", runner.ReasonCancelled, crawl.StopCancelled)
	}
}

func TestAStatusSaysWhatTheRunWaitsFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rec             store.Run
		reason, message string
	}{
		{store.Run{State: store.RunPending}, "", ""},
		{store.Run{State: store.RunRunning}, "", ""},
		{store.Run{State: store.RunPending, AssignedWorker: "job/r"}, v1alpha1.ReasonPodNotCreated, "Waiting for a pod to be created."},
		{store.Run{State: store.RunPending, AssignedWorker: "job/r", Message: "No pod could be created: why."}, v1alpha1.ReasonPodNotCreated, "No pod could be created: why."},
		{store.Run{State: store.RunRunning, WaitingForHost: "help.example"}, v1alpha1.ReasonWaitingForHost, "Waiting for host help.example, which another crawl holds."},
	} {
		if got := StatusOf(c.rec); got.Waiting != c.reason || got.Message != c.message {
			t.Errorf("the status of %+v is %+v", c.rec, got)
		}
	}
}

func TestAQueuedRunWaitsForAnotherRunOfItsCompanyWhileThatHasAWorker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.enqueue("r1")
	rec := f.await("r1", "the queue", in(store.RunPending))
	other := store.Run{ID: "r0", Company: rec.Company, State: store.RunRunning, Worker: "laptop", CreatedAt: rec.CreatedAt}
	for _, c := range []struct {
		heartbeat time.Time
		crawlJob  string
		want      string
	}{
		{time.Now(), "nightly", "Waiting for CrawlJob nightly (same company) to finish."},
		{time.Now(), "", "Waiting for run r0 of the same company, which worker laptop executes without a CrawlJob, to finish."},
		{time.Now().Add(-time.Hour), "", ""}, // its process was killed
	} {
		other.Heartbeat, other.CrawlJob.Name = c.heartbeat, c.crawlJob
		if err := f.store.PutRun(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		status, err := f.queue.Status(t.Context(), "r1")
		if err != nil || status.Message != c.want || (status.Waiting == v1alpha1.ReasonWaitingForCrawlJob) != (c.want != "") {
			t.Errorf("the status is %+v, %v, want %q", status, err, c.want)
		}
	}
}
