package docx

import "github.com/clausea/crawler/internal/document/markdown"

// Paragraphs divides Markdown into paragraphs, one for each block. The numbers of lists are part
// of the text.
func Paragraphs(md string) []Paragraph {
	blocks := markdown.Parse(md)
	out := make([]Paragraph, len(blocks))
	for i, b := range blocks {
		out[i] = Paragraph{Text: b.Text}
		if b.Full != "" {
			out[i].Text = b.Full
		}
		switch {
		case b.Kind == markdown.Heading:
			out[i].Style = headingStyle(b.Level)
		case b.Kind == markdown.ListItem && b.Marker != "":
			out[i].Text = b.Marker + " " + out[i].Text
		case b.Kind == markdown.ListItem && !b.Numbered:
			out[i].Style = ListBullet
		}
	}
	return out
}

// headingStyle returns the style of a heading. Level 7 is a paragraph that serves as a heading.
func headingStyle(level int) Style {
	return Heading1 + Style(min(max(level, 1), 6)-1)
}
