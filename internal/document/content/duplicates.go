package content

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// Bounds of duplicate blocks. They were chosen by hand.
const (
	minDuplicateWords = 40
	minDuplicateShare = 0.3 // of the page's prose, for a copy anywhere on the page
)

// dropDuplicates drops the later copy of a block that a page repeats for another screen
// width. A copy has more than minDuplicateShare of the page's prose, is a sibling of the
// original, or has a responsive class. Text that a document repeats in another section
// stays, and so does a repeated item of a list: without it, the numbers of the items after it
// would be others. seen maps text hashes to the first block with that text.
func (p *pruner) dropDuplicates(n *node, seen map[uint64]*node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() || c.words < minDuplicateWords || c.class&(tablePart|term) != 0 || c.hasTag(atom.P, atom.Li) {
			continue
		}
		switch first := seen[c.textHash]; {
		case first == nil:
			seen[c.textHash] = c
		case !first.isAncestorOf(c) && first.dropped == notDropped && (p.proseShare(c) > minDuplicateShare || first.parent == c.parent || c.isResponsiveVariant() || first.isResponsiveVariant()):
			c.drop(duplicate)
			continue
		}
		p.dropDuplicates(c, seen)
	}
}

// isResponsiveVariant reports whether the classes of an element or its parent suggest that
// it is visible on some screen widths only.
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

// computeTextHash computes the hashes of n and of its descendants that are not dropped.
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

// hashPrime is the factor of hashText: the 64-bit FNV prime.
const hashPrime = 1099511628211

// hashFactors and hashValues say how hashText includes a byte: sum*factor+value. The bytes that it
// ignores have the factor 1 and the value 0, so that it needs no branch, which the processor could
// not predict.
var hashFactors, hashValues = func() (factors, values [256]uint64) {
	for c := range factors {
		factors[c] = 1
		if c >= utf8.RuneSelf || isLetter(byte(c)) || c >= '0' && c <= '9' {
			factors[c], values[c] = hashPrime, uint64(c)
		}
	}
	return factors, values
}()

// hashText returns a polynomial hash of the letters and digits of s, which ignores markup
// and punctuation. base is the factor for concatenation: two texts in a row have the hash
// sum1*base2+sum2 and the base base1*base2. It includes two bytes at a time.
func hashText(s string) (sum, base uint64) {
	base = 1
	for ; len(s) >= 2; s = s[2:] {
		second := hashFactors[s[1]]
		factor := hashFactors[s[0]] * second
		sum = sum*factor + (hashValues[s[0]]*second + hashValues[s[1]])
		base *= factor
	}
	if s != "" {
		sum, base = sum*hashFactors[s[0]]+hashValues[s[0]], base*hashFactors[s[0]]
	}
	return sum, base
}
