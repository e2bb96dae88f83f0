package dashboard

import (
	"net/http"
	"strings"
	"testing"
)

const (
	oldTerms = "# Terms\n\nWelcome to the service of Acme.\n\n## Data\n\nWe share your data with two partners.\n\n## Contact\n\nWrite to us at any time you like.\n"
	newTerms = "# Terms\n\nWelcome to the service of Acme.\n\n## Data\n\nWe share your data with nine <script>partners</script>.\n\n## Contact\n\nWrite to us at any time you like.\n"
)

func TestAChangeShowsItsDifferencesInEachDisplay(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", oldTerms, newTerms)
	for _, display := range []string{"", "?view=inline", "?view=split"} {
		r := d.get("/changes/a1-2" + display)
		r.mustContain(t, "two</del>", "nine", `id="diff-1"`, "1 difference", `href="#section-`, `data-change="previous" href="/dashboard/changes/a1-1"`, "/dashboard/changes/a1-2/docx", "Low materiality", "The wording changed, without a topic")
		if strings.Contains(r.body, "<script>partners") {
			t.Error("the text of the document is not escaped")
		}
		if whole := strings.Contains(r.body, "Write to us at any time"); whole != (display != "") {
			t.Errorf("%q shows unchanged sections: %t", display, whole)
		}
	}
	d.get("/documents/a1/compare?from=2&to=1").mustContain(t, "nine", "two</ins>", "/dashboard/documents/a1/compare/docx?from=2&amp;to=1")
	d.get("/changes/a1-1").mustContain(t, "no two texts to compare", `href="/dashboard/changes/a1-2"`)
}

func TestAComparisonIsExportedAsFiles(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", oldTerms, newTerms)
	for format, begin := range map[string]string{"patch": "--- version-1.md", "html": "<!doctype html>", "docx": "PK", "evidence": "PK"} {
		for _, path := range []string{"/changes/a1-2/" + format, "/documents/a1/compare/" + format + "?from=1&to=2"} {
			r := d.get(path)
			if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.body, begin) || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: status %d, %s, begins %.20q", path, r.StatusCode, r.Header.Get("Content-Disposition"), r.body)
			}
		}
	}
	if r := d.get("/changes/a1-2/exe"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown format: status %d", r.StatusCode)
	}
}

func TestAReviewIsStoredWithItsHistory(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", oldTerms, newTerms)
	r := d.post("/changes/a1-2/review", "state", "NoAction", "assignee", "mia", "note", "harmless <b>", "revision", "0")
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/dashboard/changes/a1-2" {
		t.Fatalf("status %d: %s", r.StatusCode, r.body)
	}
	d.get("/changes/a1-2").mustContain(t, "by user:operator", "No action", "assigned to mia", "harmless &lt;b&gt;", "History (1)")
	if r := d.post("/changes/a1-2/review", "state", "Reviewed", "note", "my long text", "revision", "0"); r.StatusCode != http.StatusConflict ||
		!strings.Contains(r.body, "user:operator changed the review to “No action” while you wrote") || !strings.Contains(r.body, "my long text</textarea>") || !strings.Contains(r.body, `name="revision" value="1"`) {
		t.Errorf("a stale revision: status %d: %s", r.StatusCode, r.body)
	}
	if r := d.post("/changes/a1-2/review", "state", "New", "note", "kept", "revision", "1"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, "kept</textarea>") {
		t.Errorf("an invalid state: status %d", r.StatusCode)
	}
}

func TestAViewerSeesNoReviewForm(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", oldTerms, newTerms)
	viewer := d.as("viewer")
	if r := viewer.get("/changes/a1-2"); r.StatusCode != http.StatusOK || strings.Contains(r.body, "Save the review") {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
	if r := viewer.post("/changes/a1-2/review", "state", "Reviewed", "revision", "0"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a review by a viewer: status %d", r.StatusCode)
	}
	d.as("reviewer").get("/changes/a1-2").mustContain(t, "Save the review")
}
