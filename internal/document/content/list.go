package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// writeList writes a list. Items that begin with a heading are sections, and their
// numbers go into the headings.
func (w *writer) writeList(n *node) {
	w.flush()
	style := listStyle(n)
	number, step := 1, 1
	if v, err := strconv.Atoi(strings.TrimSpace(n.attr(attrStart))); err == nil && n.tag == atom.Ol {
		number = v
	}
	if n.has(attrReversed) {
		step = -1
		if !n.has(attrStart) {
			number = n.countChildren(atom.Li)
		}
	}
	nested, tight := false, w.tight
	if n := len(w.containers); n > 0 && w.inItem {
		nested = w.containers[n-1].started
	} else {
		tight = false
	}
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != notDropped:
		case c.tag == atom.Li:
			if v, err := strconv.Atoi(strings.TrimSpace(c.attr(attrValue))); err == nil {
				number = v
			}
			w.tight = w.afterItem || nested && number == 1 || tight
			tight = false
			w.writeItem(c, style.marker(number))
			number += step
		case c.hasTag(atom.Ul, atom.Ol, atom.Menu, atom.Dir): // a list right in a list belongs to the item before
			w.writeContainer(container{first: "  ", rest: "  "}, func() { w.writeList(c) })
		default:
			w.writeNode(c)
		}
	}
	w.flush()
	w.afterItem, w.tight = false, false
}

func (n *node) countChildren(tag atom.Atom) int {
	k := 0
	for c := n.first; c != nil; c = c.next {
		if c.tag == tag && c.dropped == notDropped {
			k++
		}
	}
	return k
}

// writeItem writes one item of a list.
func (w *writer) writeItem(n *node, marker string) {
	if n.words == 0 && findTag(n, atom.Img) == nil {
		return
	}
	if first := n.firstBlock(); first != nil && headingLevel(first) > 0 && !w.inCell {
		w.flush()
		w.tight = false
		if marker != "- " {
			w.sectionNumber = strings.TrimPrefix(strings.TrimSpace(marker), "- ")
		}
		w.writeChildren(n)
		w.flush()
		w.sectionNumber, w.afterItem = "", false
		return
	}
	before, inItem := len(w.out), w.inItem
	w.afterItem = false
	if w.inCell {
		w.inItem = true
		w.flush()
		w.writeWords(strings.TrimSpace(marker))
		w.pendingSpace = true
		w.writeChildren(n)
		w.flush()
		w.inItem = inItem
		return
	}
	w.inItem = true
	w.writeContainer(container{first: marker, rest: strings.Repeat(" ", itemIndent(marker))}, func() { w.writeChildren(n) })
	w.inItem = inItem
	w.afterItem = len(w.out) > before
}

// itemIndent is how far the lines of an item are indented: a letter within a bullet
// is text.
func itemIndent(marker string) int {
	if strings.HasPrefix(marker, "- ") {
		return 2
	}
	return len(marker)
}

// firstBlock is the first thing in n that has text, if it is an element.
func (n *node) firstBlock() *node {
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != notDropped || c.words == 0:
		case c.isText:
			return nil
		case headingLevel(c) > 0 || c.isInline():
			return c
		default:
			return c.firstBlock()
		}
	}
	return nil
}

// listNumbering is how the items of a list are marked.
type listNumbering uint8

const (
	bullets listNumbering = iota
	decimal
	lowerAlpha
	upperAlpha
	lowerRoman
	upperRoman
)

// listStyle reads how a list is marked, from its type or its own style.
func listStyle(n *node) listNumbering {
	style := strings.ToLower(n.attr(attrStyle))
	if _, rest, found := strings.Cut(style, "list-style"); found {
		rest, _, _ = strings.Cut(rest, ";")
		for _, s := range []struct {
			name string
			is   listNumbering
		}{
			{"none", bullets}, {"disc", bullets}, {"circle", bullets}, {"square", bullets}, {"decimal", decimal}, {"lower-alpha", lowerAlpha}, {"lower-latin", lowerAlpha},
			{"upper-alpha", upperAlpha}, {"upper-latin", upperAlpha}, {"lower-roman", lowerRoman}, {"upper-roman", upperRoman},
		} {
			if strings.Contains(rest, s.name) {
				return s.is
			}
		}
	}
	if n.tag != atom.Ol {
		return bullets
	}
	switch n.attr(attrType) {
	case "a":
		return lowerAlpha
	case "A":
		return upperAlpha
	case "i":
		return lowerRoman
	case "I":
		return upperRoman
	}
	return decimal
}

// marker is what stands before an item. Markdown knows no letters: they are text in
// an item with a bullet, since "Section 8(c)" must be found.
func (s listNumbering) marker(n int) string {
	switch {
	case s == bullets:
		return "- "
	case s == decimal || n < 1 || n > 999:
		return strconv.Itoa(max(n, 0)) + ". "
	case s == lowerAlpha:
		return "- " + alpha(n) + ". "
	case s == upperAlpha:
		return "- " + strings.ToUpper(alpha(n)) + ". "
	case s == lowerRoman:
		return "- " + strings.ToLower(roman(n)) + ". "
	}
	return "- " + roman(n) + ". "
}

func alpha(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('a'+(n-1)%26)) + s
	}
	return s
}

func roman(n int) string {
	var b strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= d.v {
			b.WriteString(d.s)
			n -= d.v
		}
	}
	return b.String()
}
