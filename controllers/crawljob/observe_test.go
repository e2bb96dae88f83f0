package crawljob

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

func TestTheDeadlineBeginsWhenAWorkerTakesTheRunUp(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	minute := int64(60)
	for _, c := range []struct {
		name   string
		queued time.Duration // ago
		rec    store.Run
		over   bool
	}{
		{"waits for a worker", time.Hour, store.Run{State: store.RunPending}, false},
		{"has just been taken up", time.Hour, store.Run{State: store.RunRunning, StartedAt: now.Add(-time.Second)}, false},
		{"runs too long", time.Hour, store.Run{State: store.RunRunning, StartedAt: now.Add(-2 * time.Minute)}, true},
		{"waits to be tried again for too long", time.Hour, store.Run{State: store.RunPending, StartedAt: now.Add(-2 * time.Minute)}, true},
		{"goes on after a suspension", time.Second, store.Run{State: store.RunRunning, StartedAt: now.Add(-2 * time.Minute)}, false},
		{"waits for its pod for too long", time.Hour, store.Run{State: store.RunPending, AssignedWorker: "job/x"}, true},
		{"was taken up by an older version", time.Hour, store.Run{State: store.RunRunning}, true},
	} {
		job := &v1alpha1.CrawlJob{}
		since := metav1.NewTime(now.Add(-c.queued))
		job.Spec.ActiveDeadlineSeconds, job.Status.StartTime = &minute, &since
		v := (&Reconciler{Now: func() time.Time { return now }}).visit(job)
		if left := v.left(c.rec); (left <= 0) != c.over {
			t.Errorf("a job that %s has %s left", c.name, left)
		}
	}
}
