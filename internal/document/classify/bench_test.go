package classify

import (
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/plain"
)

// longPage is a page of the text that a page of 137 KB has in the mean: some 40 KB.
func longPage(tb testing.TB) Page {
	tb.Helper()
	b, err := os.ReadFile("testdata/samples.md")
	if err != nil {
		tb.Fatal(err)
	}
	md := "# Terms of Use\n\n" + strings.ReplaceAll(string(b), "=== ", "## ")
	md = md[:strings.LastIndexByte(md[:min(len(md), 40<<10)], '\n')]
	text := plain.PlainText(md)
	return Page{
		URL: "https://example.com/legal/terms", Title: "Terms of Use", Head: "Terms of Use | Example", Headings: []string{"Terms of Use", "Definitions", "Your account"},
		Markdown: md, Text: text, Words: plain.CountWords(text),
	}
}

func BenchmarkOf(b *testing.B) {
	p := longPage(b)
	_ = Of(p)
	b.ReportAllocs()
	for b.Loop() {
		_ = Of(p)
	}
}

func BenchmarkTokens(b *testing.B) {
	p, l := longPage(b), theLexicon()
	var ts []token
	b.ReportAllocs()
	for b.Loop() {
		ts = l.tokens(ts[:0], p.Text, maxTokens)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readLexicon(lexiconFiles); err != nil {
			b.Fatal(err)
		}
		if _, err := ReadModel(weights); err != nil {
			b.Fatal(err)
		}
	}
}
