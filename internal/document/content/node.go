package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// node is an element or a text of a page. The tree is made by build, and is at most
// maxDepth deep, so that it can be followed by recursion.
type node struct {
	tag   atom.Atom // zero for a text, and for an element that ExtractHTML does not know
	is    class
	text  string // of a text, with its references resolved; raw for a script
	attrs []attribute

	up, first, last, next *node

	// Counted by measure, of what is below and not dropped.
	words     int32  // all
	linked    int32  // within links
	inner     int32  // within links to a place in the same page
	items     int32  // links
	heads     int32  // headings
	forms     int32  // fields to write into
	buttons   int32  // what can be pressed
	braces    int32  // texts with {{ }}
	sum, base uint64 // the fingerprint of the text, see resum

	names      names
	dropped    reason
	record     uint8 // what of a page's data it was made of
	isText     bool
	markdown   bool // a text that is Markdown
	holdsBlock bool // there is a block below
	hasH1      bool
	revealed   bool // it was hidden until something is pressed
}

// reason says why a node is no part of the document.
type reason uint8

const (
	kept    reason = iota
	unshown        // a script, a picture, a form's control
	hidden         // hidden from sight until something is clicked, or for ever
	menu           // the page's own: menus, header, footer
	consent        // a consent banner
	beside         // other text beside the document
)

// attrKey names the attributes that are read; all others are left out.
type attrKey uint8

const (
	noAttr attrKey = iota
	attrID
	attrClass
	attrRole
	attrHref
	attrSrc
	attrAlt
	attrLang
	attrStyle
	attrHidden
	attrAriaHidden
	attrAriaLevel
	attrAriaExpanded
	attrAriaControls
	attrStart
	attrType
	attrValue
	attrReversed
	attrColspan
	attrRowspan
	attrName
	attrContent
	attrEquiv
	attrProperty
	attrShadow
	attrSlot
	attrEmail
	attrDatetime
	attrItemprop
	attrData // a data- attribute that holds JSON
)

var attrKeys = map[string]attrKey{
	"id": attrID, "class": attrClass, "role": attrRole, "href": attrHref, "src": attrSrc, "alt": attrAlt, "lang": attrLang, "style": attrStyle,
	"hidden": attrHidden, "aria-hidden": attrAriaHidden, "aria-level": attrAriaLevel, "aria-expanded": attrAriaExpanded, "aria-controls": attrAriaControls,
	"start": attrStart, "type": attrType, "value": attrValue, "reversed": attrReversed, "colspan": attrColspan, "rowspan": attrRowspan,
	"name": attrName, "content": attrContent, "http-equiv": attrEquiv, "property": attrProperty,
	"shadowrootmode": attrShadow, "shadowroot": attrShadow, "slot": attrSlot, "data-cfemail": attrEmail, "datetime": attrDatetime, "itemprop": attrItemprop,
}

type attribute struct {
	key attrKey
	val string
}

func (n *node) attr(k attrKey) string {
	for i := range n.attrs {
		if n.attrs[i].key == k {
			return n.attrs[i].val
		}
	}
	return ""
}

func (n *node) has(k attrKey) bool {
	for i := range n.attrs {
		if n.attrs[i].key == k {
			return true
		}
	}
	return false
}

func (n *node) append(c *node) {
	c.up = n
	if n.last == nil {
		n.first = c
	} else {
		n.last.next = c
	}
	n.last = c
}

// prose is how many words are not links.
func (n *node) prose() int { return int(n.words - n.linked) }

// inLine says that a node is a text or a part of a line, with no block in it.
func (n *node) inLine() bool { return n.isText || n.is&inline != 0 && !n.holdsBlock }

// linkShare is the share of words that are links; 1 where there is no word.
func (n *node) linkShare() float64 {
	if n.words == 0 {
		return 1
	}
	return float64(n.linked) / float64(n.words)
}

// oneOf says whether the tag is one of these.
func (n *node) oneOf(tags ...atom.Atom) bool {
	for _, t := range tags {
		if n.tag == t {
			return true
		}
	}
	return false
}

// walk visits n and what is below it; f says whether to go below.
func walk(n *node, f func(*node) bool) {
	if !f(n) {
		return
	}
	for c := n.first; c != nil; c = c.next {
		walk(c, f)
	}
}

// find is the first node of a tag that is not dropped.
func find(n *node, tag atom.Atom) *node {
	if n.dropped != kept {
		return nil
	}
	if n.tag == tag && !n.isText {
		return n
	}
	for c := n.first; c != nil; c = c.next {
		if got := find(c, tag); got != nil {
			return got
		}
	}
	return nil
}

// beginning is the first bytes of the text below a node, at least n if there are as
// many and hardly more.
func beginning(n *node, size int) string {
	var b strings.Builder
	walk(n, func(c *node) bool {
		if c.isText && c.dropped == kept && b.Len() < size {
			b.WriteString(c.text[:min(len(c.text), size)])
			b.WriteByte(' ')
		}
		return c.dropped == kept && b.Len() < size
	})
	return b.String()
}

// allText is the text below a node, with a space between blocks.
func allText(n *node) string {
	var b strings.Builder
	var rec func(*node)
	rec = func(n *node) {
		if n.isText {
			b.WriteString(n.text)
			return
		}
		for c := n.first; c != nil; c = c.next {
			if c.dropped != kept {
				continue
			}
			rec(c)
			if c.tag == atom.Br {
				b.WriteByte(' ')
			}
			if !c.isText && c.is&inline == 0 {
				b.WriteByte(' ')
			}
		}
	}
	rec(n)
	return b.String()
}
