package dashboard

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

func TestTheScheduleShowsWhatRunsWaitsIsSkippedAndComesNext(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for _, name := range []string{"acme", "globex"} {
		c := d.company(name, func(c *v1alpha1.Company) {
			c.Spec.Schedule = &v1alpha1.Schedule{Cron: "30 2 * * *", TimeZone: "Etc/UTC"}
		})
		at := metav1.NewTime(time.Now().Add(time.Hour))
		if name == "acme" {
			at = metav1.NewTime(time.Now().Add(2 * time.Hour))
		}
		c.Status.NextCrawlTime = &at
		if err := d.resources.Status().Update(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	d.company("initech")
	d.run("r1", "acme", store.RunRunning) // since January: its schedule is skipped
	d.run("r2", "globex", store.RunPending)
	r := d.get("/schedule")
	r.mustContain(
		t, "busy.example", "/dashboard/crawls/r2", "It waits for a worker.", "Skipped because of overlap", "has not ended.", "30 2 * * *",
		"<svg", "</rect>", "<strong>1</strong> without a schedule",
	)
	// The time of today is in the first slot of the week, or has passed.
	if !strings.Contains(r.body, "The schedules start 14 crawls in the coming week") && !strings.Contains(r.body, "The schedules start 12 crawls in the coming week") {
		t.Error("the load of the week is wrong")
	}
	_, next, _ := strings.Cut(r.body, `id="next"`)
	if g, a := strings.Index(next, "/companies/globex"), strings.Index(next, "/companies/acme"); g < 0 || a < g {
		t.Error("the next crawls are not in the order of their times")
	}
	if strings.Contains(r.body, "/companies/initech") {
		t.Error("a company without a schedule has a next crawl")
	}
}

func TestAnEmptyScheduleSaysWhatToDo(t *testing.T) {
	t.Parallel()
	newTestDashboard(t).get("/schedule").mustContain(t, "No crawl is scheduled.", "No crawl runs now.", "No crawl waits.", "No scheduled crawl is skipped at present.")
}
