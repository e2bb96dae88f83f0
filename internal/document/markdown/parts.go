package markdown

import (
	"strings"
	"unicode/utf8"
)

// PartHeading is a heading of a text that was rendered in parts.
type PartHeading struct {
	SectionHeading

	Part int // from 1 on
}

// The limits of a part, in bytes of HTML. A part ends between two blocks after partSize, and within
// a list, a table or code after maxPartSize. A paragraph of more than maxBlock bytes is divided; its
// HTML can be five times as long.
const (
	partSize    = 48 << 10
	maxPartSize = 56 << 10
	maxBlock    = 8 << 10
)

// SectionParts is SectionHTML in parts of about 50 KiB. A part has at most 100 KiB. Joined, the
// parts have all words of the text.
func SectionParts(md string, level int, prefix string) (parts []string, headings []PartHeading) {
	s := section{level: level, prefix: prefix, divided: true}
	html := render(md, &s)
	start, next := 0, 0
	for _, end := range append(s.cuts, len(html)) {
		if end > start || len(parts) == 0 {
			parts = append(parts, html[start:end])
		}
		start = end
	}
	for i, h := range s.headings {
		for next < len(s.cuts) && s.cuts[next] <= s.places[i] {
			next++
		}
		headings = append(headings, PartHeading{h, next + 1})
	}
	return parts, headings
}

// writeDivided renders one line of a text that is rendered in parts.
func (w *htmlWriter) writeDivided(line string) {
	w.cutPart()
	if len(line) > maxBlock && strings.HasPrefix(strings.TrimLeft(line, " \t>"), "|") {
		line = strings.ReplaceAll(line, "|", " ") // a row cannot be divided
	}
	for len(line) > maxBlock {
		head, tail := cutLine(line)
		w.writeLine(head)
		w.flush()
		w.cutPart()
		line = tail
	}
	w.writeLine(line)
	size := 0
	for _, text := range w.text {
		size += len(text)
	}
	if size > maxBlock {
		w.flush()
	}
}

// cutPart ends the part if it is long enough.
func (w *htmlWriter) cutPart() {
	last := 0
	if n := len(w.section.cuts); n > 0 {
		last = w.section.cuts[n-1]
	}
	size := w.out.Len() - last
	open := len(w.text) > 0 || len(w.lists) > 0 || w.table || w.quote || w.fence != ""
	if size < partSize || open && size < maxPartSize {
		return
	}
	w.flush()
	if w.fence != "" {
		w.out.WriteString("</pre>\n")
	}
	w.closeLists(0)
	w.setQuote(false)
	w.section.cuts = append(w.section.cuts, w.out.Len())
	if w.fence != "" {
		w.out.WriteString("<pre>")
	}
}

// blockMarks are the characters with which a block other than a paragraph can begin.
const blockMarks = "-*+#>|=`~_0123456789"

// cutLine divides a line after at most maxBlock bytes: before a word that begins no block, or else
// between two characters.
func cutLine(line string) (head, tail string) {
	end := maxBlock
	for !utf8.RuneStart(line[end]) {
		end--
	}
	for i := end; i > maxBlock/2; i-- {
		if line[i-1] == ' ' && !strings.ContainsRune(blockMarks, rune(line[i])) {
			return line[:i-1], line[i:]
		}
	}
	return line[:end], line[end:]
}
