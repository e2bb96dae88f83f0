package dashboard

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// longParagraph returns one paragraph of about n KiB, with a word that differs now and then.
func longParagraph(n int, changed string) string {
	var b strings.Builder
	for i := 0; b.Len() < n<<10; i++ {
		fmt.Fprintf(&b, "Sentence %d says <what> we \"do\" & why. ", i)
		if i%200 == 0 {
			b.WriteString(changed + ". ")
		}
	}
	return b.String()
}

// maxPage is the maximum size of a page, in bytes.
const maxPage = 150 << 10

// pageParts returns the bodies of all parts of a page, whose links to the next part have a text.
func pageParts(t *testing.T, d *testDashboard, path string) (bodies []string) {
	t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for part := 1; ; part++ {
		r := d.get(fmt.Sprintf("%s%spart=%d", path, separator, part))
		if r.StatusCode != http.StatusOK || len(r.body) > maxPage || part > 100 {
			t.Fatalf("%s: part %d: status %d, %d bytes", path, part, r.StatusCode, len(r.body))
		}
		bodies = append(bodies, r.body)
		if !strings.Contains(r.body, ">Next part</a>") {
			return bodies
		}
	}
}

func TestALongParagraphIsShownInPartsOfABoundedSize(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	const head = "# Terms\n\nWelcome.\n\n"
	d.document("acme", "a1", head+longParagraph(90, "We share two things"), head+longParagraph(90, "We sell nine others"), head+strings.Repeat("Quite another text. ", 5000))
	for path, want := range map[string]string{
		"/documents/a1/versions/2": "Sentence 1700 ", "/documents/a1?asOf=2026-01-02": "Sentence 1700 ", "/documents/a1": "Quite another text.",
		"/changes/a1-2": "nine others", "/changes/a1-2?view=inline": "Sentence 1700 ", "/changes/a1-2?view=split": "Sentence 1700 ",
		"/changes/a1-3": "Quite another text.", "/changes/a1-3?view=inline": "Quite another text.", "/changes/a1-3?view=split": "Quite another text.",
	} {
		bodies := pageParts(t, d, path)
		if n := strings.Count(strings.Join(bodies, ""), want); n == 0 || strings.Contains(want, "1700") && len(bodies) < 2 {
			t.Errorf("%s: %d parts have %q %d times", path, len(bodies), want, n)
		}
	}
	d.get("/documents/a1?asOf=2026-01-02").mustContain(t, "Part 1 of ", `href="/dashboard/documents/a1?asOf=2026-01-02&amp;part=2#text"`)
	d.get("/documents/a1/versions/2?part=99").mustContain(t, ">Previous part</a>")
}

func TestTheContentsOfATextLeadToTheirPart(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.company("acme")
	d.document("acme", "a1", "# Terms\n\n"+longParagraph(100, "")+"\n\n## Last section\n\nThe end.\n")
	d.get("/documents/a1/versions/1").mustContain(t, `href="#text-1"`, `href="/dashboard/documents/a1/versions/1?part=3#text-2"`)
	d.get("/documents/a1/versions/1?part=3").mustContain(t, `id="text-2"`, `href="#text-2"`)
}
