package markdown

import "strings"

// Text returns the text of Markdown with a block on each line, without syntax and link targets.
// An empty line separates paragraphs and headings.
func Text(md string) string {
	var out strings.Builder
	out.Grow(len(md))
	previous := ListItem
	for i, b := range Parse(md) {
		if i > 0 && (b.Kind != previous || b.Kind == Paragraph || b.Kind == Heading) {
			out.WriteByte('\n')
		}
		previous = b.Kind
		out.WriteString(b.Line())
		out.WriteByte('\n')
	}
	return out.String()
}

// Line returns the block as one line of text: with its years, with the number or bullet of a list
// item, and with bars between cells.
func (b Block) Line() string {
	text := b.Text
	if b.Full != "" {
		text = b.Full
	}
	switch {
	case b.Kind == TableRow:
		return strings.ReplaceAll(text, "\t", " | ")
	case b.Kind != ListItem || b.Numbered:
		return text
	case b.Marker != "":
		return b.Marker + " " + text
	}
	return "- " + text
}
