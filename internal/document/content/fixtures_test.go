package content

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/clausea/crawler/internal/document/plain"
)

var update = flag.Bool("update", false, "write what pages give as what they are to give")

// fixtures reads the pages in testdata: what each shows, the page, and its document.
func fixtures(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there is nothing in testdata", err)
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

// address is where the fixtures were found.
const address = "https://www.example.com/legal/terms-of-service"

func TestPagesGiveTheirDocuments(t *testing.T) {
	t.Parallel()
	for file, a := range fixtures(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			got := describe(ExtractHTML(a.Files[0].Data, address))
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

// describe is what of a page is compared: where its document was found, its title
// and its Markdown.
func describe(p *ExtractedPage) string {
	return "(" + string(p.Source) + ": " + p.Title + ")\n" + p.Markdown + "\n"
}

// What is compared and counted is the plain text: marks that were written for a
// reader must leave no trace in it.
func TestPlainTextOfADocumentIsWhatThePageShows(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"snake_case_x", "_ga_", "*", "a*b*c", "`x`", "[x](y)", "# x", "1. x", "- x", "> x", "---", "<br>", "&amp;", "~~x~~", `\`, `\\*`, "a | b", "__Secure-3P", "![x](y)", "+", "***", "=====", "x](y)", "100 %", "`", "a``b",
	} {
		for _, page := range []string{"<p>%</p>", "<p><b>%</b></p>", "<ul><li><i>%</i></ul>", "<p>a <a href=/x>%</a>!</p>", "<table><tr><th>%<th>b<tr><td>%<td>d</table>", "<h2>%</h2>", "<blockquote>%<br>%</blockquote>"} {
			page = strings.ReplaceAll(page, "%", strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s))
			got := plain.PlainText(ExtractHTML([]byte(page), "").Markdown)
			if want := plain.CollapseSpace(allText(build(page).body)); plain.CollapseSpace(got) != want {
				t.Errorf("%s: %q, want %q (%q)", page, got, want, ExtractHTML([]byte(page), "").Markdown)
			}
		}
	}
}
