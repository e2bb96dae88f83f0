package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestABackupIsRestoredToAnotherStore(t *testing.T) {
	t.Parallel()
	folder, dir := crawledDemo(t), t.TempDir()
	// The backup reads the store while another process, here this test, owns it.
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "demo.backup")
	code, out, errs := call(t, nil, "backup", file, "--store", folder)
	if code != exitDone || !strings.Contains(out, "Wrote "+file) || !strings.Contains(out, " documents, ") || !strings.Contains(out, "secrets") {
		t.Fatalf("backup: exit code %d: %s%s", code, out, errs)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the mode of the backup is %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder of the backup contains %v, %v", entries, err)
	}
	checkRestore(t, file, folder, filepath.Join(dir, "restored"))
}

// checkRestore restores the backup file of the store in folder to the folder restored.
func checkRestore(t *testing.T, file, folder, restored string) {
	t.Helper()
	code, out, errs := call(t, nil, "restore", file, "--store", restored, "--dry-run")
	if code != exitDone || !strings.Contains(out, "The backup is valid. A restore writes ") {
		t.Errorf("dry run: exit code %d: %s%s", code, out, errs)
	}
	if _, err := os.Stat(restored); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the dry run created the store: %v", err)
	}
	code, out, errs = call(t, nil, "restore", file, "--store", restored)
	if code != exitDone || !strings.Contains(out, "Restored ") {
		t.Fatalf("restore: exit code %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"documents"}, {"runs"}, {"pages", "--company", demo.Domain}, {"documents", "https://" + demo.Domain + "/legal/terms", "--company", demo.Domain, "-o", "markdown"}} {
		if want, got := get(t, folder, args...), get(t, restored, args...); got != want {
			t.Errorf("get %v: the restored store has\n%s\nwant\n%s", args, got, want)
		}
	}
	for _, more := range [][]string{nil, {"--dry-run"}} {
		code, _, errs = call(t, nil, append([]string{"restore", file, "--store", restored}, more...)...)
		if code != exitFailed || !strings.Contains(errs, "not empty") || !strings.Contains(errs, "set --store to a new folder") {
			t.Errorf("restore %v to a store with records: exit code %d: %s", more, code, errs)
		}
	}
}

func TestARunningStandaloneProcessIsBackedUp(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a standalone process")
	}
	w := newTestSites(t, 1)
	folder, dir := t.TempDir(), t.TempDir()
	r := startStandaloneWithEnv(t, w, []string{"CLAUSEA_MAX_PAGES=3"}, folder)
	r.port(t)
	manifest, file := filepath.Join(dir, "job.yaml"), filepath.Join(dir, "backup")
	text := fmt.Sprintf("apiVersion: crawl.clausea.co/v1alpha1\nkind: CrawlJob\nmetadata: {name: one}\nspec: {company: {domains: [%s]}}\n", w.names[0])
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"apply", "-f", manifest},
		{"wait", "--for=condition=Complete", "crawljob/one", "--timeout", waitTimeout.String()},
		{"backup", file}, // the store has resources, events and requests
	} {
		if code, out, errs := call(t, nil, append(args, "--store", folder)...); code != exitDone {
			t.Fatalf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
	restored := filepath.Join(dir, "restored")
	if code, out, errs := call(t, nil, "restore", file, "--store", restored); code != exitDone {
		t.Fatalf("restore: exit code %d: %s%s", code, out, errs)
	}
	for _, what := range []string{"documents", "runs", "events"} {
		if want, got := get(t, folder, what, "-o", "json"), get(t, restored, what, "-o", "json"); got != want {
			t.Errorf("get %s: the restored store has\n%s\nwant\n%s", what, got, want)
		}
	}
	if jobs := get(t, restored, "crawljobs"); !strings.Contains(jobs, "one ") { // its resource version may differ
		t.Errorf("the restored store has the CrawlJobs\n%s", jobs)
	}
}

func TestABackupIsWrittenToStandardOutput(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	if code, _, errs := call(t, nil, "migrate", "--store", folder); code != exitDone {
		t.Fatal(errs)
	}
	code, out, errs := call(t, nil, "backup", "-", "--store", folder)
	if code != exitDone || !strings.Contains(errs, "no records") {
		t.Fatalf("backup: exit code %d: %s", code, errs)
	}
	var report, failure bytes.Buffer
	a := newApp()
	a.env = environment(nil)
	root := newRoot(a, &report, &failure)
	root.SetIn(strings.NewReader(out))
	root.SetArgs([]string{"restore", "-", "--dry-run"})
	if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(report.String(), "no records") {
		t.Errorf("restore from standard input: %v: %s%s", err, report.String(), failure.String())
	}
}

func TestAnInvalidBackupChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, file := filepath.Join(dir, "store"), filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("PK\x03\x04 no backup, but longer than the end of one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, want string }{
		"another file": {file, "is not a complete backup"},
		"folder":       {dir, "not a regular file"},
		"missing file": {filepath.Join(dir, "missing"), "no such file"},
	} {
		code, out, errs := call(t, nil, "restore", c.file, "--store", folder)
		if code != exitFailed || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, errs)
		}
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the command created the store: %v", err)
	}
}

func TestAStoreWhoseRestoreWasInterruptedIsRejected(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.BeginRestore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"get", "documents"}, {"backup", filepath.Join(t.TempDir(), "file")}, {"migrate"}} {
		code, _, errs := call(t, nil, append(args, "--store", folder)...)
		if code != exitFailed || !strings.Contains(errs, store.ErrRestoring.Error()) {
			t.Errorf("%v: exit code %d: %s", args, code, errs)
		}
	}
}

func TestAFailedBackupLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, file := filepath.Join(dir, "store"), filepath.Join(dir, "out", "file")
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	// A document whose company is a path cannot be restored.
	d := store.Document{ID: "d", Company: "../etc", URL: "https://x.example/"}
	if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(t.Context()), os.Mkdir(filepath.Dir(file), 0o700), os.WriteFile(file, []byte("old"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, nil, "backup", file, "--store", folder); code != exitFailed || !strings.Contains(errs, "invalid company") {
		t.Errorf("backup: exit code %d: %s", code, errs)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if b, rerr := os.ReadFile(file); err != nil || rerr != nil || len(entries) != 1 || string(b) != "old" {
		t.Errorf("the folder contains %v, and the file %q: %v, %v", entries, b, err, rerr)
	}
}
