package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
)

func TestTheListOfCompaniesFiltersByTextTagAndHealth(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha", func(c *v1alpha1.Company) { c.Labels = map[string]string{"tag.clausea.co/finance": "true"} })
	d.company("beta")
	d.get("/companies").mustContain(t, "alpha.example", "beta.example", "finance", "Never crawled")
	for _, query := range []string{"?q=ALPHA", "?tag=finance", "?q=alpha&state=NeverCrawled&stale=3"} {
		if a := d.get("/companies" + query); !strings.Contains(a.body, "alpha.example") || strings.Contains(a.body, "beta.example") {
			t.Errorf("%s shows other companies than alpha: %s", query, a.body)
		}
	}
	d.get("/companies?q=gamma").mustContain(t, "No company matches")
	if a := d.get("/companies?stale=x"); a.StatusCode < 400 {
		t.Errorf("an invalid number of days has the status %d", a.StatusCode)
	}
	d.get("/companies/export.csv").mustContain(t, "name,url,displayName", "beta.example")
}

func TestBulkActionsPauseTagAndDeleteTheSelectedCompanies(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	d.company("beta")
	if a := d.post("/companies/bulk", "do", "pause", "company", "alpha", "company", "beta"); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("pause: %d: %s", a.StatusCode, a.body)
	}
	d.get("/companies").mustContain(t, "Paused the schedule of 2 companies.", ">Paused<")
	d.post("/companies/bulk", "do", "tag", "tags", "eu", "company", "alpha")
	d.get("/companies?tag=eu").mustContain(t, "alpha.example")
	d.post("/companies/bulk", "do", "delete", "company", "alpha").mustContain(t, "Delete 1 company", "What happens to the documents", `value="alpha"`)
	d.get("/companies").mustContain(t, "alpha.example")
	if a := d.post("/companies/delete", "policy", "Retain", "company", "alpha"); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("delete: %d: %s", a.StatusCode, a.body)
	}
	if a := d.get("/companies?q=alpha"); strings.Contains(a.body, "alpha.example") {
		t.Error("the deleted company is still listed")
	}
}

func TestAViewerCannotChangeCompanies(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	v := d.as("viewer")
	if a := v.get("/companies"); strings.Contains(a.body, "Add a company") || strings.Contains(a.body, `name="do"`) {
		t.Errorf("a viewer sees actions: %s", a.body)
	}
	for _, path := range []string{"/companies/bulk", "/companies/delete"} {
		if a := v.post(path, "do", "pause", "policy", "Delete", "company", "alpha"); a.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s as a viewer has the status %d", path, a.StatusCode)
		}
	}
}

func TestErrorPagesAdvisePeople(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	for path, advice := range map[string]string{
		"/companies?sort=size": "Go back, correct the value", "/documents?cursor=!": "start with the first page", "/companies/unknown": "look for it in the lists",
	} {
		r := d.get(path)
		if r.StatusCode < http.StatusBadRequest || r.StatusCode >= http.StatusInternalServerError || !strings.Contains(r.body, advice) {
			t.Errorf("%s: status %d, want %q: %s", path, r.StatusCode, advice, r.body)
		}
	}
	if r := d.as("viewer").post("/companies/new", "url", "https://acme.example"); r.StatusCode != http.StatusForbidden || strings.Contains(r.body, "API key") {
		t.Errorf("a viewer adds a company: status %d: %s", r.StatusCode, r.body)
	}
}
