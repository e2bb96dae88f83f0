// Package editscript finds the runs that two sequences have in common, in order. The
// elements between the runs are the insertions and deletions of a short edit script.
//
// Long sequences are divided at anchors, as in Bram Cohen's patience diff: runs of
// several elements that are unique in both sequences. The parts between the anchors are
// searched by Myers' algorithm in linear space ("An O(ND) Difference Algorithm and Its
// Variations", 1986). Beyond a maximum cost the search no longer looks for the shortest
// script, as in GNU diff. Time and memory are bounded by the length of the sequences, and
// the result does not depend on timing. Start with Diff and differ.diffRange.
package editscript

import (
	"cmp"
	"math/bits"
	"slices"
)

// Match is a run that both sequences have in common.
type Match struct {
	A, B int // index of the first element in a and in b
	Len  int // number of elements
}

// Bounds of the search. They were chosen by hand.
const (
	// exactSize is the maximum length of two parts together that are searched without
	// anchors. Myers' algorithm is exact and fast enough for them.
	exactSize = 1 << 10
	// maxCost bounds the search for the middle of the shortest script, in edits.
	maxCost = 256
	// maxDepth bounds how often a part is divided at anchors.
	maxDepth = 12
	// maxUnanchored is the maximum length of two parts together that are searched without
	// an anchor. Longer parts are treated as having nothing in common.
	maxUnanchored = 200_000
)

// Diff returns the runs that a and b have in common, in order. gram is the length of an
// anchor, in elements; a value below 1 counts as 1. exact is false if a part was so long and
// so different that it was treated as having nothing in common.
func Diff(a, b []uint64, gram int) (matches []Match, exact bool) {
	d := &differ{a: a, b: b, gram: max(gram, 1), exact: true}
	d.diffRange(0, len(a), 0, len(b), 0)
	return d.matches, d.exact
}

// differ holds the state of one call of Diff.
type differ struct {
	a, b     []uint64
	gram     int
	matches  []Match
	exact    bool
	forward  []int // furthest points of the search from the beginning, by diagonal
	backward []int // furthest points of the search from the end, by diagonal
}

// appendMatch appends a run, or extends the last one if it continues there.
func (d *differ) appendMatch(a, b, n int) {
	if n == 0 {
		return
	}
	if k := len(d.matches); k > 0 {
		if m := &d.matches[k-1]; m.A+m.Len == a && m.B+m.Len == b {
			m.Len += n
			return
		}
	}
	d.matches = append(d.matches, Match{a, b, n})
}

// trimCommon appends the common prefix of both parts. It returns what remains without
// prefix and suffix, and the length of the common suffix.
func (d *differ) trimCommon(a0, a1, b0, b1 int) (x0, x1, y0, y1, tail int) {
	n := 0
	for a0+n < a1 && b0+n < b1 && d.a[a0+n] == d.b[b0+n] {
		n++
	}
	d.appendMatch(a0, b0, n)
	a0, b0 = a0+n, b0+n
	for a1 > a0 && b1 > b0 && d.a[a1-1] == d.b[b1-1] {
		a1, b1, tail = a1-1, b1-1, tail+1
	}
	return a0, a1, b0, b1, tail
}

// diffRange compares a[a0:a1] and b[b0:b1].
func (d *differ) diffRange(a0, a1, b0, b1, depth int) {
	a0, a1, b0, b1, tail := d.trimCommon(a0, a1, b0, b1)
	switch {
	case a0 == a1 || b0 == b1:
	case a1-a0+b1-b0 <= exactSize || depth == maxDepth:
		d.myers(a0, a1, b0, b1)
	default:
		anchors := d.anchors(a0, a1, b0, b1)
		if len(anchors) == 0 {
			d.myers(a0, a1, b0, b1)
			break
		}
		for _, m := range anchors {
			d.diffRange(a0, m.A, b0, m.B, depth+1)
			a0, b0 = m.A, m.B
		}
		// The last part begins with its anchor, so the recursion ends.
		d.diffRange(a0, a1, b0, b1, depth+1)
	}
	d.appendMatch(a1, b1, tail)
}

// occurrence holds the position of a gram in each part, or noOccurrence or repeated.
type occurrence struct {
	hash uint64
	a, b int32
}

// Positions of grams that occur never or more than once.
const (
	noOccurrence = -1
	repeated     = -2
)

// occurrenceTable is a hash table of occurrences with open addressing. At most half of it
// is filled.
type occurrenceTable []occurrence

// newOccurrenceTable returns a table for n occurrences.
func newOccurrenceTable(n int) occurrenceTable {
	t := make(occurrenceTable, 1<<bits.Len(uint(2*n)))
	for i := range t {
		t[i].a, t[i].b = noOccurrence, noOccurrence
	}
	return t
}

// slot returns the entry of a hash, or the empty entry for it.
func (t occurrenceTable) slot(hash uint64) *occurrence {
	mask := uint64(len(t) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if p := &t[i]; p.a == noOccurrence || p.hash == hash {
			return p
		}
	}
}

// hashGram hashes the first d.gram elements of s.
func (d *differ) hashGram(s []uint64) uint64 {
	h := uint64(0)
	for _, v := range s[:d.gram] {
		h = (h ^ v) * 0x9e3779b97f4a7c15 // 2^64 / golden ratio, which spreads the bits
		h ^= h >> 29
	}
	return h
}

// anchors returns the longest sequence of grams that are unique in both parts and have
// the same order in both.
func (d *differ) anchors(a0, a1, b0, b1 int) []Match {
	last := a1 - d.gram
	if last < a0 || b1-d.gram < b0 {
		return nil
	}
	t := newOccurrenceTable(last - a0 + 1)
	for i := a0; i <= last; i++ {
		h := d.hashGram(d.a[i:])
		p := t.slot(h)
		if p.a == noOccurrence {
			p.hash, p.a = h, int32(i)
		} else {
			p.a = repeated
		}
	}
	for j := b0; j <= b1-d.gram; j++ {
		if p := t.slot(d.hashGram(d.b[j:])); p.a >= 0 {
			if p.b == noOccurrence {
				p.b = int32(j)
			} else {
				p.b = repeated
			}
		}
	}
	var both []Match
	for i := a0; i <= last; i++ {
		// Hashes may collide, so the elements are compared.
		if p := t.slot(d.hashGram(d.a[i:])); int(p.a) == i && p.b >= 0 && slices.Equal(d.a[i:i+d.gram], d.b[p.b:int(p.b)+d.gram]) {
			both = append(both, Match{A: i, B: int(p.b)})
		}
	}
	return longestIncreasing(both)
}

// longestIncreasing returns the longest subsequence in which B increases, by patience
// sorting.
func longestIncreasing(ms []Match) []Match {
	var tops []int // index of the top of each pile
	previous := make([]int, len(ms))
	for i, m := range ms {
		pile, _ := slices.BinarySearchFunc(tops, m.B, func(top, b int) int { return cmp.Compare(ms[top].B, b) })
		previous[i] = -1
		if pile > 0 {
			previous[i] = tops[pile-1]
		}
		if pile == len(tops) {
			tops = append(tops, i)
		} else {
			tops[pile] = i
		}
	}
	if len(tops) == 0 {
		return nil
	}
	out := make([]Match, len(tops))
	for i, k := len(out)-1, tops[len(tops)-1]; i >= 0; i, k = i-1, previous[k] {
		out[i] = ms[k]
	}
	return out
}
