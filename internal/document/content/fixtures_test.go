package content

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

var update = flag.Bool("update", false, "write the actual documents as the expected ones")

// fixtures reads testdata. Each archive has a description, a page and its expected document.
func fixtures(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures in testdata", err)
	}
	out := map[string]*txtar.Archive{}
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = a
	}
	return out
}

// fixtureURL is the URL of the fixtures.
const fixtureURL = "https://www.example.com/legal/terms-of-service"

func TestDocumentsAreExtractedFromPages(t *testing.T) {
	t.Parallel()
	for file, a := range fixtures(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			got := describe(ExtractHTML(a.Files[0].Data, fixtureURL))
			if *update {
				a.Files = append(a.Files[:1], txtar.File{Name: "want.md", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(a.Files) != 2 || string(a.Files[1].Data) != got {
				t.Errorf("%s\ngot:\n%s\nwant:\n%s", a.Comment, got, a.Files[len(a.Files)-1].Data)
			}
		})
	}
}

// describe returns what the test compares of a page: the source, the title and the Markdown.
func describe(p *ExtractedPage) string {
	return "(" + string(p.Source) + ": " + p.Title + ")\n" + p.Markdown + "\n"
}

// Versions are compared by their plain text, so Markdown syntax must not leave a trace in it.
func TestPlainTextEqualsTheTextOfThePage(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"snake_case_x", "_ga_", "*", "a*b*c", "`x`", "[x](y)", "# x", "1. x", "- x", "> x", "---", "<br>", "&amp;", "~~x~~", `\`, `\\*`, "a | b", "__Secure-3P", "![x](y)", "+", "***", "=====", "x](y)", "100 %", "`", "a``b",
	} {
		for _, page := range []string{"<p>%</p>", "<p><b>%</b></p>", "<ul><li><i>%</i></ul>", "<p>a <a href=/x>%</a>!</p>", "<table><tr><th>%<th>b<tr><td>%<td>d</table>", "<h2>%</h2>", "<blockquote>%<br>%</blockquote>"} {
			page = strings.ReplaceAll(page, "%", strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s))
			got := markdown.PlainText(ExtractHTML([]byte(page), "").Markdown)
			if want := tokenize.CollapseSpace(allText(buildTree(page).body)); tokenize.CollapseSpace(got) != want {
				t.Errorf("%s: %q, want %q (%q)", page, got, want, ExtractHTML([]byte(page), "").Markdown)
			}
		}
	}
}
