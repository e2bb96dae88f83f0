package content

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// minDuplicateWords is how many words a block has that is not to stand twice.
const minDuplicateWords = 40

// dropDuplicates drops the blocks that are a copy of one before for another width of the
// screen: most of the page, the block's neighbour, or one whose class says so. Texts
// that a document repeats in another section stay.
func (p *pruner) dropDuplicates(n *node, seen map[uint64]*node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() || c.words < minDuplicateWords || c.class&tablePart != 0 || c.tag == atom.P {
			continue
		}
		switch first := seen[c.textHash]; {
		case first == nil:
			seen[c.textHash] = c
		case !first.isAncestorOf(c) && first.dropped == notDropped && (p.proseShare(c) > 0.3 || first.parent == c.parent || c.isResponsiveVariant() || first.isResponsiveVariant()):
			c.drop(aside)
			continue
		}
		p.dropDuplicates(c, seen)
	}
}

// isResponsiveVariant says whether a class of an element, or of the one around it, shows it
// on screens of some widths only.
func (n *node) isResponsiveVariant() bool {
	for range 2 {
		class := n.attr(attrClass)
		for _, w := range []string{"mobile", "desktop", "hide", "hidden", "show-", "visible-", "d-none"} {
			if strings.Contains(class, w) {
				return true
			}
		}
		if n = n.parent; n == nil {
			return false
		}
	}
	return false
}

func (n *node) isAncestorOf(c *node) bool {
	for ; c != nil; c = c.parent {
		if c == n {
			return true
		}
	}
	return false
}

// computeTextHash makes the fingerprints of all that is not dropped below n.
func (n *node) computeTextHash() {
	if n.isText {
		n.textHash, n.hashBase = hashText(n.text)
		return
	}
	n.textHash, n.hashBase = 0, 1
	for c := n.first; c != nil; c = c.next {
		if c.dropped == notDropped {
			c.computeTextHash()
			n.textHash, n.hashBase = n.textHash*c.hashBase+c.textHash, n.hashBase*c.hashBase
		}
	}
}

// hashText sums the letters and digits of a text up, so that what wraps them makes
// no difference: the sum of two texts in a row is s1*b2+s2, and their base b1*b2.
func hashText(s string) (sum, base uint64) {
	const prime = 1099511628211
	base = 1
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || isLetter(c) || c >= '0' && c <= '9' {
			sum = sum*prime + uint64(c)
			base *= prime
		}
	}
	return sum, base
}
