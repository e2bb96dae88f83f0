package dashboard

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestTheReviewPageListsUnreadChangesWithTheFirstChangedSentence(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.services.Inbox.ExcerptBudget = time.Minute
	d.company("acme")
	d.document("acme", "doc-a", "# Privacy\n\nWe like you. We keep data for 30 days.", "# Privacy\n\nWe like you. We keep data for 90 days.")
	d.get("/").mustContain(t, "<title>(2) Review", "2 unread", `href="/dashboard/changes/doc-a-2"`, "<del>30</del> <ins>90</ins> days.", "First version", `name="id" value="doc-a-2"`)
}

func TestAnEmptyReviewPageSaysTheNextStep(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.get("/").mustContain(t, "Add the first company", `href="/dashboard/companies/new"`)
}

func TestReviewedChangesLeaveTheReviewPage(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "doc-a", "Old text of the page.", "New text of the page.")
	r := d.as("reviewer").post("/review", "id", "doc-a-1", "id", "doc-a-2", "state", "NoAction", "note", "Read by legal", "to", "/dashboard/?company=acme")
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/dashboard/?company=acme" {
		t.Fatalf("status %d to %q: %s", r.StatusCode, r.Header.Get("Location"), r.body)
	}
	got, err := d.store.GetReview(t.Context(), "doc-a-2")
	if err != nil || got.State != store.ReviewNoAction || got.Note != "Read by legal" || got.Author != "user:reviewer" {
		t.Errorf("the review is %+v, %v", got, err)
	}
	d.get("/").mustContain(t, "<title>Review", "Everything is reviewed.", "Last reviewed", "No action by <bdi>user:reviewer</bdi>")
	d.get("/?state=NoAction").mustContain(t, "doc-a-1", "doc-a-2")
}

func TestTheFiltersOfTheReviewPageSelectChanges(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.company("globex")
	d.document("acme", "doc-a", "Old text of the page.", "New text of the page.")
	d.document("globex", "doc-b", "Old text of the page.")
	for query, want := range map[string]string{
		"company=acme": "doc-a-1 doc-a-2", "kind=Created": "doc-a-1 doc-b-1", "type=privacy_policy&since=2026-01-02": "doc-a-2",
		"silent=yes": "", "state=all&kind=Changed": "doc-a-2", "state=Reviewed": "", "assignee=someone": "",
	} {
		r := d.get("/?" + query)
		r.mustContain(t)
		for _, id := range []string{"doc-a-1", "doc-a-2", "doc-b-1"} {
			if got := strings.Contains(r.body, "/changes/"+id); got != strings.Contains(want, id) {
				t.Errorf("?%s: change %s is listed: %t", query, id, got)
			}
		}
	}
	for _, query := range []string{"state=Done", "since=yesterday", "type=unknown", "cursor=!"} {
		if r := d.get("/?" + query); r.StatusCode/100 != 4 {
			t.Errorf("?%s: status %d", query, r.StatusCode)
		}
	}
}

func TestAViewerReadsTheReviewPageAndReviewsNothing(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "doc-a", "Text of the page.")
	viewer := d.as("viewer")
	r := viewer.get("/")
	r.mustContain(t, "/dashboard/changes/doc-a-1")
	if strings.Contains(r.body, `name="id"`) {
		t.Error("a viewer sees the form of reviews")
	}
	if r := viewer.post("/review", "id", "doc-a-1"); r.StatusCode != http.StatusForbidden {
		t.Errorf("status %d: %s", r.StatusCode, r.body)
	}
}

func TestTextOfCrawledPagesIsEscapedOnTheReviewPage(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "doc-a", "We keep <script>alert(1)</script> data.", "We keep <script>alert(2)</script> all data.")
	if r := d.get("/"); strings.Contains(r.body, "<script>alert") {
		t.Errorf("the page has a script of a document: %s", r.body)
	}
}
