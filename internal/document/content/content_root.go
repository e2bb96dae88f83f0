package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// findContentRoot returns the innermost element that contains the document. It descends
// from n as long as one child, the dominant child, has at least 60 % of the prose. On the
// way it drops the siblings of the dominant child that do not belong to the document. The
// thresholds were tuned by hand on the extraction fixtures and the evaluation data.
func (p *pruner) findContentRoot(n *node) *node {
	for {
		var dominant *node
		for c := n.first; c != nil; c = c.next {
			if c.dropped == notDropped && !c.isText && (dominant == nil || c.prose() > dominant.prose()) {
				dominant = c
			}
		}
		if dominant == nil || isTextBlock(dominant) {
			return n
		}
		for c := n.first; c != nil; c = c.next {
			// A sidebar with at least 70 % of the dominant child's prose may be a column of the text.
			if c != dominant && c.dropped == notDropped && c.hints&hintSidebar != 0 && c.hints&hintNote == 0 && !c.hasH1 && c.prose()*10 < dominant.prose()*7 {
				c.drop(aside)
			}
		}
		// Below 60 %, several children share the text of the document.
		if dominant.prose()*10 < n.prose()*6 || n.prose() == 0 {
			return n
		}
		position := beforeTitle
		for c := n.first; c != nil; c = c.next {
			switch {
			case c == dominant:
				position = afterText
			case c.dropped == notDropped && !p.belongsToDocument(c, dominant, position):
				c.drop(aside)
			case c.dropped == notDropped && c.hasH1 && position == beforeTitle:
				position = afterTitle
			}
		}
		n = dominant
	}
}

// isTextBlock reports whether an element is a block of text, such as a paragraph or a list.
// A layout table is not.
func isTextBlock(n *node) bool {
	if n.tag == atom.Table || n.class&tablePart != 0 {
		return !isLayoutTable(n)
	}
	return n.isInline() || n.class&heading != 0 || n.hasTag(atom.P, atom.Ul, atom.Ol, atom.Dl, atom.Pre, atom.Blockquote)
}

// isLayoutTable reports whether one cell with blocks in it has at least 60 % of n's prose.
func isLayoutTable(n *node) bool {
	for total := n.prose(); n.tag != atom.Td && n.tag != atom.Th; {
		var largest *node
		for c := n.first; c != nil; c = c.next {
			if c.dropped == notDropped && c.class&tablePart != 0 && (largest == nil || c.prose() > largest.prose()) {
				largest = c
			}
		}
		if largest == nil || largest.prose()*10 < total*6 || largest.prose() < minDocumentWords/2 {
			return false
		}
		n = largest
	}
	return n.hasBlock
}

// siblingPosition is where a sibling stands relative to the title and the dominant child.
type siblingPosition int

const (
	beforeTitle siblingPosition = iota
	afterTitle
	afterText
)

// belongsToDocument reports whether a sibling of the dominant child belongs to the
// document. Long prose belongs to it at any position, and a heading or a short line before
// the text. Link lists and forms do not.
func (p *pruner) belongsToDocument(n, dominant *node, position siblingPosition) bool {
	switch {
	case n.tag == atom.A && n.linkShare() > 0.9: // a "skip to content" link
		return false
	case n.isInline() || n.words == 0 || n.hints&hintNote != 0:
		return true
	}
	links, share := n.linkShare(), float64(n.prose())/float64(dominant.prose())
	switch {
	case position == afterText && n.words < 30 && isCopyrightLine(n):
		return false
	case position == afterTitle && n.headings > 0 && links < 0.7: // between the title and the text
		return true
	case position == beforeTitle && dominant.hasH1 && n.headings == 0 && n.prose() < 60: // an announcement, or the date of the version
		return hasYear(textPrefix(n, 1000))
	case links > 0.5:
		return false
	case n.hints&(hintPromotion|hintSocial|hintLanguagePicker) != 0 && share < 0.1, n.fields > 0 && share < 0.2:
		return false
	case isTextBlock(n), n.prose() >= 150 && links < 0.3, share >= 0.15 && links < 0.35:
		return true
	case position != afterText:
		return n.headings > 0 || links < 0.2
	}
	return links < 0.2 && n.headings == 0 || n.prose() >= 40 && links < 0.1
}

// isCopyrightLine reports whether a line is the copyright notice at the end of a page.
func isCopyrightLine(n *node) bool {
	s := strings.ToLower(strings.TrimSpace(textPrefix(n, 20)))
	return strings.HasPrefix(s, "©") || strings.HasPrefix(s, "copyright") || strings.HasPrefix(s, "(c) ")
}

// dropOuterLinkLists drops the link lists before the first and after the last text of the
// content root.
func (p *pruner) dropOuterLinkLists(n *node) {
	var blocks []*node
	for c := n.first; c != nil; c = c.next {
		if c.dropped == notDropped && c.words > 0 {
			blocks = append(blocks, c)
		}
	}
	for _, c := range blocks {
		if !isLinkList(c) {
			break
		}
		c.drop(aside)
	}
	for i := len(blocks) - 1; i >= 0 && blocks[i].dropped == notDropped && isLinkList(blocks[i]); i-- {
		blocks[i].drop(aside)
	}
}

// isLinkList reports whether a block consists mostly of links to other pages.
func isLinkList(n *node) bool {
	return !n.isText && n.headings == 0 && n.class&(heading|tablePart) == 0 && n.tag != atom.P && n.linkShare() > 0.6 && n.fragmentLinkWords*2 < n.linkWords && n.links > 1
}
