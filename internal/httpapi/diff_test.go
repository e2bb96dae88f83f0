package httpapi

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

const (
	oldTerms = "# Terms\n\nWe keep your data for 30 days.\n\n## Contact\n\nWrite to us.\n"
	newTerms = "# Terms\n\nWe keep your data for 90 days and share it.\n\n## Contact\n\nWrite to us!\n"
)

func TestTwoVersionsAreComparedAsJSON(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", oldTerms, newTerms, newTerms+"\nMore.\n")
	d := decode[Diff](t, a.call("GET", "/v1/documents/a1/diff?to=2", ""), 200)
	if d.Kind != "change" || d.From.Number != 1 || d.To.Number != 2 || len(d.Sections) != 1 || d.Sections[0].Heading != "Terms" || d.Sections[0].Removed != 2 || d.Added != 5 || len(d.Sections[0].Words) == 0 {
		t.Errorf("the difference is %+v", d)
	}
	if d.Insignificant.Total == 0 || len(d.Insignificant.Edits) != d.Insignificant.Total || d.Insignificant.Rules[0].Rule != "formatting" {
		t.Errorf("the insignificant edits are %+v", d.Insignificant)
	}
	for query, want := range map[string][2]int{"": {2, 3}, "?from=1": {1, 3}, "?from=previous&to=latest": {2, 3}, "?to=previous": {1, 2}, "?from=latest&to=1": {3, 1}, "?from=3&to=2": {3, 2}} {
		if d := decode[Diff](t, a.call("GET", "/v1/documents/a1/diff"+query, ""), 200); d.From.Number != want[0] || d.To.Number != want[1] {
			t.Errorf("%s compares %d and %d, want %v", query, d.From.Number, d.To.Number, want)
		}
	}
	for query, want := range map[string]int{"?from=1&to=1": 422, "?to=1": 404, "?from=9": 404, "?to=4": 404, "?from=x": 422, "?to=0": 422, "?from=-1": 422} {
		decode[Problem](t, a.call("GET", "/v1/documents/a1/diff"+query, ""), want)
	}
}

func TestAComparisonIsServedInEachMediaType(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", oldTerms, newTerms)
	for _, mediaType := range diffTypes {
		r := a.call("GET", "/v1/documents/a1/diff", "", "Accept", mediaType)
		if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), mediaType) {
			t.Errorf("%s gives %d %s", mediaType, r.StatusCode, r.Header.Get("Content-Type"))
		}
		again := a.call("GET", "/v1/documents/a1/diff", "", "Accept", mediaType, "If-None-Match", r.Header.Get("ETag"))
		if again.StatusCode != 304 {
			t.Errorf("%s with its ETag gives %d", mediaType, again.StatusCode)
		}
	}
	decode[Problem](t, a.call("GET", "/v1/documents/a1/diff", "", "Accept", "text/markdown"), 406)
	b := a.call("GET", "/v1/documents/a1/diff", "", "Accept", typeDOCX).body
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := io.ReadAll(f)
	if err != nil || !strings.Contains(string(document), `w:author="Clausea"`) || !strings.Contains(string(document), "delText") {
		t.Errorf("the Word document is %s, %v", document, err)
	}
}

func TestPatchAppliesTheUnifiedDiff(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts patch")
	}
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Fatalf("%v (make test installs it)", err)
	}
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", oldTerms, strings.TrimSuffix(newTerms, "\n"))
	file := filepath.Join(t.TempDir(), "terms.md")
	if err := os.WriteFile(file, []byte(oldTerms), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), patch, file)
	cmd.Stdin = bytes.NewReader(a.call("GET", "/v1/documents/a1/diff", "", "Accept", "text/x-diff").body)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("patch: %v: %s", err, out)
	}
	if got, err := os.ReadFile(file); err != nil || string(got)+"\n" != newTerms {
		t.Errorf("the patched file is %q, %v", got, err)
	}
}

func TestAComparisonAsHTMLEscapesWhatPagesContain(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	all := strings.Join(payloads, "\n\n")
	a.addDocument("acme", "a1", "# "+all+"\n\n| Name | Purpose |\n|---|---|\n| x | y |\n\nEqual words here.", "# New "+all+"\n\n"+strings.Join(payloads, " more words\n\n")+"\n\n| Name | Purpose |\n|---|---|\n| "+payloads[0]+" | "+payloads[1]+" |\n\nEqual words here, and new ones.")
	for _, query := range []string{"", "?from=2&to=1"} {
		r := a.call("GET", "/v1/documents/a1/diff"+query, "", "Accept", "text/html")
		if !strings.Contains(string(r.body), "<ins>") {
			t.Errorf("the difference shows no words: %s", r.body)
		}
		checkInertHTML(t, "the difference", r)
	}
}

func TestTheRawPageIsAnInertDownload(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.CORSOrigins = []string{"https://app.example"} })
	page := "<script>alert(1)</script>"
	d := a.addDocument("acme", "a1", page, "two")
	for version, cache := range map[string]string{"1": cacheImmutable, "previous": cacheRevalidate} {
		r := a.call("GET", "/v1/documents/a1/versions/"+version+"/raw", "", "Accept", "text/html", "Origin", "https://app.example")
		if r.StatusCode != 200 || string(r.body) != "<p>"+page+"</p>" || r.Header.Get("Content-Type") != "application/octet-stream" ||
			r.Header.Get("Content-Disposition") != `attachment; filename="page-version-1.bin"` || r.Header.Get("Cache-Control") != cache {
			t.Errorf("the raw page is %d %v %q", r.StatusCode, r.Header, r.body)
		}
		checkInertHeaders(t, "the raw page", r)
		if again := a.call("GET", "/v1/documents/a1/versions/"+version+"/raw", "", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("with its ETag, the raw page gives %d", again.StatusCode)
		}
	}
	if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Versions: []store.NewVersion{{
		Version: store.Version{DocumentID: "a1", ContentHash: strings.Repeat("e", 64), FetchedAt: day(3), URL: d.URL}, Text: "three",
	}}}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"3/raw": 404, "4/raw": 404, "latest/raw": 404, "..%2f1/raw": 422, "2": 200} {
		if r := a.call("GET", "/v1/documents/a1/versions/"+path, ""); r.StatusCode != want {
			t.Errorf("%s gives %d, want %d: %s", path, r.StatusCode, want, r.body)
		}
	}
}
