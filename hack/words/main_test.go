package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusedTermsAreFoundWhereAPersonReadsThem(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("internal/run/run.go", `package run

// Resume resumes a run; whoever asks gets it.
func Resume() (twinHost string) {
	keeper, ok := "a zombie worker", true
	_ = ok
	return keeper
}
`)
	write("internal/crawl/words.go", "package crawl\n\nvar words = []string{\"drawn\"}\n")
	write("docs/page.md", "Pages are drawn in a browser.\n")
	write("docs/glossary.md", "drawn\n")
	write("Makefile", "x: ## Runs zombies\n\techo drawn\n")
	write("internal/testdata/x.go", "package testdata\n\nvar keeper int\n")

	findings, err := check(root)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(findings, "\n")
	for _, want := range []string{
		`internal/run/run.go:3: comment "whoever"`,
		`internal/run/run.go:4: identifier "twin"`,
		`internal/run/run.go:5: identifier "keeper"`,
		`internal/run/run.go:5: string "zombie"`,
		`docs/page.md:1: text "drawn"`,
		`Makefile:1: text "zombies"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no finding %s", want)
		}
	}
	if len(findings) != 6 {
		t.Errorf("got %d findings, want 6:\n%s", len(findings), got)
	}
}

func TestIdentifiersAreSplitIntoWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"hostLease": "host lease", "HTMLPage": "html page", "parseURL": "parse url", "_x": "x", "snake_case": "snake case", "A": "a",
	} {
		if got := strings.Join(splitCamel(name), " "); got != want {
			t.Errorf("splitCamel(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAWrongRuleIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"all | a":         "line 1: want where",
		"\nall | ( | b":   "line 2",
		"never | a | b":   "line 1: where is names, prose or all",
		"# nothing\n\n\n": "no rules",
	} {
		if _, err := parseRules(table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseRules(%q): %v, want %q", table, err, want)
		}
	}
}
