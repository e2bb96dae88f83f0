// Package markdown has the plain text of a document: its blocks without Markdown's marks,
// its words in the one form in which they are compared, and their number.
package markdown

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// PlainText is the text of a document in one line: Markdown without its marks, link
// targets, images and white space, in Unicode's composed form.
func PlainText(md string) string { return JoinText(Parse(md)) }

// JoinText is the text of blocks in one line.
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
