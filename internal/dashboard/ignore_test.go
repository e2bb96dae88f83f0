package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

func TestAnIgnoreRuleIsPreviewedAndStored(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", "We share data with 10 partners.", "We share data with 11 partners.", "We share data with 11 partners. We sell it.", "We share data with 12 partners. We rent it to others.")
	d.get("/companies/acme/ignore").mustContain(t, "The company has none.")
	r := d.get("/companies/acme/ignore?text=data++with+%23+partners")
	r.mustContain(t, "would have muted 2 of the newest 3 changes", "fully", "partly", "<del>10</del> <ins>11", `value="data with # partners"`)
	if r := d.as("viewer").post("/companies/acme/ignore", "text", "data with # partners"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer makes a rule: status %d", r.StatusCode)
	}
	if r := d.post("/companies/acme/ignore", "text", "data with # partners"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d: %s", r.StatusCode, r.body)
	}
	d.get("/companies/acme/ignore").mustContain(t, `<q dir="auto">data with # partners</q>`)
	diff, err := d.services.Documents.Diff(t.Context(), service.Caller{Scopes: []store.APIScope{store.ScopeRead}}, "a1", service.VersionSelector{Number: 1}, service.VersionSelector{Number: 2})
	if err != nil || diff.Change.Kind != "cosmetic" {
		t.Errorf("the versions differ with the kind %s, error %v", diff.Change.Kind, err)
	}
	d.post("/companies/acme/unignore", "text", "data with # partners")
	d.get("/companies/acme/ignore").mustContain(t, "The company has none.")
}

func TestAnInvalidIgnoreRuleSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	for _, text := range []string{"", "#", strings.Repeat("long ", 200)} {
		if r := d.post("/companies/acme/ignore", "text", text); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, `role="alert"`) {
			t.Errorf("%.10q: status %d: %.2000s", text, r.StatusCode, r.body)
		}
	}
}
