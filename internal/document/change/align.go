package change

import "github.com/clausea/crawler/internal/document/change/editscript"

// alignment says which blocks and sections of two texts are each other's.
type alignment struct {
	old, cur *parsedText
	// toCur has for each old block the equal one of the new text, or -1; toOld is the
	// same from the other side.
	toCur, toOld []int
	// match says of each new block that has an equal how that stands to it.
	match []matchKind
	// anchors are the new blocks of the pairs in order.
	anchors []int
	// oldGap and curGap have for each block how many pairs in order stand before it.
	oldGap, curGap []int
	// partner has for each old section its new one, or -1; back the same reversed.
	partnerOfOld, partnerOfCur []int
	// commonWords has how many words of equal blocks two sections share.
	commonWords map[sectionPair]int
}

// sectionPair is an old and a new section.
type sectionPair struct{ old, cur int }

// matchKind is how two equal blocks stand to each other.
type matchKind uint8

const (
	matchedInOrder      matchKind = iota
	matchedMoved                  // elsewhere, and it means the same there
	movedAcrossSections           // in another section or list, where it means something else
)

// align pairs equal blocks, in order and moved, and from them the sections.
func align(old, cur *parsedText) *alignment {
	al := &alignment{
		old: old, cur: cur, toCur: unpaired(len(old.blocks)), toOld: unpaired(len(cur.blocks)), match: make([]matchKind, len(cur.blocks)),
	}
	runs, _ := editscript.Diff(old.hashes, cur.hashes, 1)
	for _, r := range runs {
		for n := range r.Len {
			al.toCur[r.A+n], al.toOld[r.B+n] = r.B+n, r.A+n
			al.anchors = append(al.anchors, r.B+n)
		}
	}
	al.oldGap, al.curGap = precedingPairs(al.toCur), precedingPairs(al.toOld)
	al.matchMovedBlocks()
	al.pairSections()
	al.classifyMatches()
	al.pairByHeading()
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

// precedingPairs counts for each block the pairs before it.
func precedingPairs(partners []int) []int {
	out := make([]int, len(partners))
	n := 0
	for i, p := range partners {
		out[i] = n
		if p >= 0 {
			n++
		}
	}
	return out
}
