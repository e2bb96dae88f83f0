package dashboard

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// fail gives a company the state of a failed last crawl.
func (d *testDashboard) fail(c *v1alpha1.Company) {
	d.t.Helper()
	c.Status.Conditions = []metav1.Condition{{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonSiteUnreachable, Message: "the last crawl failed: <i>no response</i>",
		LastTransitionTime: metav1.NewTime(day(3)),
	}}
	c.Status.LastCrawl = &v1alpha1.CrawlSummary{JobName: "job", RunID: "r2"}
	if err := d.resources.Status().Update(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
}

func TestThePageOfIncidentsStatesCauseSinceAttemptsAndRemedy(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.run("r1", "acme", store.RunFailed)
	d.run("r2", "acme", store.RunFailed)
	d.fail(d.company("acme"))
	d.company("globex")
	r := d.get("/incidents")
	r.mustContain(
		t, "(1) Incidents", "The site does not respond.", "&lt;i&gt;no response&lt;/i&gt;.", "2 crawls in a row failed", "Open the site in a browser.",
		`datetime="2026-01-03T00:00:00Z"`, `action="/dashboard/crawls/r2/retry"`,
	)
	if strings.Contains(r.body, "globex") {
		t.Error("a company without a failure has an incident")
	}
	if r := d.as("viewer").get("/incidents"); strings.Contains(r.body, "/retry") {
		t.Error("a viewer sees the button Retry")
	}
	d.get("/incidents?kind=webhook").mustContain(t, "No open incident matches the filters.")
}

func TestAPageWithoutIncidentsSaysSo(t *testing.T) {
	t.Parallel()
	newTestDashboard(t).get("/incidents").mustContain(t, "There is no open incident.")
}
