package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// writeList writes a list. An item that begins with a heading is a section, and its number
// becomes part of the heading.
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
		case c.hasTag(atom.Ul, atom.Ol, atom.Menu, atom.Dir): // a list directly in a list belongs to the previous item
			w.writeContainer(container{first: "  ", rest: "  "}, func() { w.writeList(c) })
		default:
			w.writeNode(c)
		}
	}
	w.flush()
	w.afterItem, w.tight = false, false
}

// countChildren returns the number of children with a tag that are not dropped.
func (n *node) countChildren(tag atom.Atom) int {
	k := 0
	for c := n.first; c != nil; c = c.next {
		if c.tag == tag && c.dropped == notDropped {
			k++
		}
	}
	return k
}

// writeItem writes a list item.
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

// itemIndent returns the indentation of an item after its first line. In a lettered item the
// letter is text and does not count.
func itemIndent(marker string) int {
	if strings.HasPrefix(marker, "- ") {
		return 2
	}
	return len(marker)
}

// firstBlock returns the block that n begins with, or nil if n begins with text.
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
