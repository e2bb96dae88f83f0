package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// maxHeading is how many words a heading has at most; more are a text that was put
// in large letters.
const maxHeading = 60

// headingLevel is 1 to 6, or 0 for what is no heading.
func headingLevel(n *node) int {
	switch {
	case n.is&heading != 0:
		return int(n.tag.String()[1] - '0')
	case len(n.attrs) == 0 || n.attr(attrRole) != "heading":
		return 0
	}
	if l, err := strconv.Atoi(n.attr(attrAriaLevel)); err == nil && l >= 1 && l <= 6 {
		return l
	}
	return 2
}

func (w *writer) heading(n *node, level int) {
	switch {
	case w.cell || w.inLink || w.inHeading:
		w.flush()
		w.marked(n, strong)
		w.flush()
		return
	case n.words > maxHeading || n.heads > 1 || find(n, atom.Table) != nil || find(n, atom.Li) != nil:
		w.flush()
		w.blocks(n)
		w.flush()
		return
	}
	w.flush()
	if n.words == 0 {
		return
	}
	w.inHeading = true
	before := len(w.out)
	if own := plain.CollapseSpace(allText(n)); w.number != "" && (own[0] < '0' || own[0] > '9') {
		w.words(w.number) // unless the heading has its own
		w.space = true
	}
	w.number = ""
	w.marker = strings.Repeat("#", level) + " "
	for c := n.first; c != nil; c = c.next {
		w.headingPart(c)
	}
	w.flush()
	w.marker, w.inHeading = "", false
	if len(w.out) > before && len(w.headings) < maxHeadings {
		w.headings = append(w.headings, plain.CollapseSpace(allText(n)))
	}
}

// headingPart writes a part of a heading: all of it stands in one line.
func (w *writer) headingPart(n *node) {
	switch {
	case n.dropped != kept:
	case n.isText:
		w.words(n.text)
	case n.tag == atom.A:
		w.link(n)
	case n.tag == atom.Img:
		w.image(n)
	case n.tag == atom.Br:
		w.space = true
	default:
		if n.is&inline == 0 {
			w.space = true
		}
		for c := n.first; c != nil; c = c.next {
			w.headingPart(c)
		}
		if n.is&inline == 0 {
			w.space = true
		}
	}
}

// preformatted writes a text whose lines were set by hand: as a block of code, or,
// where it is long and no code, as paragraphs.
func (w *writer) preformatted(n *node) {
	w.flush()
	if n.holdsBlock || w.cell || find(n, atom.Code) == nil && n.words > minHidden {
		w.pre++
		w.blocks(n)
		w.flush()
		w.pre--
		return
	}
	text := strings.Trim(allText(n), "\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	w.begin()
	w.out = append(w.out, fence...)
	for row := range strings.SplitSeq(text+"\n"+fence, "\n") {
		w.out = append(w.out, '\n')
		w.indent(false)
		w.out = append(w.out, strings.TrimRight(row, " \t\r")...)
	}
}

// markdown writes what is Markdown already.
func (w *writer) markdown(s string) {
	w.flush()
	w.begin()
	first := true
	for row := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		if !first {
			w.out = append(w.out, '\n')
			w.indent(false)
		}
		first = false
		w.out = append(w.out, strings.TrimRight(row, "\r")...)
		if h := strings.TrimLeft(row, "#"); len(h) < len(row) && strings.HasPrefix(h, " ") && len(w.headings) < maxHeadings {
			w.headings = append(w.headings, strings.TrimSpace(h))
		}
	}
}
