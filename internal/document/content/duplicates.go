package content

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// minDuplicateWords is how many words a block needs for duplicates of it to be dropped.
const minDuplicateWords = 40

// dropDuplicates drops the later copy of a block that a page repeats for another screen
// width. A copy has most of the page's prose, is a sibling of the original, or has a
// responsive class. Text that a document repeats in another section stays.
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

// isResponsiveVariant reports whether a class of an element or of its parent shows the
// element on some screen widths only.
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

// isAncestorOf reports whether n is c or an ancestor of c.
func (n *node) isAncestorOf(c *node) bool {
	for ; c != nil; c = c.parent {
		if c == n {
			return true
		}
	}
	return false
}

// computeTextHash computes the hashes of n and of everything below that is not dropped.
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

// hashText returns a polynomial hash of the letters and digits of s, so that markup and
// punctuation make no difference, and the base for concatenation: the hash of two texts in
// a row is s1*b2+s2, and their base is b1*b2.
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
