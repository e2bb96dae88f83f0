package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// node is an element or a text of a page. The tree is made by build, and is at most
// maxDepth deep, so that it can be followed by recursion.
type node struct {
	tag   atom.Atom // zero for a text, and for an element that ExtractHTML does not know
	class tagClass
	text  string // of a text, with its references resolved; raw for a script
	attrs []attribute

	parent, first, last, next *node

	// Counted by measure, of what is below and not dropped.
	words              int32  // all
	linkWords          int32  // within links
	fragmentLinkWords  int32  // within links to a place in the same page
	links              int32  // links
	headings           int32  // headings
	fields             int32  // fields to write into
	buttons            int32  // what can be pressed
	placeholders       int32  // texts with {{ }}
	textHash, hashBase uint64 // the fingerprint of the text, see resum

	hints        nameHints
	dropped      dropReason
	jsonOrigin   uint8 // what of a page's data it was made of
	isText       bool
	isMarkdown   bool // a text that is Markdown
	hasBlock     bool // there is a block below
	hasH1        bool
	wasCollapsed bool // it was hidden until something is pressed
}

// dropReason says why a node is no part of the document.
type dropReason uint8

const (
	notDropped      dropReason = iota
	invisible                  // a script, a picture, a form's control
	hidden                     // hidden from sight until something is clicked, or for ever
	siteBoilerplate            // the page's own: menus, header, footer
	consentBanner              // a consent banner
	aside                      // other text beside the document
)

func (n *node) append(c *node) {
	c.parent = n
	if n.last == nil {
		n.first = c
	} else {
		n.last.next = c
	}
	n.last = c
}

// prose is how many words are not links.
func (n *node) prose() int { return int(n.words - n.linkWords) }

// isInline says that a node is a text or a part of a line, with no block in it.
func (n *node) isInline() bool { return n.isText || n.class&inline != 0 && !n.hasBlock }

// linkShare is the share of words that are links; 1 where there is no word.
func (n *node) linkShare() float64 {
	if n.words == 0 {
		return 1
	}
	return float64(n.linkWords) / float64(n.words)
}

// hasTag says whether the tag is one of these.
func (n *node) hasTag(tags ...atom.Atom) bool {
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

// findTag is the first node of a tag that is not dropped.
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

// textPrefix is the first bytes of the text below a node, at least n if there are as
// many and hardly more.
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

func newElement(tag atom.Atom, children ...*node) *node {
	n := &node{tag: tag, class: tagClasses[tag]}
	for _, c := range children {
		n.append(c)
	}
	return n
}

func newText(s string) *node { return &node{isText: true, text: s} }
