package change

import "github.com/clausea/crawler/internal/document/markdown"

// maxMoveCandidates bounds the number of equal old blocks that are examined as the origin of
// a moved block. It was chosen by hand.
const maxMoveCandidates = 16

// matchMovedBlocks pairs the blocks that are equal but out of order. Among several equal
// blocks it picks the one with the most similar context.
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

// contextSimilarity scores the similarity of the contexts of two equal blocks, 0 to 5: the
// neighboring blocks and the heading of the section.
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

// hashBefore returns the hash of the block before block i, or 0.
func hashBefore(t *parsedText, i int) uint64 {
	if i == 0 {
		return 0
	}
	return t.hashes[i-1]
}

// hashAfter returns the hash of the block after block i, or 0.
func hashAfter(t *parsedText, i int) uint64 {
	if i+1 == len(t.hashes) {
		return 0
	}
	return t.hashes[i+1]
}

// minMovedWords is the minimum length of a paragraph that may move within its section
// without a change of meaning. A shorter one may be the answer to the question before it.
const minMovedWords = 4

// classifyMatches marks the blocks whose meaning differs in their new place.
func (al *alignment) classifyMatches() {
	for j, i := range al.toOld {
		if i >= 0 && !al.keepsMeaning(i, j) {
			al.match[j] = matchedAcrossSections
		}
	}
}

// keepsMeaning reports whether a block has the same meaning at its new place. It has the
// same meaning in the same section, and a list item or table row that moved in the same list
// or table. If the section was added or removed, the change of the heading already shows the
// difference, and the result is true. The result is false for a block that did not move but
// whose heading did: the difference would be lost otherwise.
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
