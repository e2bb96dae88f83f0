package document

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The first line of the file golden has the revision, each other line the hash and the name
// of a page. The hash is that of the Markdown and of the ContentHash that Read returns.
const goldenFile = "golden"

func TestPagesAreReadAsTheRevisionSays(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "revision")
	pages, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	var got strings.Builder
	fmt.Fprintf(&got, "revision %d\n", Revision)
	for _, name := range pages {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		d, err := Read(Input{Body: body, ContentType: contentTypeOf(base), URL: "https://harbour.example/legal/" + base})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d.WordCount < 30 {
			t.Errorf("%s: only %d words were read:\n%s", base, d.WordCount, d.Markdown)
		}
		sum := sha256.Sum256([]byte(d.Markdown + "\x00" + d.ContentHash))
		fmt.Fprintf(&got, "%s  %s\n", hex.EncodeToString(sum[:]), base)
	}
	want, err := os.ReadFile(filepath.Join(dir, goldenFile))
	if err != nil {
		t.Fatal(err)
	}
	if got.String() == string(want) {
		return
	}
	if strings.HasPrefix(string(want), fmt.Sprintf("revision %d\n", Revision)) {
		t.Errorf("Read returns another text for a page: bump document.Revision, then write the new hashes to %s/%s", dir, goldenFile)
	} else {
		t.Errorf("document.Revision is %d: write the new hashes to %s/%s", Revision, dir, goldenFile)
	}
	t.Logf("the new hashes are\n%s", &got)
}

func contentTypeOf(name string) string {
	switch filepath.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".md":
		return "text/markdown; charset=utf-8"
	default:
		return "text/plain; charset=utf-8"
	}
}
