// Package markdown parses Markdown into blocks of plain text: paragraphs, headings, list
// items and table rows.
//
// It reads any Markdown, not only the output of package content. It is more lenient than
// CommonMark: it recognizes bullets and numbers in many notations, tables without outer
// bars, and headings that are merely bold, numbered or in capitals. It also normalizes text
// that sites change without a revision: it restores obfuscated e-mail addresses and removes
// copyright years and invisible characters.
//
// Parse feeds the lines to a parser (parser.go), which collects all text in one buffer and
// records blocks as offsets. Inline syntax is in inline.go. Start with Parse and
// parser.parseLine.
package markdown

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// PlainText returns the text of Markdown in one line, without syntax, link targets and
// images, in Unicode normalization form C. It returns "" if there is no text.
func PlainText(md string) string { return JoinText(Parse(md)) }

// JoinText returns the text of blocks in one line, with a space between blocks and between
// table cells.
func JoinText(blocks []Block) string {
	size := 0
	for _, b := range blocks {
		size += len(b.Text) + 1
	}
	var out strings.Builder
	out.Grow(size)
	for _, b := range blocks {
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		if b.Kind == TableRow {
			out.WriteString(tokenize.CollapseSpace(b.Text))
		} else {
			out.WriteString(b.Text)
		}
	}
	return out.String()
}
