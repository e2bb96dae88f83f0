package fulltext

import (
	"math/bits"
	"slices"
)

// Pairs is a Bloom filter of the pairs of tokens that follow each other in a text. Bit n is bit n%8
// of byte n/8, as MongoDB numbers the bits of binary data. A filter without bits has no pair.
type Pairs []byte

// pairBits bits of a filter are set for a pair, and at most maxDensity of all bits. So a filter seems
// to have at most one in 30 of the pairs that it does not have.
const (
	pairBits   = 4
	maxDensity = 0.42
)

// The sizes of filters in bytes are powers of two.
const (
	minPairsSize = 8
	maxPairsSize = 64 << 10
)

// PairSizes lists the sizes of filters in bytes. The bits of a pair depend on the size, so a search
// in a database has to name those of each size.
var PairSizes = pairSizes()

func pairSizes() (sizes []int) {
	for n := minPairsSize; n <= maxPairsSize; n *= 2 {
		sizes = append(sizes, n)
	}
	return sizes
}

// newPairs returns a filter for the pairs of a text, before they are added.
func newPairs(text string) Pairs {
	size := minPairsSize
	for size < len(text)/3 && size < maxPairsSize {
		size *= 2
	}
	return make(Pairs, size)
}

// add adds a pair.
func (p Pairs) add(pair uint64) {
	for _, n := range bitsOf(pair, len(p)) {
		p[n/8] |= 1 << (n % 8)
	}
}

// bitsOf returns the bits of a pair in a filter of size bytes.
func bitsOf(pair uint64, size int) (set [pairBits]uint32) {
	mask := uint32(8*size - 1)
	n, step := uint32(pair), uint32(pair>>32)|1
	for i := range set {
		set[i] = n & mask
		n += step
	}
	return set
}

// fold returns the smallest filter with the same pairs. Bit n of a filter is bit n modulo the
// size of a smaller one, so the halves can be joined.
func (p Pairs) fold() Pairs {
	for len(p) > minPairsSize {
		half := make(Pairs, len(p)/2)
		ones := 0
		for i := range half {
			half[i] = p[i] | p[len(half)+i]
			ones += bits.OnesCount8(half[i])
		}
		if float64(ones) > maxDensity*float64(8*len(half)) {
			break
		}
		p = half
	}
	return slices.Clip(p)
}

// pairOf returns the hash of a pair of tokens.
func pairOf(first, second uint64) uint64 { return mix(first*31 + second) }

// maxQueryPairs bounds the pairs of a query that are looked up. The text decides about the others.
const maxQueryPairs = 16

// PairBits returns the bits that a filter of size bytes has if the text contains the phrases of the
// query. It returns none if no phrase has more than one token.
func (q Query) PairBits(size int) []uint32 {
	var all []uint32
	n := 0
	for _, p := range q.Phrases {
		for i := 1; i < len(p) && n < maxQueryPairs; i++ {
			pair := bitsOf(pairOf(hashString(p[i-1]), hashString(p[i])), size)
			all = append(all, pair[:]...)
			n++
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Has reports whether a filter has all bits of set, as PairBits returns them.
func (p Pairs) Has(set []uint32) bool {
	for _, n := range set {
		if int(n/8) >= len(p) || p[n/8]&(1<<(n%8)) == 0 {
			return false
		}
	}
	return true
}
