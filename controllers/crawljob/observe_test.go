package crawljob

import (
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// mostTold is how often the counts of the largest crawl by default may be written
// while it runs.
const mostTold = 5

func TestTheCountsOfARunningCrawlAreToldAFewTimesAndItsEndAlways(t *testing.T) {
	t.Parallel()
	v := (&Reconciler{}).visit(&v1alpha1.CrawlJob{})
	v.copy(store.Run{State: store.RunPending})
	told := 0
	for n := int64(1); n <= 500; n++ {
		before := v.job.Status.Progress
		v.copy(store.Run{State: store.RunRunning, Progress: store.Progress{Fetched: n, Queued: 500 - n}})
		if v.job.Status.Progress != before {
			told++
		}
		if got := v.job.Status.Progress.Fetched; got > n || got*tellEvery < n {
			t.Fatalf("after %d pages it tells of %d", n, got)
		}
	}
	if told > mostTold {
		t.Errorf("the counts were told %d times", told)
	}
	v.copy(store.Run{State: store.RunComplete, Attempts: 2, Progress: store.Progress{Fetched: 501}})
	if s := v.job.Status; s.Progress.Fetched != 501 || s.Attempts != 2 {
		t.Errorf("at its end it tells of %+v", s)
	}
}
