package crawljob

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// maxReports is how often the counts of a crawl of the default maximum size may be written
// while it runs.
const maxReports = 5

func TestCountsAreReportedRarelyDuringACrawlAndAlwaysAtItsEnd(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	s := (&Reconciler{Now: func() time.Time { return now }}).newScope(&v1alpha1.CrawlJob{})
	s.copyCounts(&runner.RunStatus{State: runner.StatePending})
	reports := 0
	for n := int64(1); n <= 500; n++ {
		before := s.job.Status.Progress
		s.copyCounts(&runner.RunStatus{State: runner.StateRunning, Progress: runner.Progress{Fetched: n, Queued: 500 - n}})
		if s.job.Status.Progress != before {
			reports++
		}
		if got := s.job.Status.Progress.Fetched; got > n || got*reportFactor < n {
			t.Fatalf("after %d pages the status reports %d", n, got)
		}
	}
	if reports > maxReports {
		t.Errorf("the counts were reported %d times", reports)
	}
	s.copyCounts(&runner.RunStatus{State: runner.StateComplete, Attempts: 2, Progress: runner.Progress{Fetched: 501}})
	if status := s.job.Status; status.Progress.Fetched != 501 || status.Attempts != 2 {
		t.Errorf("the final status is %+v", status)
	}
}

func TestSkipCountsAreSortedAndBounded(t *testing.T) {
	t.Parallel()
	s := (&Reconciler{}).newScope(&v1alpha1.CrawlJob{})
	skipped := map[string]int64{}
	for i := range 2 * maxSkipCounts {
		skipped[string(rune('a'+i%26))+string(rune('a'+i/26))] = int64(i)
	}
	s.copyCounts(&runner.RunStatus{State: runner.StateRunning, Progress: runner.Progress{Skipped: skipped}})
	got := s.job.Status.Progress.Skipped
	if len(got) != maxSkipCounts || got[0].Reason != "aa" || got[1].Reason != "ab" {
		t.Errorf("the skip counts are %+v", got)
	}
}

func TestTheCountsOfARunningCrawlAreAtMostAMinuteOld(t *testing.T) {
	t.Parallel()
	job := newJob("now", started)
	f := newFixture(t, acme(), job)
	fetched := int64(100)
	run := func() runner.RunStatus {
		fetched++
		return runner.RunStatus{State: runner.StateRunning, StartedAt: start, Progress: runner.Progress{Fetched: fetched}}
	}
	const duration = 30 * time.Minute
	for f.now.Sub(start) < duration {
		f.setRun(job, run())
		j, result := f.reconcile()
		// The counts of the status are as old as its update time when the next reconcile begins.
		if age := f.now.Add(result.RequeueAfter).Sub(j.Status.Progress.UpdateTime.Time); age > time.Minute {
			t.Fatalf("after %s the counts are %s old", f.now.Sub(start), age)
		}
		f.now = f.now.Add(result.RequeueAfter)
	}
	if limit := int(duration/reportInterval) + 5; f.client.StatusWrites > limit {
		t.Errorf("a crawl of %s caused %d status writes, want at most %d", duration, f.client.StatusWrites, limit)
	}
	f.setRun(job, runner.RunStatus{State: runner.StatePending, StartedAt: start, Progress: runner.Progress{Fetched: fetched}})
	f.reconcile()
	writes := f.client.StatusWrites
	f.now = f.now.Add(time.Hour)
	f.reconcile()
	if f.client.StatusWrites != writes {
		t.Error("the unchanged counts of a pending run were written again")
	}
}
