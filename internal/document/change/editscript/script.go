// Package script finds what two sequences have in common, in order: the runs between
// which a shortest script of insertions and deletions leads from one to the other.
//
// Long sequences are first divided at what is unique in both, as Bram Cohen's patience
// diff does, by several elements at a time; what is left between is searched by Myers'
// algorithm in linear space ("An O(ND) Difference Algorithm and Its Variations", 1986),
// which gives up on the shortest script past a cost, as GNU diff does. Time and memory
// are therefore bounded by the length of the sequences, and the result never depends on
// a clock.
package editscript

import (
	"cmp"
	"math/bits"
	"slices"
)

// Match is a run that both sequences have.
type Match struct {
	A, B int // where it begins
	Len  int
}

const (
	// small sequences are searched at once; Myers is exact there and fast enough.
	small = 1 << 10
	// maxCost bounds the search for a middle of the shortest script, in edits.
	maxCost = 256
	// maxDepth bounds how often a part is divided again.
	maxDepth = 12
	// maxPlain is how long two parts together may be that have nothing unique in
	// common; longer ones are taken to have nothing in common at all.
	maxPlain = 200_000
)

// Diff returns the runs that a and b have in common, in order. What is unique in both
// is looked for by gram elements at a time, at least 1. exact is false if a part was so
// long and so different that it was taken to have nothing in common.
func Diff(a, b []uint64, gram int) (matches []Match, exact bool) {
	d := &differ{a: a, b: b, gram: max(gram, 1), exact: true}
	d.part(0, len(a), 0, len(b), 0)
	return d.out, d.exact
}

type differ struct {
	a, b  []uint64
	gram  int
	out   []Match
	exact bool
	fore  []int // furthest points of the search from the beginning, by diagonal
	back  []int // and from the end
}

// push adds a run; one that goes on from the last becomes part of it.
func (d *differ) push(a, b, n int) {
	if n == 0 {
		return
	}
	if k := len(d.out); k > 0 {
		if m := &d.out[k-1]; m.A+m.Len == a && m.B+m.Len == b {
			m.Len += n
			return
		}
	}
	d.out = append(d.out, Match{a, b, n})
}

// trim pushes what both parts begin with, and says what is left of them and how much
// they both end with.
func (d *differ) trim(a0, a1, b0, b1 int) (x0, x1, y0, y1, tail int) {
	n := 0
	for a0+n < a1 && b0+n < b1 && d.a[a0+n] == d.b[b0+n] {
		n++
	}
	d.push(a0, b0, n)
	a0, b0 = a0+n, b0+n
	for a1 > a0 && b1 > b0 && d.a[a1-1] == d.b[b1-1] {
		a1, b1, tail = a1-1, b1-1, tail+1
	}
	return a0, a1, b0, b1, tail
}

// part compares a[a0:a1] and b[b0:b1].
func (d *differ) part(a0, a1, b0, b1, depth int) {
	a0, a1, b0, b1, tail := d.trim(a0, a1, b0, b1)
	switch {
	case a0 == a1 || b0 == b1:
	case a1-a0+b1-b0 <= small || depth == maxDepth:
		d.search(a0, a1, b0, b1)
	default:
		anchors := d.anchors(a0, a1, b0, b1)
		if len(anchors) == 0 {
			d.search(a0, a1, b0, b1)
			break
		}
		for _, m := range anchors {
			d.part(a0, m.A, b0, m.B, depth+1)
			a0, b0 = m.A, m.B
		}
		// The last part begins with its anchor, so this comes to an end.
		d.part(a0, a1, b0, b1, depth+1)
	}
	d.push(a1, b1, tail)
}

// place is where a run of gram elements stands in each part: none or several are
// negative.
type place struct {
	hash uint64
	a, b int32
}

const (
	none    = -1
	several = -2
)

// table finds places by hash, by open addressing. It is half empty at least.
type table []place

func newTable(n int) table {
	t := make(table, 1<<bits.Len(uint(2*n)))
	for i := range t {
		t[i].a, t[i].b = none, none
	}
	return t
}

// at is where a hash is or would be put.
func (t table) at(hash uint64) *place {
	mask := uint64(len(t) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if p := &t[i]; p.a == none || p.hash == hash {
			return p
		}
	}
}

// hash is one number for the gram elements that s begins with.
func (d *differ) hash(s []uint64) uint64 {
	h := uint64(0)
	for _, v := range s[:d.gram] {
		h = (h ^ v) * 0x9e3779b97f4a7c15 // the golden ratio spreads the bits
		h ^= h >> 29
	}
	return h
}

// anchors are the longest sequence of runs of gram elements that are unique in both
// parts and stand in the same order.
func (d *differ) anchors(a0, a1, b0, b1 int) []Match {
	last := a1 - d.gram
	if last < a0 || b1-d.gram < b0 {
		return nil
	}
	t := newTable(last - a0 + 1)
	for i := a0; i <= last; i++ {
		h := d.hash(d.a[i:])
		p := t.at(h)
		if p.a == none {
			p.hash, p.a = h, int32(i)
		} else {
			p.a = several
		}
	}
	for j := b0; j <= b1-d.gram; j++ {
		if p := t.at(d.hash(d.b[j:])); p.a >= 0 {
			if p.b == none {
				p.b = int32(j)
			} else {
				p.b = several
			}
		}
	}
	var both []Match
	for i := a0; i <= last; i++ {
		// A hash may collide; what is not equal is no anchor.
		if p := t.at(d.hash(d.a[i:])); int(p.a) == i && p.b >= 0 && slices.Equal(d.a[i:i+d.gram], d.b[p.b:int(p.b)+d.gram]) {
			both = append(both, Match{A: i, B: int(p.b)})
		}
	}
	return increasing(both)
}

// increasing is the longest subsequence in which B grows, by patience sorting.
func increasing(ms []Match) []Match {
	var tops []int // by pile: the index of its top
	before := make([]int, len(ms))
	for i, m := range ms {
		pile, _ := slices.BinarySearchFunc(tops, m.B, func(top, b int) int { return cmp.Compare(ms[top].B, b) })
		before[i] = -1
		if pile > 0 {
			before[i] = tops[pile-1]
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
	for i, k := len(out)-1, tops[len(tops)-1]; i >= 0; i, k = i-1, before[k] {
		out[i] = ms[k]
	}
	return out
}
