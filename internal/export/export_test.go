package export

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func put(t *testing.T, s store.Store, d store.Document, n int, text string) {
	t.Helper()
	v := store.Version{DocumentID: d.ID, ContentHash: text, FetchedAt: time.Unix(int64(n)*86400, 0), URL: d.URL}
	if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, v, text); err != nil {
		t.Fatal(err)
	}
	if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
}

func TestExportAddsEachVersionOnceAsACommit(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	// The surer of two has the type's own name, though the other's address comes first.
	privacy := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy", Confidence: 0.9}
	second := store.Document{ID: "q", Company: "x.example", URL: "https://x.example/de/privacy", Type: "privacy", Confidence: 0.8}
	odd := store.Document{ID: "o", Company: "../../up", URL: "https://y.example/", Type: "terms/of:use"}
	put(t, s, privacy, 1, "one")
	put(t, s, second, 2, "of the app")
	put(t, s, privacy, 3, "two")
	put(t, s, odd, 4, "odd")
	dir := filepath.Join(t.TempDir(), "out")
	e := &Exporter{Store: s, Dir: dir, Name: strings.ToUpper}
	if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{3, 4}) {
		t.Fatalf("%+v, %v", res, err)
	}
	if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{}) {
		t.Errorf("again: %+v, %v", res, err)
	}
	put(t, s, privacy, 5, "three")
	if res, err := e.Run(t.Context(), "x.example"); err != nil || res != (Result{0, 1}) {
		t.Errorf("after one change: %+v, %v", res, err)
	}
	for name, want := range map[string]string{"x.example/PRIVACY.md": "three\n", "x.example/PRIVACY 2.md": "of the app\n", "-..-up/TERMS-OF-USE.md": "odd\n"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	repo, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	log, err := repo.Log(&git.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := log.ForEach(func(c *object.Commit) error {
		subject, _, _ := strings.Cut(c.Message, "\n")
		got = append(got, fmt.Sprintf("day %d: %s", c.Author.When.Unix()/86400, subject))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"day 5: Record new changes of x.example PRIVACY",
		"day 4: First record of -..-up TERMS-OF-USE",
		"day 3: Record new changes of x.example PRIVACY",
		"day 2: First record of x.example PRIVACY 2",
		"day 1: First record of x.example PRIVACY",
	}
	if !slices.Equal(got, want) {
		t.Errorf("commits:\n%s", strings.Join(got, "\n"))
	}
	w, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if status, err := w.Status(); err != nil || !status.IsClean() {
		t.Errorf("the folder is not as committed: %v, %v", status, err)
	}
}

// What was cut off between a file and its commit is done again.
func TestAnExportThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	d := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy"}
	put(t, s, d, 1, "one")
	dir := t.TempDir()
	e := &Exporter{Store: s, Dir: dir, Name: strings.ToUpper}
	if _, err := e.Run(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	put(t, s, d, 2, "two")
	if err := os.WriteFile(filepath.Join(dir, "x.example", "PRIVACY.md"), []byte("tw"), 0o600); err != nil {
		t.Fatal(err)
	}
	if res, err := e.Run(t.Context(), ""); err != nil || res.Versions != 1 {
		t.Errorf("%+v, %v", res, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "x.example", "PRIVACY.md")); err != nil || string(b) != "two\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestAFolderOfOtherThingsIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Exporter{Dir: dir}).Run(t.Context(), ""); err == nil {
		t.Error("it was taken")
	}
}
