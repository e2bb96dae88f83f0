package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

const dpaPDF = "../run/testdata/dpa.pdf"

func TestDiffReadsPDFsInAChildProcess(t *testing.T) {
	t.Parallel()
	code, text, errs := call(t, nil, "inspect", dpaPDF)
	if code != exitDone {
		t.Fatalf("inspect: exit code %d: %s", code, errs)
	}
	edited := filepath.Join(t.TempDir(), "edited.md")
	if err := os.WriteFile(edited, []byte(strings.Replace(text, "technical and organisational measures", "no measures", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, nil, "diff", dpaPDF, dpaPDF); code != exitDone || !strings.Contains(out, "none") {
		t.Errorf("diff with itself: exit code %d: %s%s", code, out, errs)
	}
	if code, out, errs := call(t, nil, "diff", dpaPDF, edited); code != exitDone || !strings.Contains(out, "organisational") {
		t.Errorf("diff with edited text: exit code %d: %s%s", code, out, errs)
	}
	var out, stderr bytes.Buffer
	root := newRoot(newApp(), &out, &stderr)
	root.SetIn(strings.NewReader(fmt.Sprintf(`{"id":1,"url":null,"old":%q,"new":%q}`, dpaPDF, edited)))
	root.SetArgs([]string{"diff", "--jsonl"})
	if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), `{"id":1,"changed":true,"kind":"change",`) {
		t.Errorf("diff --jsonl: %v, %s%s", err, &out, &stderr)
	}
}

// storeWithVersions creates a store with a document https://NAME.example/terms for each name. The
// document has the given number of versions; version N says that data is kept for N years.
func storeWithVersions(t *testing.T, numbers map[string]int) (folder string) {
	t.Helper()
	folder = t.TempDir()
	s, _, err := openAt(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, n := range numbers {
		d := store.Document{ID: name, Company: name, URL: "https://" + name + ".example/terms", Type: "terms_of_service", Versions: n, FirstSeen: now, LastSeen: now}
		if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			v := store.Version{DocumentID: name, ContentHash: fmt.Sprint(i), FetchedAt: now.AddDate(0, 0, i)}
			if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, v, fmt.Sprintf("# Terms\n\nWe keep your data for %d years after you leave us.\n", i+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func TestDiffComparesTheSelectedVersions(t *testing.T) {
	t.Parallel()
	folder := storeWithVersions(t, map[string]int{"many": 3, "once": 1, "none": 0})
	for _, c := range []struct {
		args string
		code int
		has  []string
	}{
		{"many", exitDone, []string{"[-2-] {+3+} years"}},
		{"https://many.example/terms", exitDone, []string{"[-2-] {+3+} years"}},
		{"many --to 2", exitDone, []string{"[-1-] {+2+} years"}},
		{"many --to 3", exitDone, []string{"[-2-] {+3+} years"}},
		{"many --from 1", exitDone, []string{"[-1-] {+3+} years"}},
		{"many --from 1 --to 2", exitDone, []string{"[-1-] {+2+} years"}},
		{"many --from 3 --to 1", exitDone, []string{"[-3-] {+1+} years"}},
		{"many --to 1", exitUsage, []string{"--to 1 is the first version, so there is no older one: https://many.example/terms has versions 1 to 3"}},
		{"many --to 9", exitUsage, []string{"version 9 does not exist: https://many.example/terms has versions 1 to 3"}},
		{"many --from 4 --to 2", exitUsage, []string{"version 4 does not exist: https://many.example/terms has versions 1 to 3"}},
		{"many --from 3", exitUsage, []string{"--from 3 is the latest version, so there is no newer one"}},
		{"many --from 2 --to 2", exitUsage, []string{"--from and --to are both version 2"}},
		{"many --from -1", exitUsage, []string{"--from -1: version numbers start at 1"}},
		{"many --to 0", exitUsage, []string{"--to 0: version numbers start at 1"}},
		{"once", exitUsage, []string{"https://once.example/terms has only one version"}},
		{"once --to 1", exitUsage, []string{"https://once.example/terms has only one version"}},
		{"once --from 2", exitUsage, []string{"version 2 does not exist: https://once.example/terms has only version 1"}},
		{"none", exitFailed, []string{"https://none.example/terms has no versions"}},
		{"unknown", exitFailed, []string{"unknown: not found"}},
		{"a.html b.html --to 2", exitUsage, []string{"name one document, or omit the flags to compare two files"}},
	} {
		code, out, errs := call(t, nil, append([]string{"diff", "--store", folder}, strings.Fields(c.args)...)...)
		if code != c.code {
			t.Errorf("diff %s: exit code %d, want %d: %s%s", c.args, code, c.code, out, errs)
		}
		for _, want := range c.has {
			if !strings.Contains(out+errs, want) {
				t.Errorf("diff %s: want %q in %s%s", c.args, want, out, errs)
			}
		}
	}
}

func TestDiffIgnoresTheTextsThatTheCompanyIgnores(t *testing.T) {
	t.Parallel()
	folder := storeWithVersions(t, map[string]int{"acme": 2, "globex": 2})
	s, _, err := openAt(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	resource := `{"metadata":{"name":"acme","namespace":"default"},"spec":{"ignoreText":["keep your data for # years"]}}`
	_, err = s.CreateObject(t.Context(), store.Object{ObjectKey: companyObject("acme"), UID: "1", JSON: []byte(resource)})
	_ = s.Close(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, nil, "diff", "--store", folder, "acme"); code != exitDone || !strings.Contains(out, "1 insignificant edit: ignored_text 1") {
		t.Errorf("a text that is ignored: exit code %d: %s%s", code, out, errs)
	}
	if code, out, errs := call(t, nil, "diff", "--store", folder, "globex"); code != exitDone || strings.Contains(out, "insignificant") {
		t.Errorf("without a Company: exit code %d: %s%s", code, out, errs)
	}
}
