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
