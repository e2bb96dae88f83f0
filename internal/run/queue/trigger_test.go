package queue

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

func TestAQueuedRunRecordsItsTriggerLimitsAndBytes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	defer f.start(f.newPool(f.store, "a"))()
	pages := int32(3)
	spec := runner.RunSpec{
		RunID: "r", Company: demo.Domain, MaxAttempts: 3, Trigger: v1alpha1.TriggerDashboard, RequestedBy: "jane",
		Target: v1alpha1.Target{Domains: []v1alpha1.Domain{demo.Domain}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{}, MaxPages: &pages}},
	}
	if _, err := f.queue.Ensure(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	r := f.await("r", "end", in(store.RunComplete))
	if r.Trigger != store.TriggerDashboard || r.RequestedBy != "jane" || r.Limits.MaxPages != 3 || r.Limits.MaxDepth == 0 || r.Limits.Delay != 0 || r.Bytes == 0 {
		t.Errorf("the run is %+v", r)
	}
}

func TestACrawlOfACallerRecordsItsTrigger(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rep, err := f.newPool(f.store, "a").Crawl(t.Context(), demoTask(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.store.GetRun(t.Context(), rep.Run.ID)
	if err != nil || r.Trigger != store.TriggerCLI || r.Bytes == 0 {
		t.Errorf("the run is %+v, %v", r, err)
	}
}
