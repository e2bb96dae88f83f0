package dashboard

import (
	"net/http"
	"strings"
	"testing"
)

func TestACompanyIsPreviewedAndThenAdded(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.get("/companies/new").mustContain(t, "Show what would be found")
	r := d.post("/companies/new", "url", "https://www.acme.example/", "schedule", "0 5 * * *", "tags", "vendor, eu", "do", "preview")
	preview := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(preview, "/dashboard/crawls/") {
		t.Fatalf("preview: status %d, Location %s: %s", r.StatusCode, preview, r.body)
	}
	const form = "/dashboard/companies/new?schedule=0+5+%2A+%2A+%2A&tags=vendor%2C+eu&url=https%3A%2F%2Fwww.acme.example%2F"
	d.get(preview).mustContain(t, "Nothing is monitored until you add the company.", strings.ReplaceAll(form, "&", "&amp;"))
	d.get(form).mustContain(t, `value="https://www.acme.example/"`, `value="0 5 * * *"`, `value="vendor, eu"`)
	if strings.Contains(d.as("reviewer").get(preview).body, "Add the company") {
		t.Error("a reviewer can add the company")
	}
	r = d.post("/companies/new", "url", "https://www.acme.example/", "schedule", "0 4 * * *", "tags", "vendor, eu", "do", "add")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/dashboard/companies/") {
		t.Fatalf("add: status %d: %s", r.StatusCode, r.body)
	}
	d.get(r.Header.Get("Location")).mustContain(t, "vendor", "0 4 * * *")
	if strings.Contains(d.get(preview).body, "Add the company") {
		t.Error("the preview offers to add a company that exists")
	}
	if r := d.post("/companies/new", "url", "not a site", "do", "add"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, `value="not a site"`) {
		t.Errorf("an invalid URL: status %d", r.StatusCode)
	}
	if r := d.as("reviewer").get("/companies/new"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a reviewer adds a company: status %d", r.StatusCode)
	}
}

func TestAnImportIsTriedBeforeItIsDone(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	const rows = "name,url\nacme,https://acme.example/\nglobex,https://globex.example/\n"
	d.post("/companies/import", "format", "csv", "text", rows, "do", "check").mustContain(t, "What an import would do", "globex")
	if r := d.get("/companies/globex"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the trial created a company: status %d", r.StatusCode)
	}
	if r := d.post("/companies/import", "format", "csv", "text", rows, "do", "import"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("import: status %d: %s", r.StatusCode, r.body)
	}
	d.get("/companies/globex").mustContain(t, "globex.example")
}

func TestDeclarationsAndListsOfURLsAreImported(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	const declaration = `{"name": "Acme", "terms": {"Privacy Policy": {"fetch": "https://www.acme.example/privacy"}}}`
	if r := d.post("/companies/import", "format", "declarations", "text", declaration, "do", "import"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("declarations: status %d: %s", r.StatusCode, r.body)
	}
	d.get("/companies/acme.example/company.yaml").mustContain(t, "displayName: Acme", "url: https://www.acme.example/privacy", "type: privacy_policy")
	d.post("/companies/import", "format", "urls", "text", "https://globex.example/legal\nnot a site\n", "do", "check").mustContain(t, "globex.example", "failed")
}
