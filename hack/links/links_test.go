package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTheLinksOfTheProjectsPagesWork(t *testing.T) {
	t.Parallel()
	broken, err := check(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Error(b)
	}
}

func TestBrokenLinksAreReported(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"a.md": "# Title, one\n\n[ok](b.md#a-b) [ok](#title-one) [ok](https://example.com/x) `[no](link.md)`\n[bad](none.md) [bad](b.md#none)\n\n    [no](code.md)\n\n```\n[no](code.md)\n```\n",
		"b.md": "## `a` b\n## a b\n<a id=\"own\"></a>\n[ok](#own) [ok](#a-b-1) [bad](#a-b-2)\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := check(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		filepath.Join(root, "a.md") + ":4: none.md: there is no such file",
		filepath.Join(root, "a.md") + ":4: b.md#none: the page has no such heading",
		filepath.Join(root, "b.md") + ":4: #a-b-2: the page has no such heading",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the broken links are\n%q\nwant\n%q", got, want)
	}
}
