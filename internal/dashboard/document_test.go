package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestTheListOfDocumentsFilters(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.get("/documents").mustContain(t, "There are no documents yet.")
	d.document("acme", "a1", "one")
	d.document("other", "b1", "two")
	d.get("/documents").mustContain(t, "Privacy a1", "Privacy b1", `href="/dashboard/documents/a1"`)
	r := d.get("/documents?company=acme&type=privacy_policy&state=Present&language=en&sort=changed")
	r.mustContain(t, "Privacy a1", `value="acme"`)
	if strings.Contains(r.body, "Privacy b1") {
		t.Error("the list has a document of another company")
	}
	d.get("/documents?company=acme&state=Removed").mustContain(t, "No document matches the filters.")
}

func TestADocumentShowsItsTextWithOutlineAndVersions(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", "# Privacy\n\nold <script>alert(1)</script>", "# Privacy\n\n## Rights\n\n[x](javascript:alert(1)) new")
	r := d.get("/documents/a1")
	r.mustContain(t, `<h3 id="text-1">Privacy</h3>`, `<h4 id="text-2">Rights</h4>`, `<a href="#text-2">Rights</a>`, `dir="auto" lang="en"`,
		`<rect class="bar ok"`, "+3 −2 words", `action="/dashboard/documents/a1/compare"`, `href="/dashboard/changes/a1-2"`, "set a schedule or start a crawl", "https://acme.example/")
	if strings.Contains(r.body, "javascript:") {
		t.Error("the page has a link of the text that runs a script")
	}
	d.get("/documents/a1?asOf=2026-01-01").mustContain(t, "old &lt;script&gt;", "Text of version 1", "This is not the newest text.")
	d.get("/documents/a1?asOf=2025-12-31").mustContain(t, "The document had no version at 2025-12-31", "Rights")
	d.get("/documents/a1?asOf=soon").mustContain(t, "is not a date of the form YYYY-MM-DD", "Rights")
	d.get("/documents/a1/versions/1").mustContain(t, "<h1>Version 1</h1>", "old &lt;script&gt;", "Not the newest version")
	if r := d.get("/documents/a1/versions/7"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a version that does not exist has the status %d", r.StatusCode)
	}
}

func TestPagesAreDownloadsThatABrowserDoesNotShow(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a1", "text")
	for path, want := range map[string]string{"raw": "<p>text</p>", "text": "text", "evidence": "PK"} {
		r := d.get("/documents/a1/versions/latest/" + path)
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.body, want) || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: status %d, Content-Disposition %q, body %.40q", path, r.StatusCode, r.Header.Get("Content-Disposition"), r.body)
		}
		if strings.Contains(r.Header.Get("Content-Type"), "html") {
			t.Errorf("%s has the type %s", path, r.Header.Get("Content-Type"))
		}
	}
}

func TestAReaderCorrectsADocumentAndSeesWhatIsWrongWithAForm(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a1", "text")
	if r := d.post("/documents/a1/correct", "effectiveDate", "yesterday", "note", "kept"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Effective date") || !strings.Contains(r.body, "kept</textarea>") {
		t.Errorf("a form with an error: status %d: %s", r.StatusCode, r.body)
	}
	if r := d.post("/documents/a1/correct", "type", "terms_of_service", "note", "it is clear"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("the correction has the status %d: %s", r.StatusCode, r.body)
	}
	d.get("/documents/a1").mustContain(t, "Corrected by", "it is clear", `<option value="terms_of_service" selected>`)
	if r := d.post("/documents/a1/uncorrect"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("deleting the correction has the status %d: %s", r.StatusCode, r.body)
	}
	viewer := d.as("viewer")
	if r := viewer.get("/documents/a1"); strings.Contains(r.body, "Corrected by") || strings.Contains(r.body, "Correct this") {
		t.Error("a viewer sees the form, or the correction remains")
	}
	if r := viewer.post("/documents/a1/correct", "type", "eula"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer corrects a document: status %d", r.StatusCode)
	}
}

func TestADocumentIsPinnedAndUnpinned(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", "text")
	d.post("/documents/a1/pin")
	d.get("/documents/a1").mustContain(t, "Unpin")
	d.post("/documents/a1/unpin")
	d.get("/documents/a1").mustContain(t, "Pin the URL and the type")
}

func TestTheHeightOfABarIsTheSizeOfTheChange(t *testing.T) {
	t.Parallel()
	var versions []store.Version
	var changes []store.Change
	for n := 4; n > 0; n-- {
		versions = append(versions, store.Version{Number: n, Technical: n == 3})
	}
	for n, words := range map[int]int{4: 100, 2: 50, 1: 9000} {
		kind := store.ChangeChanged
		if n == 1 {
			kind = store.ChangeCreated
		}
		changes = append(changes, store.Change{Kind: kind, From: n - 1, To: n, Summary: store.ChangeSummary{Added: words}})
	}
	got := newTimeline(versions, changes)
	for i, want := range []struct {
		height int
		kind   string
	}{{barMin, "ok"}, {barHeight / 2, ""}, {barMin, "technical"}, {barHeight, ""}} {
		b := got.Bars[i]
		if b.Version.Number != i+1 || b.Height != want.height || b.Kind != want.kind || b.Y+b.Height != barHeight || b.X != i*barStep {
			t.Errorf("bar %d is %+v, want %+v", i, b, want)
		}
	}
}
