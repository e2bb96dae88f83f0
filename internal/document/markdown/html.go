package markdown

import (
	"html"
	"strconv"
	"strings"
)

// HTML renders Markdown as an HTML fragment. The result is safe to show, even if an attacker wrote the text:
// all text is escaped, the elements are those of this file without attributes except href, value
// and rel, and a link has an http, https or mailto URL. Images become their alternative text, and
// HTML in the text is shown as text. Time and memory are linear in the length of the text.
func HTML(md string) string { return render(md, nil) }

// render renders Markdown, as a section of a page unless that is nil.
func render(md string, s *section) string {
	w := htmlWriter{rest: strings.ToValidUTF8(md, "\ufffd"), section: s}
	w.out.Grow(len(md) + len(md)/8)
	for w.rest != "" {
		line, rest, _ := strings.Cut(w.rest, "\n")
		w.rest = rest
		if s != nil && s.divided {
			w.writeDivided(line)
			continue
		}
		w.writeLine(line)
	}
	w.flush()
	w.closeFence()
	w.closeLists(0)
	w.setQuote(false)
	return w.out.String()
}

// maxListDepth bounds the nesting of lists in HTML. The content package writes at most 10 levels.
const maxListDepth = 10

// htmlWriter renders Markdown line by line.
type htmlWriter struct {
	rest  string
	out   strings.Builder
	text  []string // the lines of the open paragraph or item
	lists []htmlList
	// item is set if text continues the first line of a list item, which is no paragraph.
	item  bool
	table bool
	quote bool
	fence string // delimiter that closes the open code block; empty outside of code
	// section is set if the text is a section of a page.
	section *section
}

// htmlList is an open list with an open item.
type htmlList struct {
	tag    string
	indent int
}

// writeLine renders one line.
func (w *htmlWriter) writeLine(line string) {
	raw := line
	line, indent := trimIndent(line)
	quote := strings.HasPrefix(line, ">")
	for strings.HasPrefix(line, ">") {
		line = strings.TrimLeft(line[1:], " \t")
	}
	if w.writeFence(raw, line) {
		return
	}
	if line == "" {
		w.flush()
		return
	}
	if w.isTableLine(line) {
		w.flushText()
		w.writeRow(line)
		return
	}
	w.closeTable()
	switch {
	case isRule(line):
		w.writeRule(line)
		return
	case isLinkDefinition(line):
		w.flush()
		return
	}
	if len(w.text) == 0 || quote != w.quote {
		w.flush()
		w.setQuote(quote)
	}
	if n := atxLevel(line); n > 0 {
		w.writeHeading(n, "", line[n:])
		return
	}
	if tag, number, rest := htmlItem(line); tag != "" {
		if n := atxLevel(rest); n > 0 {
			w.writeHeading(n, number, rest[n:])
			return
		}
		w.openItem(tag, number, indent)
		w.text = append(w.text, rest)
		return
	}
	if len(w.text) == 0 {
		w.closeLists(indent)
	}
	w.text = append(w.text, line)
}

// htmlItem returns the element of the list whose item a line is, the number of the item with its
// delimiter, and the rest of the line. Items with letters remain paragraphs, because HTML would
// number them anew.
func htmlItem(line string) (tag, number, rest string) {
	if (line[0] == '-' || line[0] == '*' || line[0] == '+') && strings.HasPrefix(line[1:], " ") {
		return "ul", "", strings.TrimLeft(line[2:], " ")
	}
	n := 0
	for n < len(line) && n < 9 && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if n > 0 && n+1 < len(line) && (line[n] == '.' || line[n] == ')') && line[n+1] == ' ' {
		return "ol", line[:n+1], strings.TrimLeft(line[n+2:], " ")
	}
	return "", "", ""
}

// openItem opens a list item, with its list if that is not open.
func (w *htmlWriter) openItem(tag, number string, indent int) {
	w.flush()
	w.closeLists(indent + 1)
	top := len(w.lists) - 1
	switch {
	case top >= 0 && (w.lists[top].indent == indent || len(w.lists) == maxListDepth):
		w.out.WriteString("</li>\n")
		if w.lists[top].tag != tag {
			w.out.WriteString("</" + w.lists[top].tag + ">\n<" + tag + ">\n")
			w.lists[top].tag = tag
		}
	default:
		w.lists = append(w.lists, htmlList{tag, indent})
		w.out.WriteString("<" + tag + ">\n")
	}
	if n, err := strconv.Atoi(strings.TrimRight(number, ".)")); err == nil {
		w.out.WriteString(`<li value="` + strconv.Itoa(n) + `">`)
	} else {
		w.out.WriteString("<li>")
	}
	w.item = true
}

// closeLists closes the lists whose items are indented by at least indent columns.
func (w *htmlWriter) closeLists(indent int) {
	for n := len(w.lists) - 1; n >= 0 && w.lists[n].indent >= indent; n-- {
		w.out.WriteString("</li>\n</" + w.lists[n].tag + ">\n")
		w.lists = w.lists[:n]
	}
}

// flush ends the open block.
func (w *htmlWriter) flush() {
	w.closeTable()
	w.flushText()
}

// flushText ends the open paragraph or the first line of the open item.
func (w *htmlWriter) flushText() {
	if len(w.text) > 0 {
		text := strings.Join(w.text, "\n")
		if w.item {
			w.writeInline(text)
		} else {
			w.element("p", text)
		}
	}
	w.text, w.item = w.text[:0], false
}

// element writes an element with inline text.
func (w *htmlWriter) element(tag, text string) {
	w.out.WriteString("<" + tag + ">")
	w.writeInline(text)
	w.out.WriteString("</" + tag + ">\n")
}

func (w *htmlWriter) writeHeading(level int, number, text string) {
	w.flush()
	w.closeLists(0)
	text = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(text), "#"))
	text = strings.TrimSpace(number + " " + text)
	if w.section != nil {
		w.writeSectionHeading(level, text)
		return
	}
	w.element("h"+strconv.Itoa(level), text)
}

// writeRule writes the heading that a line underlines, or a thematic break.
func (w *htmlWriter) writeRule(line string) {
	if len(w.text) == 1 && !w.item && (line[0] == '=' || line[0] == '-') {
		level := 2
		if line[0] == '=' {
			level = 1
		}
		text := w.text[0]
		w.text = w.text[:0]
		w.writeHeading(level, "", text)
		return
	}
	w.flush()
	w.closeLists(0)
	w.out.WriteString("<hr>\n")
}

// writeFence handles a line that opens, closes or belongs to a code block, and reports whether it
// did.
func (w *htmlWriter) writeFence(raw, line string) bool {
	run := countPrefix(line, '`')
	switch {
	case w.fence == "" && run >= 3 && strings.IndexByte(line[run:], '`') < 0:
		w.flush()
		w.closeLists(0)
		w.fence = line[:run]
		w.out.WriteString("<pre>")
	case w.fence != "" && run >= len(w.fence) && line == line[:run]:
		w.closeFence()
	case w.fence != "":
		w.writeText(strings.TrimRight(raw, "\r") + "\n")
	default:
		return false
	}
	return true
}

func (w *htmlWriter) closeFence() {
	if w.fence != "" {
		w.fence = ""
		w.out.WriteString("</pre>\n")
	}
}

// isTableLine reports whether a line is a row of a table.
func (w *htmlWriter) isTableLine(line string) bool {
	p := parser{rest: w.rest}
	return line[0] == '|' || w.table && strings.Contains(line, "|") || p.startsTable(line)
}

// writeRow writes a row. A row before a delimiter row is the header of its table.
func (w *htmlWriter) writeRow(line string) {
	if isRule(line) {
		return // the delimiter row
	}
	cell := "td"
	if !w.table {
		w.closeLists(0)
		opening, _ := w.tableTags()
		w.out.WriteString(opening)
		w.table = true
		p := parser{rest: w.rest}
		if p.startsTable(line) {
			cell = "th"
		}
	}
	w.out.WriteString("<tr>")
	for _, text := range SplitRow(line) {
		w.out.WriteString("<" + cell + ">")
		w.writeInline(text)
		w.out.WriteString("</" + cell + ">")
	}
	w.out.WriteString("</tr>\n")
}

func (w *htmlWriter) closeTable() {
	if w.table {
		w.table = false
		_, closing := w.tableTags()
		w.out.WriteString(closing)
	}
}

func (w *htmlWriter) setQuote(quote bool) {
	if w.quote == quote {
		return
	}
	w.closeLists(0)
	w.quote = quote
	if quote {
		w.out.WriteString("<blockquote>\n")
	} else {
		w.out.WriteString("</blockquote>\n")
	}
}

// writeText writes text with everything escaped. It drops control characters, and those that
// reverse the direction of the text, with which a page could show another text than it has.
func (w *htmlWriter) writeText(s string) {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
	w.out.WriteString(html.EscapeString(s))
}
