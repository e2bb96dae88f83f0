package classify

import (
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// longInput returns an input with 40 KB of text, the average of HTML pages of 137 KB.
func longInput(tb testing.TB) Input {
	tb.Helper()
	b, err := os.ReadFile("testdata/samples.md")
	if err != nil {
		tb.Fatal(err)
	}
	md := "# Terms of Use\n\n" + strings.ReplaceAll(string(b), "=== ", "## ")
	md = md[:strings.LastIndexByte(md[:min(len(md), 40<<10)], '\n')]
	text := markdown.PlainText(md)
	return Input{
		URL: "https://example.com/legal/terms", Title: "Terms of Use", TitleElement: "Terms of Use | Example", Headings: []string{"Terms of Use", "Definitions", "Your account"},
		Markdown: md, Text: text, WordCount: tokenize.CountWords(text),
	}
}

func BenchmarkClassify(b *testing.B) {
	p := longInput(b)
	_ = Classify(p)
	b.ReportAllocs()
	for b.Loop() {
		_ = Classify(p)
	}
}

func BenchmarkTokenize(b *testing.B) {
	p, l := longInput(b), defaultLexicon()
	var ts []token
	b.ReportAllocs()
	for b.Loop() {
		ts = l.appendTokens(ts[:0], p.Text, maxTokens)
	}
}

func BenchmarkLoadLexiconAndModel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseLexicon(lexiconFiles); err != nil {
			b.Fatal(err)
		}
		if _, err := ReadModel(weights); err != nil {
			b.Fatal(err)
		}
	}
}
