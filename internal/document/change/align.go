package change

import "github.com/clausea/crawler/internal/document/change/editscript"

// alignment pairs the blocks and the sections of two texts. Blocks and sections are
// referred to by index.
type alignment struct {
	old, cur *parsedText
	// toCur holds, for each old block, its equal block in the new text, or -1. toOld is
	// the inverse.
	toCur, toOld []int
	// match holds, for each new block with an equal old block, the kind of the pair.
	match []matchKind
	// anchors are the new blocks of the pairs whose order is the same in both texts.
	anchors []int
	// oldGap and curGap hold, for each block, the number of anchors before it. Blocks
	// with the same number lie in the same gap.
	oldGap, curGap []int
	// partnerOfOld holds, for each old section, its new section, or -1. partnerOfCur is
	// the inverse.
	partnerOfOld, partnerOfCur []int
	// commonWords counts the words of the equal blocks that two sections share.
	commonWords map[sectionPair]int
}

// sectionPair is an old and a new section.
type sectionPair struct{ old, cur int }

// matchKind describes the places of two equal blocks.
type matchKind uint8

const (
	matchedInOrder        matchKind = iota // the same place
	matchedMoved                           // another place, with the same meaning
	matchedAcrossSections                  // another section or list, where the meaning differs
)

// align pairs the equal blocks of two texts, in order and moved, and then their sections.
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

// unpaired returns n entries of -1.
func unpaired(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// precedingPairs counts, for each block, the paired blocks before it.
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
