package change

import (
	"github.com/clausea/crawler/internal/document/change/editscript"
	"github.com/clausea/crawler/internal/document/markdown"
)

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

// maxMoveCandidates bounds how many equal blocks are looked at for the one that moved.
const maxMoveCandidates = 16

// matchMovedBlocks pairs the blocks that are equal but out of order; of several, the one with
// the same neighbours is taken.
func (al *alignment) matchMovedBlocks() {
	unmatched := map[uint64][]int{}
	for i, p := range al.toCur {
		if p < 0 {
			unmatched[al.old.hashes[i]] = append(unmatched[al.old.hashes[i]], i)
		}
	}
	for j, p := range al.toOld {
		if p >= 0 {
			continue
		}
		candidates := unmatched[al.cur.hashes[j]]
		best, bestScore := -1, -1
		for n, i := range candidates[:min(len(candidates), maxMoveCandidates)] {
			if score := al.contextSimilarity(i, j); score > bestScore {
				best, bestScore = n, score
			}
		}
		if best < 0 {
			continue
		}
		i := candidates[best]
		copy(candidates[1:best+1], candidates[:best])
		unmatched[al.cur.hashes[j]] = candidates[1:]
		al.toCur[i], al.toOld[j], al.match[j] = j, i, matchedMoved
	}
}

// contextSimilarity is how much the surroundings of two equal blocks have in common.
func (al *alignment) contextSimilarity(i, j int) int {
	score := 0
	if hashBefore(al.old, i) == hashBefore(al.cur, j) {
		score += 2
	}
	if hashAfter(al.old, i) == hashAfter(al.cur, j) {
		score += 2
	}
	if al.old.sections[al.old.sectionOf[i]].normalizedHeading == al.cur.sections[al.cur.sectionOf[j]].normalizedHeading {
		score++
	}
	return score
}

func hashBefore(t *parsedText, i int) uint64 {
	if i == 0 {
		return 0
	}
	return t.hashes[i-1]
}

func hashAfter(t *parsedText, i int) uint64 {
	if i+1 == len(t.hashes) {
		return 0
	}
	return t.hashes[i+1]
}

// pairSections pairs sections that have most of their words in common with each other.
func (al *alignment) pairSections() {
	al.commonWords = map[sectionPair]int{}
	for i, j := range al.toCur {
		if j >= 0 {
			al.commonWords[sectionPair{al.old.sectionOf[i], al.cur.sectionOf[j]}] += al.old.wordCounts[i]
		}
	}
	bestOld, bestCur := unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	value := func(a, b int) int {
		v := 4 * al.commonWords[sectionPair{a, b}]
		if v > 0 && al.old.sections[a].normalizedHeading == al.cur.sections[b].normalizedHeading {
			v += 4*sameHeadingWords + 1
		}
		return v
	}
	for p := range al.commonWords {
		v := value(p.old, p.cur)
		if q := bestOld[p.old]; q < 0 || v > value(p.old, q) || v == value(p.old, q) && p.cur < q {
			bestOld[p.old] = p.cur
		}
		if q := bestCur[p.cur]; q < 0 || v > value(q, p.cur) || v == value(q, p.cur) && p.old < q {
			bestCur[p.cur] = p.old
		}
	}
	al.partnerOfOld, al.partnerOfCur = unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	for a, b := range bestOld {
		if b >= 0 && bestCur[b] == a {
			al.partnerOfOld[a], al.partnerOfCur[b] = b, a
		}
	}
}

// pairByWords pairs the sections that are left and have many words in common, as they do
// if a little changed in each paragraph and in the heading.
func (al *alignment) pairByWords(words map[sectionPair]int) {
	best := map[int]int{} // by new section, the old one
	for p, n := range words {
		if al.partnerOfOld[p.old] >= 0 || al.partnerOfCur[p.cur] >= 0 || n*5 < 2*max(al.old.sections[p.old].words, al.cur.sections[p.cur].words) {
			continue
		}
		if q, ok := best[p.cur]; !ok || n > words[sectionPair{q, p.cur}] || n == words[sectionPair{q, p.cur}] && p.old < q {
			best[p.cur] = p.old
		}
	}
	for b := range al.cur.sections { // in order, for a section has one partner
		if a, ok := best[b]; ok && al.partnerOfOld[a] < 0 {
			al.partnerOfOld[a], al.partnerOfCur[b] = b, a
		}
	}
}

// unrelated says whether two sections have so little in common that words that are
// equal in both are so by chance.
func (al *alignment) unrelated(p sectionPair, words map[sectionPair]int) bool {
	n := al.commonWords[p] + words[p]
	return al.partnerOfOld[p.old] != p.cur && n*5 < 2*min(al.old.sections[p.old].words, al.cur.sections[p.cur].words)
}

// sameHeadingWords is how many words in common an equal heading counts for.
const sameHeadingWords = 5

// pairByHeading pairs the sections that nothing is known of by their headings. Where
// several have the same, they are taken in order.
func (al *alignment) pairByHeading() {
	free := map[string][]int{}
	for a, s := range al.old.sections {
		if al.partnerOfOld[a] < 0 {
			free[s.normalizedHeading] = append(free[s.normalizedHeading], a)
		}
	}
	for b, s := range al.cur.sections {
		if list := free[s.normalizedHeading]; al.partnerOfCur[b] < 0 && len(list) > 0 {
			al.partnerOfOld[list[0]], al.partnerOfCur[b] = b, list[0]
			free[s.normalizedHeading] = list[1:]
		}
	}
}

// minMovedWords is how many words a paragraph has at least that may change its place within
// its section. A shorter one may be the answer to the question before it.
const minMovedWords = 4

// classifyMatches tells the blocks that mean the same in their new place from those that don't.
func (al *alignment) classifyMatches() {
	for j, i := range al.toOld {
		if i >= 0 && !al.keepsMeaning(i, j) {
			al.match[j] = movedAcrossSections
		}
	}
}

// keepsMeaning says whether a block means the same in its new place: in the same section,
// and if it is an item or row that moved in the same list or table. Where its section
// is new or gone, the heading says so. A block that stayed where it was may still have
// come under another heading, because that moved; it would go unseen if the block did
// not count.
func (al *alignment) keepsMeaning(i, j int) bool {
	a, b := al.old.sectionOf[i], al.cur.sectionOf[j]
	if al.partnerOfOld[a] != b {
		return al.partnerOfOld[a] < 0 || al.partnerOfCur[b] < 0
	}
	if al.match[j] == matchedInOrder {
		return true
	}
	switch k := al.old.blocks[i].Kind; {
	case k != al.cur.blocks[j].Kind:
		return al.old.wordCounts[i] >= minMovedWords
	case k == markdown.Heading:
		return true
	case k == markdown.ListItem || k == markdown.TableRow:
		a, b := al.old.leadIn[i], al.cur.leadIn[j]
		return a < 0 || b < 0 || al.toCur[a] == b || al.toCur[a] < 0 && al.toOld[b] < 0
	default:
		return al.old.wordCounts[i] >= minMovedWords || hashBefore(al.old, i) == hashBefore(al.cur, j) || hashAfter(al.old, i) == hashAfter(al.cur, j)
	}
}
