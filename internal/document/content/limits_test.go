package content

import (
	"runtime"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Size of a hostile page and the limit of what extracting it may allocate, in bytes.
const (
	hostileSize   = 8_000_000
	maxAllocation = 150 << 20
)

// hostilePages repeat a piece of markup that is expensive to process.
var hostilePages = []struct{ name, begin, piece, end string }{
	{"paragraphs", "", "<p>", ""},
	{"paragraphs with text", "", "<p>a", ""},
	{"nested blocks", "", "<div>word ", ""},
	{"nested lists", "", "<ul><li>x", ""},
	{"nested tables", "", "<table><tr><td>x", ""},
	{"nested bold", "", "<b>x", ""},
	{"nested quotes", "", "<blockquote>x", ""},
	{"links", "", `<a href="/some/path/page.html">link text</a> `, ""},
	{"a table", "<table>", "<tr><td>a<td>b", "</table>"},
	{"a wide table", "<table><tr>", "<td>a", ""},
	{"cells with large spans", "<table>", "<tr><td rowspan=60000 colspan=60000>a", ""},
	{"attributes of one tag", "<p ", "a b=1 ", ">text</p>"},
	{"a long class", `<p class="`, "menu footer ", `">text</p>`},
	{"unmatched end tags", "", "a</x>", ""},
	{"options", "<select>", "a<b>", ""},
	{"special characters", "<p>", "*_`[", ""},
	{"line breaks", "<pre>", "a\n", ""},
	{"comments", "", "<!-- a --!>x", ""},
	{"an unclosed comment", "<!--", "-- >", ""},
	{"less-than signs", "", "<", ""},
	{"character references", "<p>", "&amp;", ""},
	{"emphasis", "<p>", "<b>a</b><i>b</i>", ""},
	{"hidden blocks", "", "<div hidden>some words that are hidden here now</div>", ""},
	{"templates", "", "<template><p>word word word</p></template>", ""},
	{"shadow roots", "", "<div><template shadowrootmode=open><slot></slot></template>x", ""},
	{"JSON", `<script type="application/json">{"a":[`, `{"b":"c d e f"},`, `{}]}</script>`},
	{"nested JSON", `<script type="application/json">`, "[", "</script>"},
	{"starts of JSON values", "<script>", "x=[", "</script>"},
	{"HTML in JSON", `<script type="application/json">{"t":"`, "<p>word word word word</p>", `"}</script>`},
	{"nested banners", "", `<div class="cookie-banner">word `, ""},
	{"nested code", "", "<code>x", ""},
	{"references to one RSC row", `<script>self.__next_f.push([1,"1:T7a120,` + strings.Repeat("word ", 100_000), `2:[\"$\",\"p\",null,{\"children\":[\"$1\",\"$1\",\"$1\"]}]\n`, `"])</script>`},
	{"RSC rows", `<script>self.__next_f.push([1,"`, `1:[\"$\",\"p\",null,{\"children\":\"$1\"}]\n`, `"])</script>`},
}

// The total allocation is an upper bound of the memory in use, and it is deterministic. The
// test is not parallel, because the counter includes the allocations of other tests.
func TestHostilePagesStayWithinBounds(t *testing.T) {
	for _, h := range hostilePages {
		page := []byte(h.begin + strings.Repeat(h.piece, (hostileSize-len(h.begin)-len(h.end))/len(h.piece)) + h.end)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := ExtractHTML(page, "https://www.example.com/x")
		runtime.ReadMemStats(&after)
		if cost := after.TotalAlloc - before.TotalAlloc; cost > maxAllocation {
			t.Errorf("%s: allocated %d MiB", h.name, cost>>20)
		}
		if len(p.Markdown) > 3*len(page) {
			t.Errorf("%s: %d bytes of Markdown", h.name, len(p.Markdown))
		}
	}
}

func TestTextBeyondMaxNodesIsKeptWithoutElements(t *testing.T) {
	t.Parallel()
	p := ExtractHTML([]byte("<h1>Terms</h1>"+strings.Repeat("<p>x</p>", maxNodes)+"<p>the end</p>"), "")
	if !p.Flattened || p.Title != "Terms" || !strings.HasSuffix(p.Markdown, "the end") || tokenize.CountWords(p.Markdown) < maxNodes {
		t.Errorf("flattened %v, title %q, %d words, the end is %q", p.Flattened, p.Title, tokenize.CountWords(p.Markdown), p.Markdown[max(0, len(p.Markdown)-20):])
	}
}

func TestDeepTreesKeepTheirText(t *testing.T) {
	t.Parallel()
	const document = "<h1>Terms</h1><p>We <b>process</b> your data.</p><h2>Rights</h2><ol><li>to ask<li>to object</ol><table><tr><th>a<th>b<tr><td>c<td>d</table><p>The end.</p>"
	want := ExtractHTML([]byte(document), "").Markdown
	for _, wrapper := range []string{"<div>", "<font>", "<section><div class=x>", "<b>", "<unknown-element>"} {
		for _, depth := range []int{100, 300, 1000, 30_000} {
			p := ExtractHTML([]byte("<body>"+strings.Repeat(wrapper, depth)+document), "")
			if got := strings.ReplaceAll(p.Markdown, "**", ""); markdown.PlainText(got) != markdown.PlainText(want) || strings.Count(got, "\n") != strings.Count(want, "\n") {
				t.Errorf("%d times %s: %q, want %q", depth, wrapper, got, want)
			}
		}
	}
	// Text on the way down and on the way up keeps its order.
	p := ExtractHTML([]byte(strings.Repeat("<div>down ", 2000)+strings.Repeat("</div>up ", 2000)), "")
	if want := strings.Repeat("down ", 2000) + strings.Repeat("up ", 2000); markdown.PlainText(p.Markdown) != strings.TrimSpace(want) {
		t.Errorf("%d words, and their order is %.60q", tokenize.CountWords(p.Markdown), p.Markdown)
	}
}
