package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// narrow follows the text down from body: as long as one child has most of the
// prose, that child is the document's place, and each of its siblings has to show
// that it belongs to the document as well. It returns the place where the text
// spreads over several children.
func (p *pruner) narrow(n *node) *node {
	for {
		var heir *node
		for c := n.first; c != nil; c = c.next {
			if c.dropped == kept && !c.isText && (heir == nil || c.prose() > heir.prose()) {
				heir = c
			}
		}
		if heir == nil || leaf(heir) {
			return n
		}
		for c := n.first; c != nil; c = c.next { // columns beside the largest one
			if c != heir && c.dropped == kept && c.names&namedSide != 0 && !c.hasH1 && c.prose()*10 < heir.prose()*7 {
				c.drop(beside)
			}
		}
		if heir.prose()*10 < n.prose()*6 || n.prose() == 0 {
			return n
		}
		place := beforeTitle
		for c := n.first; c != nil; c = c.next {
			switch {
			case c == heir:
				place = afterText
			case c.dropped == kept && !p.belongs(c, heir, place):
				c.drop(beside)
			case c.dropped == kept && c.hasH1 && place == beforeTitle:
				place = afterTitle
			}
		}
		n = heir
	}
}

// leaf says that an element is text itself, and no place for blocks. A table whose
// one cell has most of its text lays the page out.
func leaf(n *node) bool {
	if n.tag == atom.Table || n.is&tablePart != 0 {
		return !layout(n)
	}
	return n.inLine() || n.is&heading != 0 || n.oneOf(atom.P, atom.Ul, atom.Ol, atom.Dl, atom.Pre, atom.Blockquote)
}

// layout says whether one cell below n, with blocks in it, has most of n's text.
func layout(n *node) bool {
	for total := n.prose(); n.tag != atom.Td && n.tag != atom.Th; {
		var most *node
		for c := n.first; c != nil; c = c.next {
			if c.dropped == kept && c.is&tablePart != 0 && (most == nil || c.prose() > most.prose()) {
				most = c
			}
		}
		if most == nil || most.prose()*10 < total*6 || most.prose() < minDocument/2 {
			return false
		}
		n = most
	}
	return n.holdsBlock
}

// Where a sibling stands.
const (
	beforeTitle = iota
	afterTitle
	afterText
)

// belongs says whether a sibling of the place where the text is belongs to the
// document: long prose does wherever it stands, a heading or a short line does
// before the text, lists of links and forms don't.
func (p *pruner) belongs(n, heir *node, place int) bool {
	switch {
	case n.tag == atom.A && n.linkShare() > 0.9: // "skip to the content"
		return false
	case n.inLine() || n.words == 0:
		return true
	}
	links, share := n.linkShare(), float64(n.prose())/float64(heir.prose())
	switch {
	case place == afterText && n.words < 30 && copyright(n):
		return false
	case place == afterTitle && n.heads > 0 && links < 0.7: // it stands between the title and the text
		return true
	case place == beforeTitle && heir.hasH1 && n.heads == 0 && n.prose() < 60: // an announcement, or the date of the version
		return hasYear(beginning(n, 1000))
	case links > 0.5:
		return false
	case n.names&(namedPromo|namedSocial|namedTongue) != 0 && share < 0.1, n.forms > 0 && share < 0.2:
		return false
	case leaf(n), n.prose() >= 150 && links < 0.3, share >= 0.15 && links < 0.35:
		return true
	case place != afterText:
		return n.heads > 0 || links < 0.2
	}
	return links < 0.2 && n.heads == 0 || n.prose() >= 40 && links < 0.1
}

// copyright says whether a line is the one at the foot of a page.
func copyright(n *node) bool {
	s := strings.ToLower(strings.TrimSpace(beginning(n, 20)))
	return strings.HasPrefix(s, "©") || strings.HasPrefix(s, "copyright") || strings.HasPrefix(s, "(c) ")
}

// trim drops the lists of links that stand before the first and after the last text
// of the document's place.
func (p *pruner) trim(n *node) {
	var blocks []*node
	for c := n.first; c != nil; c = c.next {
		if c.dropped == kept && c.words > 0 {
			blocks = append(blocks, c)
		}
	}
	for _, c := range blocks {
		if !menuLike(c) {
			break
		}
		c.drop(beside)
	}
	for i := len(blocks) - 1; i >= 0 && blocks[i].dropped == kept && menuLike(blocks[i]); i-- {
		blocks[i].drop(beside)
	}
}

// menuLike says that a block is links to elsewhere and hardly anything else.
func menuLike(n *node) bool {
	return !n.isText && n.heads == 0 && n.is&(heading|tablePart) == 0 && n.tag != atom.P && n.linkShare() > 0.6 && n.inner*2 < n.linked && n.items > 1
}
