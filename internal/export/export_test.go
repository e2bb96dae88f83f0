package export

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return s
}

// put stores the next version of a document, fetched on a day after 1 January 1970.
func put(t *testing.T, s store.Store, d store.Document, day int, text string) {
	t.Helper()
	v := store.Version{DocumentID: d.ID, ContentHash: text, FetchedAt: time.Unix(int64(day)*86400, 0), URL: d.URL}
	if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, v, text); err != nil {
		t.Fatal(err)
	}
	if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
}

// gitOutput runs git in a repository and returns what it prints.
func gitOutput(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// checkRepository fails the test if git finds the repository damaged or the folder
// different from HEAD.
func checkRepository(t *testing.T, dir string) {
	t.Helper()
	gitOutput(t, dir, "fsck", "--strict", "--no-dangling")
	if out := gitOutput(t, dir, "status", "--porcelain"); out != "" {
		t.Errorf("the folder differs from HEAD:\n%s", out)
	}
	if out := gitOutput(t, dir, "for-each-ref", "--format=%(refname)"); out != "refs/heads/main\n" {
		t.Errorf("refs: %s", out)
	}
}

func wantFile(t *testing.T, dir, name, want string) {
	t.Helper()
	if b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil || string(b) != want {
		t.Errorf("%s: %q, %v, want %q", name, b, err, want)
	}
}

func TestExportAddsOneCommitForEachVersion(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	// The document with the higher confidence gets the type's own name, although the
	// other one's URL sorts first.
	privacy := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy", Confidence: 0.9}
	second := store.Document{ID: "q", Company: "x.example", URL: "https://x.example/de/privacy", Type: "privacy", Confidence: 0.8}
	odd := store.Document{ID: "o", Company: "../../up", URL: "https://y.example/", Type: "terms/of:use"}
	accented := store.Document{ID: "a", Company: "müller.example", URL: "https://xn--mller-kva.example/", Type: "it's\tnew\nüber"}
	put(t, s, privacy, 1, "one\ndata 3\ndone\n\n")
	put(t, s, second, 2, "of the app\r\nÜber")
	put(t, s, privacy, 3, "two")
	put(t, s, odd, 4, "odd")
	put(t, s, accented, 5, "")
	dir := filepath.Join(t.TempDir(), "new", "out")
	e := &Exporter{Store: s, Dir: dir, Name: strings.ToUpper}
	if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{4, 5}) {
		t.Fatalf("%+v, %v", res, err)
	}
	wantFile(t, dir, "x.example/PRIVACY.md", "two\n")
	checkRepository(t, dir)
	if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{}) {
		t.Errorf("again: %+v, %v", res, err)
	}
	put(t, s, privacy, 6, "three")
	if res, err := e.Run(t.Context(), "x.example"); err != nil || res != (Result{0, 1}) {
		t.Errorf("after one change: %+v, %v", res, err)
	}
	for name, want := range map[string]string{
		"x.example/PRIVACY.md":            "three\n",
		"x.example/PRIVACY 2.md":          "of the app\r\nÜber\n",
		"-..-up/TERMS-OF-USE.md":          "odd\n",
		"müller.example/IT'S-NEW-ÜBER.md": "\n",
	} {
		wantFile(t, dir, name, want)
	}
	checkRepository(t, dir)
	got := strings.Split(strings.TrimSpace(gitOutput(t, dir, "log", "--format=%an <%ae> %at %ai, %cn %ct: %s")), "\n")
	want := []string{
		"clausea <clausea@localhost> 518400 1970-01-07 00:00:00 +0000, clausea 518400: Record new changes of x.example PRIVACY",
		"clausea <clausea@localhost> 432000 1970-01-06 00:00:00 +0000, clausea 432000: First record of müller.example IT'S-NEW-ÜBER",
		"clausea <clausea@localhost> 345600 1970-01-05 00:00:00 +0000, clausea 345600: First record of -..-up TERMS-OF-USE",
		"clausea <clausea@localhost> 259200 1970-01-04 00:00:00 +0000, clausea 259200: Record new changes of x.example PRIVACY",
		"clausea <clausea@localhost> 172800 1970-01-03 00:00:00 +0000, clausea 172800: First record of x.example PRIVACY 2",
		"clausea <clausea@localhost> 86400 1970-01-02 00:00:00 +0000, clausea 86400: First record of x.example PRIVACY",
	}
	if !slices.Equal(got, want) {
		t.Errorf("commits:\n%s", strings.Join(got, "\n"))
	}
	if got := gitOutput(t, dir, "show", "HEAD~5:x.example/PRIVACY.md"); got != "one\ndata 3\ndone\n" {
		t.Errorf("first version: %q", got)
	}
	message := "Record new changes of x.example PRIVACY\n\nRead from https://x.example/privacy\n\n" +
		"Document-ID: p\nVersion: 3\nFile: x.example/PRIVACY.md\n\n"
	if got := gitOutput(t, dir, "log", "-1", "--format=%B"); got != message {
		t.Errorf("message: %q", got)
	}
}

func TestExportContinuesAnExistingHistory(t *testing.T) {
	t.Parallel()
	for name, detached := range map[string]bool{"on a branch": false, "on a detached HEAD": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			d := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy"}
			put(t, s, d, 1, "one")
			dir := t.TempDir()
			gitOutput(t, dir, "init", "--quiet")
			gitOutput(t, dir, "checkout", "--quiet", "-b", "archive")
			if err := os.WriteFile(filepath.Join(dir, "README"), []byte("Ours\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			gitOutput(t, dir, "add", "README")
			gitOutput(t, dir, "-c", "user.name=me", "-c", "user.email=me@x.example", "commit", "--quiet", "-m", "Begin")
			if detached {
				gitOutput(t, dir, "checkout", "--quiet", "--detach")
			}
			if err := os.WriteFile(filepath.Join(dir, "README"), []byte("Edited\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			e := &Exporter{Store: s, Dir: dir, Name: strings.ToUpper}
			if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{1, 1}) {
				t.Fatalf("%+v, %v", res, err)
			}
			if got := gitOutput(t, dir, "log", "--format=%s"); got != "First record of x.example PRIVACY\nBegin\n" {
				t.Errorf("commits:\n%s", got)
			}
			wantFile(t, dir, "x.example/PRIVACY.md", "one\n")
			wantFile(t, dir, "README", "Edited\n")
			if got := gitOutput(t, dir, "status", "--porcelain"); got != " M README\n" {
				t.Errorf("status: %s", got)
			}
			gitOutput(t, dir, "fsck", "--strict", "--no-dangling")
		})
	}
}

// An export that ends between writing a file and moving HEAD is repeated.
func TestAnInterruptedExportIsRepeated(t *testing.T) {
	t.Parallel()
	s := openStore(t)
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
	gitOutput(t, dir, "update-ref", importRef, "HEAD")
	if res, err := e.Run(t.Context(), ""); err != nil || res.Versions != 1 {
		t.Errorf("%+v, %v", res, err)
	}
	wantFile(t, dir, "x.example/PRIVACY.md", "two\n")
	checkRepository(t, dir)
}

// failingStore returns an error for the text of every version after the first.
type failingStore struct {
	store.Store
	err error
}

func (s failingStore) VersionText(ctx context.Context, id string, number int) (store.Version, string, error) {
	if number > 1 {
		return store.Version{}, "", s.err
	}
	return s.Store.VersionText(ctx, id, number)
}

func TestAFailedExportCommitsNothing(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	d := store.Document{ID: "p", Company: "x.example", URL: "https://x.example/privacy", Type: "privacy"}
	put(t, s, d, 1, "one")
	put(t, s, d, 2, "two")
	dir := t.TempDir()
	lost := errors.New("lost")
	e := &Exporter{Store: failingStore{s, lost}, Dir: dir, Name: strings.ToUpper}
	if res, err := e.Run(t.Context(), ""); !errors.Is(err, lost) || res != (Result{}) {
		t.Fatalf("%+v, %v", res, err)
	}
	if out := gitOutput(t, dir, "for-each-ref"); out != "" {
		t.Errorf("refs: %s", out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e.Store = s
	if _, err := e.Run(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if res, err := e.Run(t.Context(), ""); err != nil || res != (Result{1, 2}) {
		t.Errorf("%+v, %v", res, err)
	}
	checkRepository(t, dir)
}

func TestAnErrorContainsTheMessageOfGit(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	put(t, s, store.Document{ID: "p", Company: "x.example", URL: "https://x.example/", Type: "terms"}, 1, "one")
	dir := t.TempDir()
	gitOutput(t, dir, "init", "--quiet")
	if err := os.WriteFile(filepath.Join(dir, "x.example"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "index.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := (&Exporter{Store: s, Dir: dir, Name: strings.ToUpper}).Run(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "git checkout: exit status 128") || !strings.Contains(err.Error(), "index.lock") {
		t.Errorf("%v", err)
	}
}

func TestExportRefusesAFolderWithOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := (&Exporter{Dir: dir}).Run(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "neither empty nor a git repository") {
		t.Errorf("%v", err)
	}
}

func TestExportWithoutGitSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := (&Exporter{Dir: t.TempDir()}).Run(t.Context(), "")
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "needs git 2.25 or later") {
		t.Errorf("%v", err)
	}
}

func TestPathsAreQuoted(t *testing.T) {
	t.Parallel()
	if got := quote("a \"b\"\\\n/ü.md"); got != `"a \"b\"\\\n/ü.md"` {
		t.Error(got)
	}
}

func TestTheMessageOfATechnicalVersionSaysSo(t *testing.T) {
	t.Parallel()
	r := revision{store.Document{ID: "p"}, store.Version{Number: 2, Technical: true, URL: "https://x.example/privacy"}, "x.example/PRIVACY.md"}
	if got := message(r); !strings.HasPrefix(got, "Apply technical or declaration upgrade on x.example PRIVACY\n") {
		t.Errorf("message: %q", got)
	}
}
