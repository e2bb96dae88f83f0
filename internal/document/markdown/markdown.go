// Package markdown parses Markdown into blocks of plain text: paragraphs, headings, list
// items and table rows.
package markdown

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// PlainText returns the text of Markdown in one line, without syntax, link targets and
// images, in Unicode normalization form C.
func PlainText(md string) string { return JoinText(Parse(md)) }

// JoinText returns the text of blocks in one line.
func JoinText(blocks []Block) string {
	n := 0
	for _, k := range blocks {
		n += len(k.Text) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for _, k := range blocks {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if k.Kind == TableRow {
			b.WriteString(tokenize.CollapseSpace(k.Text))
		} else {
			b.WriteString(k.Text)
		}
	}
	return b.String()
}
