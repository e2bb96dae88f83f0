package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxHeadingWords bounds the length of a heading. A longer one is text in large letters. It
// was chosen by hand.
const maxHeadingWords = 60

// headingLevel returns the level of a heading, 1 to 6, or 0 for any other element. A heading
// by role without a valid level has level 2, the default of ARIA.
func headingLevel(n *node) int {
	switch {
	case n.class&heading != 0:
		return int(n.tag.String()[1] - '0')
	case len(n.attrs) == 0 || n.attr(attrRole) != "heading":
		return 0
	}
	if l, err := strconv.Atoi(n.attr(attrAriaLevel)); err == nil && l >= 1 && l <= 6 {
		return l
	}
	return 2
}

// writeHeading writes a heading. Inside a cell, a link or another heading it writes bold
// text. A heading that is too long or contains headings, lists or tables becomes ordinary
// text.
func (w *writer) writeHeading(n *node, level int) {
	switch {
	case w.inCell || w.inLink || w.inHeading:
		w.flush()
		w.writeMarked(n, strong)
		w.flush()
		return
	case n.words > maxHeadingWords || n.headings > 1 || findTag(n, atom.Table) != nil || findTag(n, atom.Li) != nil:
		w.flush()
		w.writeChildren(n)
		w.flush()
		return
	}
	w.flush()
	if n.words == 0 {
		return
	}
	w.inHeading = true
	before := len(w.out)
	if own := tokenize.CollapseSpace(allText(n)); w.sectionNumber != "" && (own[0] < '0' || own[0] > '9') {
		w.writeWords(w.sectionNumber) // unless the heading has its own number
		w.pendingSpace = true
	}
	w.sectionNumber = ""
	w.marker = strings.Repeat("#", level) + " "
	for c := n.first; c != nil; c = c.next {
		w.writeHeadingPart(c)
	}
	w.flush()
	w.marker, w.inHeading = "", false
	if len(w.out) > before && len(w.headings) < maxHeadings {
		w.headings = append(w.headings, tokenize.CollapseSpace(allText(n)))
	}
}

// writeHeadingPart writes a part of a heading on the same line.
func (w *writer) writeHeadingPart(n *node) {
	switch {
	case n.dropped != notDropped:
	case n.isText:
		w.writeWords(n.text)
	case n.tag == atom.A:
		w.writeLink(n)
	case n.tag == atom.Img:
		w.writeImage(n)
	case n.tag == atom.Br:
		w.pendingSpace = true
	default:
		if n.class&inline == 0 {
			w.pendingSpace = true
		}
		for c := n.first; c != nil; c = c.next {
			w.writeHeadingPart(c)
		}
		if n.class&inline == 0 {
			w.pendingSpace = true
		}
	}
}
