package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// status sets the status of a company.
func (d *testDashboard) status(c *v1alpha1.Company, change func(*v1alpha1.CompanyStatus)) {
	d.t.Helper()
	change(&c.Status)
	if err := d.resources.Status().Update(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
}

func TestACompanyShowsTheReasonAndTheRemedyOfEachMissingType(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.status(d.company("alpha"), func(s *v1alpha1.CompanyStatus) {
		s.Coverage = []v1alpha1.Coverage{
			{Type: "privacy_policy", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingNeedsBrowser, URL: "https://alpha.example/privacy"},
			{Type: "terms_of_service", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingOffSite},
		}
	})
	d.get("/companies/alpha").mustContain(t, "Scripts build the text of the page.", "Render pages in a browser", "Allow off-site documents", "Pin this URL")
	for _, form := range [][]string{
		{"/companies/alpha/remedy", "do", "render"},
		{"/companies/alpha/remedy", "do", "offsite"},
		{"/companies/alpha/pin", "type", "privacy_policy", "url", "https://alpha.example/p"},
	} {
		if a := d.post(form[0], form[1:]...); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%v: status %d: %s", form, a.StatusCode, a.body)
		}
	}
	d.get("/companies/alpha/company.yaml").mustContain(t, "kind: Company", "render: Auto", "offSite: Linked", "url: https://alpha.example/p", "type: privacy_policy")
	d.get("/companies/alpha/yaml").mustContain(t, "render: Auto")
	if a := d.post("/companies/alpha/pin", "type", "privacy_policy", "url", "javascript:alert(1)"); a.StatusCode < 400 || a.StatusCode > 499 {
		t.Errorf("an invalid URL has the status %d", a.StatusCode)
	}
}

func TestACompanyWithoutRecordsIsShown(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	d.get("/companies/alpha").mustContain(t, "No document is known", "never crawled")
	if a := d.get("/companies/none"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown company has the status %d", a.StatusCode)
	}
}

func TestSubprocessorsShowWhatWasAddedAndRemoved(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	table := "# Subprocessors\n\n| Name | Purpose | Location |\n| --- | --- | --- |\n| Stays Ltd | Hosting | France |\n"
	doc := d.document("alpha", "subs", table+"| Gone Inc | Mail | USA |\n", table+"| Comes GmbH | Support | Germany |\n")
	doc.Type = doctype.Subprocessors
	if _, err := d.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: doc}); err != nil {
		t.Fatal(err)
	}
	d.get("/companies/alpha").mustContain(t, "Stays Ltd", "<del>Gone Inc</del>", "Comes GmbH", "1 added, 1 removed, 0 changed")
}

func TestAnObjectionPeriodMakesACalendarOfDeadlines(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	d.document("alpha", "privacy", "one", "two")
	if a := d.get("/companies/alpha/deadlines.ics"); strings.Contains(a.body, "VEVENT") {
		t.Errorf("there are deadlines without a period: %s", a.body)
	}
	if a := d.post("/companies/alpha/objection", "days", "0", "from", "Seen"); a.StatusCode < 400 || a.StatusCode > 499 {
		t.Errorf("a period of 0 days has the status %d", a.StatusCode)
	}
	if a := d.post("/companies/alpha/objection", "days", "400", "from", "Seen"); a.StatusCode < 400 {
		t.Errorf("a period of 400 days has the status %d", a.StatusCode)
	}
	if a := d.post("/companies/alpha/objection", "days", "30", "from", "Seen"); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d: %s", a.StatusCode, a.body)
	}
	// The change of day 2 of January 2026; the first version has no deadline.
	for _, path := range []string{"/companies/alpha/deadlines.ics", "/deadlines.ics"} {
		a := d.get(path)
		a.mustContain(t, "DTSTART;VALUE=DATE:20260201", "Objection deadline: alpha")
		if n := strings.Count(a.body, "BEGIN:VEVENT"); n != 1 {
			t.Errorf("%s has %d deadlines, want 1", path, n)
		}
	}
	d.get("/companies/alpha").mustContain(t, "30 days from the day", `value="30"`, "/v1/feeds/deadlines.ics?companies=alpha", `name="feed" value="companies=alpha"`)
	d.post("/keys", "name", "Calendar of alpha", "scope", "feed", "feed", "companies=alpha").mustContain(t, "It is not shown again")
	d.get("/schedule").mustContain(t, "/v1/feeds/deadlines.ics<", "Create a key that reads only this calendar")
	d.as("viewer").get("/schedule").mustContain(t, "An operator can create the key.")
}

func TestTheSettingsOfACompanyAreValidatedAndSaved(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("alpha")
	d.get("/companies/alpha/edit").mustContain(t, "alpha.example", "Paths to skip")
	invalid := []string{"domains", "https://alpha.example/", "seeds", "https://alpha.example/p privacy_policy", "cron", "61 * * *"}
	a := d.post("/companies/alpha/edit", invalid...)
	if a.StatusCode != http.StatusUnprocessableEntity || strings.Count(a.body, `aria-invalid="true"`) != 2 {
		t.Errorf("status %d, want errors at 2 fields: %s", a.StatusCode, a.body)
	}
	if !strings.Contains(a.body, "61 * * *") || !strings.Contains(a.body, "host name without scheme") {
		t.Errorf("the form lost its values or has no message: %s", a.body)
	}
	if a = d.post("/companies/alpha/edit", "domains", "alpha.example", "maxPages", "many"); !strings.Contains(a.body, "Must be a whole number.") {
		t.Errorf("an invalid number of pages has no message: %s", a.body)
	}
	valid := []string{"domains", "alpha.example", "seeds", "https://alpha.example/p privacy_policy", "cron", "30 2 * * *", "timeZone", "Europe/Paris", "maxPages", "70", "deny", "/blog/", "tags", "eu", "expectedTypes", "imprint", "deletionPolicy", "Retain"}
	if a = d.post("/companies/alpha/edit", valid...); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d: %s", a.StatusCode, a.body)
	}
	d.get("/companies/alpha/company.yaml").mustContain(t, "maxPages: 70", "timeZone: Europe/Paris", "- /blog/", "- imprint", "tag.clausea.co/eu")
	if v := d.as("viewer").post("/companies/alpha/edit", valid...); v.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer saves with the status %d", v.StatusCode)
	}
}
