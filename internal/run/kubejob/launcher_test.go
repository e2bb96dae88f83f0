package kubejob

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestAnOperatorWithoutAWorkersImageSaysSoAndStartsNoJob(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	l := &Launcher{Queue: &queue.Queue{Runs: s}, Default: v1alpha1.ExecutionInProcess} // no client: it may ask nobody
	o := queue.Order{RunID: "r1", Company: "acme", Attempts: 4, Execution: v1alpha1.ExecutionJob}
	if err := l.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	r, err := l.Observe(t.Context(), o.RunID)
	if err != nil || r.State != store.RunFailed || r.StopReason != v1alpha1.ReasonInvalidSpec || !strings.Contains(r.Message, "CLAUSEA_WORKER_IMAGE") {
		t.Errorf("its run is %+v, %v", r, err)
	}
	// One that names no execution goes where the operator was told.
	o = queue.Order{RunID: "r2", Company: "acme", Attempts: 4}
	if err := l.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if r, err = l.Observe(t.Context(), o.RunID); err != nil || r.State != store.RunPending || r.AssignedWorker != "" {
		t.Errorf("its run is %+v, %v", r, err)
	}
}

func TestARunThatIsToBeTriedLaterHasNoJobMeanwhile(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	l := &Launcher{Queue: &queue.Queue{Runs: s}, Pod: Pod{Image: "clausea:1"}} // no client: it may ask nobody
	o := queue.Order{RunID: "r1", Company: "acme", Attempts: 4, Execution: v1alpha1.ExecutionJob, NotBefore: time.Now().Add(time.Hour)}
	for range 2 {
		if err := l.Start(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		r, err := l.Observe(t.Context(), o.RunID)
		if err != nil || r.State != store.RunPending || r.AssignedWorker != WorkerName(o.RunID) {
			t.Errorf("its run is %+v, %v", r, err)
		}
	}
}
