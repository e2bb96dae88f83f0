package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// findContentRoot follows the text down from body: as long as one child has most of the
// prose, that child is the document's place, and each of its siblings has to show
// that it belongs to the document as well. It returns the place where the text
// spreads over several children.
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
		for c := n.first; c != nil; c = c.next { // columns beside the largest one
			if c != dominant && c.dropped == notDropped && c.hints&hintSidebar != 0 && !c.hasH1 && c.prose()*10 < dominant.prose()*7 {
				c.drop(aside)
			}
		}
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

// isTextBlock says that an element is text itself, and no place for blocks. A table whose
// one cell has most of its text lays the page out.
func isTextBlock(n *node) bool {
	if n.tag == atom.Table || n.class&tablePart != 0 {
		return !isLayoutTable(n)
	}
	return n.isInline() || n.class&heading != 0 || n.hasTag(atom.P, atom.Ul, atom.Ol, atom.Dl, atom.Pre, atom.Blockquote)
}

// isLayoutTable says whether one cell below n, with blocks in it, has most of n's text.
func isLayoutTable(n *node) bool {
	for total := n.prose(); n.tag != atom.Td && n.tag != atom.Th; {
		var most *node
		for c := n.first; c != nil; c = c.next {
			if c.dropped == notDropped && c.class&tablePart != 0 && (most == nil || c.prose() > most.prose()) {
				most = c
			}
		}
		if most == nil || most.prose()*10 < total*6 || most.prose() < minDocumentWords/2 {
			return false
		}
		n = most
	}
	return n.hasBlock
}

// Where a sibling stands.
const (
	beforeTitle = iota
	afterTitle
	afterText
)

// belongsToDocument says whether a sibling of the place where the text is belongs to the
// document: long prose does wherever it stands, a heading or a short line does
// before the text, lists of links and forms don't.
func (p *pruner) belongsToDocument(n, dominant *node, position int) bool {
	switch {
	case n.tag == atom.A && n.linkShare() > 0.9: // "skip to the content"
		return false
	case n.isInline() || n.words == 0:
		return true
	}
	links, share := n.linkShare(), float64(n.prose())/float64(dominant.prose())
	switch {
	case position == afterText && n.words < 30 && isCopyrightLine(n):
		return false
	case position == afterTitle && n.headings > 0 && links < 0.7: // it stands between the title and the text
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

// isCopyrightLine says whether a line is the one at the foot of a page.
func isCopyrightLine(n *node) bool {
	s := strings.ToLower(strings.TrimSpace(textPrefix(n, 20)))
	return strings.HasPrefix(s, "©") || strings.HasPrefix(s, "copyright") || strings.HasPrefix(s, "(c) ")
}

// dropOuterLinkLists drops the lists of links that stand before the first and after the last text
// of the document's place.
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

// isLinkList says that a block is links to elsewhere and hardly anything else.
func isLinkList(n *node) bool {
	return !n.isText && n.headings == 0 && n.class&(heading|tablePart) == 0 && n.tag != atom.P && n.linkShare() > 0.6 && n.fragmentLinkWords*2 < n.linkWords && n.links > 1
}
