package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachCommandHasAManualPageThatRoffReads(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man1")
	if code, _, stderr := call(t, nil, "man", "--date", "2026-01-31", dir); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	crawl, err := os.ReadFile(filepath.Join(dir, "clausea-crawl.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`.TH "CLAUSEA\-CRAWL" "1" "2026-01-31"`,
		`clausea\-crawl \- Crawl companies now`,
		`.BI "\-\-max\-pages " "int"`,
		`.B "MONGO_URI"`,
		`clausea crawl company.yaml \-o json \-\-max\-pages 200`,
		`.BR "clausea" " (1)"`,
	} {
		if !strings.Contains(string(crawl), want) {
			t.Errorf("the page of clausea crawl lacks %s", want)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(newApp(), t.Output(), t.Output())
	if commands := documented(root); len(pages) != len(commands) || len(pages) < 30 {
		t.Errorf("%d pages for %d commands", len(pages), len(commands))
	}
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("mandoc is not installed")
	}
	// mandoc's style messages concern the order of macros in BSD's own pages.
	out, err := exec.CommandContext(t.Context(), mandoc, append([]string{"-Tlint", "-Wwarning"}, pages...)...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
}

func TestAManualPageWithAnInvalidDateIsAUsageError(t *testing.T) {
	t.Parallel()
	code, _, stderr := call(t, nil, "man", "--date", "31.1.2026", t.TempDir())
	if code != exitUsage || !strings.Contains(stderr, `invalid date "31.1.2026"`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestRoffReadsTextLiterally(t *testing.T) {
	t.Parallel()
	p := &roff{}
	p.text(".profile and 'a\\b'\n\n  name   --flag")
	want := "\\&.profile and \\(aqa\\eb\\(aq\n.PP\n\\ \\ name\\ \\  \\-\\-flag\n"
	if p.String() != want {
		t.Errorf("got  %q\nwant %q", p.String(), want)
	}
}
