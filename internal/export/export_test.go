package export

import (
	"os"
	"path/filepath"
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
	v := store.Version{DocumentID: d.ID, Hash: text, FetchedAt: time.Unix(int64(n)*86400, 0), URL: d.URL}
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
	privacy := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy"}
	second := store.Document{ID: "q", Company: "x.example", URL: "https://x.example/privacy-app", Type: "privacy"}
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
	var days []int64
	if err := log.ForEach(func(c *object.Commit) error {
		days = append(days, c.Author.When.Unix()/86400)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(days) != 5 || days[0] != 5 || days[4] != 1 {
		t.Errorf("commits of the days %v", days)
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
