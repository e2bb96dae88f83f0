package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// node is an element or a text of a page. The depth of a tree is bounded by maxDepth, so
// recursion is safe.
type node struct {
	tag   atom.Atom // zero for a text and for an unknown element
	class tagClass
	text  string // of a text, with character references resolved
	attrs []attribute

	parent, first, last, next *node

	// Counts over the descendants that are not dropped, computed by measure.
	words              int32  // words of text
	linkWords          int32  // words inside links
	fragmentLinkWords  int32  // words inside links to the same page
	links              int32  // link elements
	headings           int32  // heading elements
	fields             int32  // text fields
	buttons            int32  // buttons
	placeholders       int32  // texts with a template placeholder "{{"
	textHash, hashBase uint64 // see hashText

	hints        nameHints
	dropped      dropReason
	jsonOrigin   uint8 // fromObject or fromArray; zero if the node was not built from JSON
	isText       bool
	isMarkdown   bool // text is Markdown
	hasBlock     bool // a descendant is a block
	hasH1        bool // the node or a descendant is an h1 element
	wasCollapsed bool // restoreCollapsed restored the hidden node
}

// dropReason is why a node is not part of the document.
type dropReason uint8

const (
	notDropped      dropReason = iota
	invisible                  // never rendered as text: scripts, pictures, form controls
	hidden                     // hidden until the reader interacts with the page, or for good
	siteBoilerplate            // the site's menus, header and footer
	consentBanner              // a consent banner or dialog
	aside                      // other text next to the document
	form                       // a form and its labels
	control                    // a button or the options of a field
	screenReader               // text for screen readers only
	duplicate                  // a copy for another screen width
	otherDocument              // another document on the page
	unfilled                   // a client-side template without its values
)

// append adds c as the last child of n.
func (n *node) append(c *node) {
	c.parent = n
	if n.last == nil {
		n.first = c
	} else {
		n.last.next = c
	}
	n.last = c
}

// prose returns the number of words outside links.
func (n *node) prose() int { return int(n.words - n.linkWords) }

// isInline reports whether a node is a text or an inline element without a block in it.
func (n *node) isInline() bool { return n.isText || n.class&inline != 0 && !n.hasBlock }

// linkShare returns the share of words inside links, 0 to 1; 1 if there are no words.
func (n *node) linkShare() float64 {
	if n.words == 0 {
		return 1
	}
	return float64(n.linkWords) / float64(n.words)
}

// hasTag reports whether the node has one of the tags.
func (n *node) hasTag(tags ...atom.Atom) bool {
	for _, t := range tags {
		if n.tag == t {
			return true
		}
	}
	return false
}

// walk calls f for n and its descendants in document order; it skips the descendants of a
// node for which f returns false.
func walk(n *node, f func(*node) bool) {
	if !f(n) {
		return
	}
	for c := n.first; c != nil; c = c.next {
		walk(c, f)
	}
}

// findTag returns the first node with a tag that is not dropped, or nil.
func findTag(n *node, tag atom.Atom) *node {
	if n.dropped != notDropped {
		return nil
	}
	if n.tag == tag && !n.isText {
		return n
	}
	for c := n.first; c != nil; c = c.next {
		if got := findTag(c, tag); got != nil {
			return got
		}
	}
	return nil
}

// textPrefix returns at least the first size bytes of the text of a node, or all of a
// shorter text. It may return up to twice as much.
func textPrefix(n *node, size int) string {
	var b strings.Builder
	walk(n, func(c *node) bool {
		if c.isText && c.dropped == notDropped && b.Len() < size {
			b.WriteString(c.text[:min(len(c.text), size)])
			b.WriteByte(' ')
		}
		return c.dropped == notDropped && b.Len() < size
	})
	return b.String()
}

// allText returns the text of a node, with a space between blocks.
func allText(n *node) string {
	var b strings.Builder
	var rec func(*node)
	rec = func(n *node) {
		if n.isText {
			b.WriteString(n.text)
			return
		}
		for c := n.first; c != nil; c = c.next {
			if c.dropped != notDropped {
				continue
			}
			rec(c)
			if c.tag == atom.Br {
				b.WriteByte(' ')
			}
			if !c.isText && c.class&inline == 0 {
				b.WriteByte(' ')
			}
		}
	}
	rec(n)
	return b.String()
}

// newElement returns an element with children.
func newElement(tag atom.Atom, children ...*node) *node {
	n := &node{tag: tag, class: classOf(tag)}
	for _, c := range children {
		n.append(c)
	}
	return n
}

// newText returns a text node.
func newText(s string) *node { return &node{isText: true, text: s} }
