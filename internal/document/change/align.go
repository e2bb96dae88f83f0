package change

import (
	"github.com/clausea/crawler/internal/document/change/script"
	"github.com/clausea/crawler/internal/document/plain"
)

// alignment says which blocks and sections of two texts are each other's.
type alignment struct {
	old, cur *text
	// toCur has for each old block the equal one of the new text, or -1; toOld is the
	// same from the other side.
	toCur, toOld []int
	// how says of each new block that has an equal how that stands to it.
	how []standing
	// anchors are the new blocks of the pairs in order.
	anchors []int
	// gapOld and gapCur have for each block how many pairs in order stand before it.
	gapOld, gapCur []int
	// partner has for each old section its new one, or -1; back the same reversed.
	partner, back []int
	// common has how many words of equal blocks two sections share.
	common map[pair]int
}

// pair is an old and a new section.
type pair struct{ old, cur int }

// standing is how two equal blocks stand to each other.
type standing uint8

const (
	inOrder  standing = iota
	moved             // elsewhere, and it means the same there
	migrated          // in another section or list, where it means something else
)

// align pairs equal blocks, in order and moved, and from them the sections.
func align(old, cur *text) *alignment {
	al := &alignment{
		old: old, cur: cur, toCur: unpaired(len(old.blocks)), toOld: unpaired(len(cur.blocks)), how: make([]standing, len(cur.blocks)),
	}
	runs, _ := script.Diff(old.sums, cur.sums, 1)
	for _, r := range runs {
		for n := range r.Len {
			al.toCur[r.A+n], al.toOld[r.B+n] = r.B+n, r.A+n
			al.anchors = append(al.anchors, r.B+n)
		}
	}
	al.gapOld, al.gapCur = gaps(al.toCur), gaps(al.toOld)
	al.findMoved()
	al.pairSections()
	al.judge()
	al.pairByName()
	return al
}

// unpaired is n times -1.
func unpaired(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// gaps counts for each block the pairs before it.
func gaps(pair []int) []int {
	out := make([]int, len(pair))
	n := 0
	for i, p := range pair {
		out[i] = n
		if p >= 0 {
			n++
		}
	}
	return out
}

// maxTwins bounds how many equal blocks are looked at for the one that moved.
const maxTwins = 16

// findMoved pairs the blocks that are equal but out of order; of several, the one with
// the same neighbours is taken.
func (al *alignment) findMoved() {
	twins := map[uint64][]int{}
	for i, p := range al.toCur {
		if p < 0 {
			twins[al.old.sums[i]] = append(twins[al.old.sums[i]], i)
		}
	}
	for j, p := range al.toOld {
		if p >= 0 {
			continue
		}
		list := twins[al.cur.sums[j]]
		best, most := -1, -1
		for n, i := range list[:min(len(list), maxTwins)] {
			if v := al.likeness(i, j); v > most {
				best, most = n, v
			}
		}
		if best < 0 {
			continue
		}
		i := list[best]
		copy(list[1:best+1], list[:best])
		twins[al.cur.sums[j]] = list[1:]
		al.toCur[i], al.toOld[j], al.how[j] = j, i, moved
	}
}

// likeness is how much the surroundings of two equal blocks have in common.
func (al *alignment) likeness(i, j int) int {
	v := 0
	if before(al.old, i) == before(al.cur, j) {
		v += 2
	}
	if after(al.old, i) == after(al.cur, j) {
		v += 2
	}
	if al.old.sections[al.old.section[i]].name == al.cur.sections[al.cur.section[j]].name {
		v++
	}
	return v
}

func before(t *text, i int) uint64 {
	if i == 0 {
		return 0
	}
	return t.sums[i-1]
}

func after(t *text, i int) uint64 {
	if i+1 == len(t.sums) {
		return 0
	}
	return t.sums[i+1]
}

// pairSections pairs sections that have most of their words in common with each other.
func (al *alignment) pairSections() {
	al.common = map[pair]int{}
	for i, j := range al.toCur {
		if j >= 0 {
			al.common[pair{al.old.section[i], al.cur.section[j]}] += al.old.counts[i]
		}
	}
	bestOld, bestCur := unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	value := func(a, b int) int {
		v := 4 * al.common[pair{a, b}]
		if v > 0 && al.old.sections[a].name == al.cur.sections[b].name {
			v += 4*sameName + 1
		}
		return v
	}
	for p := range al.common {
		v := value(p.old, p.cur)
		if q := bestOld[p.old]; q < 0 || v > value(p.old, q) || v == value(p.old, q) && p.cur < q {
			bestOld[p.old] = p.cur
		}
		if q := bestCur[p.cur]; q < 0 || v > value(q, p.cur) || v == value(q, p.cur) && p.old < q {
			bestCur[p.cur] = p.old
		}
	}
	al.partner, al.back = unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	for a, b := range bestOld {
		if b >= 0 && bestCur[b] == a {
			al.partner[a], al.back[b] = b, a
		}
	}
}

// pairByWords pairs the sections that are left and have many words in common, as they do
// if a little changed in each paragraph and in the heading.
func (al *alignment) pairByWords(words map[pair]int) {
	best := map[int]int{} // by new section, the old one
	for p, n := range words {
		if al.partner[p.old] >= 0 || al.back[p.cur] >= 0 || n*5 < 2*max(al.old.sections[p.old].words, al.cur.sections[p.cur].words) {
			continue
		}
		if q, ok := best[p.cur]; !ok || n > words[pair{q, p.cur}] || n == words[pair{q, p.cur}] && p.old < q {
			best[p.cur] = p.old
		}
	}
	for b := range al.cur.sections { // in order, for a section has one partner
		if a, ok := best[b]; ok && al.partner[a] < 0 {
			al.partner[a], al.back[b] = b, a
		}
	}
}

// strangers says whether two sections have so little in common that words that are
// equal in both are so by chance.
func (al *alignment) strangers(p pair, words map[pair]int) bool {
	n := al.common[p] + words[p]
	return al.partner[p.old] != p.cur && n*5 < 2*min(al.old.sections[p.old].words, al.cur.sections[p.cur].words)
}

// sameName is how many words in common an equal heading counts for.
const sameName = 5

// pairByName pairs the sections that nothing is known of by their headings. Where
// several have the same, they are taken in order.
func (al *alignment) pairByName() {
	free := map[string][]int{}
	for a, s := range al.old.sections {
		if al.partner[a] < 0 {
			free[s.name] = append(free[s.name], a)
		}
	}
	for b, s := range al.cur.sections {
		if list := free[s.name]; al.back[b] < 0 && len(list) > 0 {
			al.partner[list[0]], al.back[b] = b, list[0]
			free[s.name] = list[1:]
		}
	}
}

// minMoved is how many words a paragraph has at least that may change its place within
// its section. A shorter one may be the answer to the question before it.
const minMoved = 4

// judge tells the blocks that mean the same in their new place from those that don't.
func (al *alignment) judge() {
	for j, i := range al.toOld {
		if i >= 0 && !al.harmless(i, j) {
			al.how[j] = migrated
		}
	}
}

// harmless says whether a block means the same in its new place: in the same section,
// and if it is an item or row that moved in the same list or table. Where its section
// is new or gone, the heading says so. A block that stayed where it was may still have
// come under another heading, because that moved; it would go unseen if the block did
// not count.
func (al *alignment) harmless(i, j int) bool {
	a, b := al.old.section[i], al.cur.section[j]
	if al.partner[a] != b {
		return al.partner[a] < 0 || al.back[b] < 0
	}
	if al.how[j] == inOrder {
		return true
	}
	switch k := al.old.blocks[i].Kind; {
	case k != al.cur.blocks[j].Kind:
		return al.old.counts[i] >= minMoved
	case k == plain.Heading:
		return true
	case k == plain.ListItem || k == plain.TableRow:
		a, b := al.old.owner[i], al.cur.owner[j]
		return a < 0 || b < 0 || al.toCur[a] == b || al.toCur[a] < 0 && al.toOld[b] < 0
	default:
		return al.old.counts[i] >= minMoved || before(al.old, i) == before(al.cur, j) || after(al.old, i) == after(al.cur, j)
	}
}
