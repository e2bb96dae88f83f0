package change

import "github.com/clausea/crawler/internal/document/markdown"

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
