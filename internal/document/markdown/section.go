package markdown

import (
	"strconv"
	"strings"
)

// SectionHeading is a heading of a rendered text.
type SectionHeading struct {
	Level  int    // of its element, from 1 to 6
	Text   string // without marks
	Anchor string // the value of its attribute id
}

// maxHeadingLevel is the lowest level of a heading in HTML.
const maxHeadingLevel = 6

// SectionHTML renders Markdown as HTML does, for a section of a larger page: its highest headings
// have the given level, no heading skips a level, each heading has an anchor that begins with
// prefix, and tables scroll in a container of the class table-wrap. It returns the headings in
// their order.
func SectionHTML(md string, level int, prefix string) (string, []SectionHeading) {
	s := section{level: level, prefix: prefix}
	return render(md, &s), s.headings
}

// section numbers the headings of a text that is a section of a page.
type section struct {
	level    int
	prefix   string
	open     []int // the levels in the text of the headings that enclose the current place
	headings []SectionHeading
	// divided is set if the text is rendered in parts. cuts are the lengths of the HTML at the ends
	// of all parts but the last, and places those at the headings.
	divided      bool
	cuts, places []int
}

// add adds a heading of the text, and returns it as it is rendered.
func (s *section) add(level int, text string) SectionHeading {
	for len(s.open) > 0 && s.open[len(s.open)-1] >= level {
		s.open = s.open[:len(s.open)-1]
	}
	h := SectionHeading{Level: min(s.level+len(s.open), maxHeadingLevel), Text: PlainText(text), Anchor: s.prefix + strconv.Itoa(len(s.headings)+1)}
	s.open = append(s.open, level)
	s.headings = append(s.headings, h)
	return h
}

// writeSectionHeading writes a heading with its anchor. One without text, which a reader would not
// find, is omitted.
func (w *htmlWriter) writeSectionHeading(level int, text string) {
	if strings.TrimSpace(PlainText(text)) == "" {
		return
	}
	h := w.section.add(level, text)
	w.section.places = append(w.section.places, w.out.Len())
	tag := "h" + strconv.Itoa(h.Level)
	w.out.WriteString("<" + tag + ` id="`)
	w.writeText(h.Anchor)
	w.out.WriteString(`">`)
	w.writeInline(text)
	w.out.WriteString("</" + tag + ">\n")
}

// tableTags returns what encloses a table.
func (w *htmlWriter) tableTags() (opening, closing string) {
	if w.section == nil {
		return "<table>\n", "</table>\n"
	}
	// A container that scrolls must be reachable by keyboard.
	return `<div class="table-wrap" role="region" aria-label="Table" tabindex="0"><table>` + "\n", "</table></div>\n"
}
