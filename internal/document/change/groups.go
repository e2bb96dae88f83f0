package change

// blockGroup holds the unmatched blocks between two anchors or of a moved section.
type blockGroup struct {
	old, cur []int // block indexes
	at       int   // the new block before which the group is shown
}

// unmatchedGroups groups the blocks that have no equal block in the other text. Blocks of a
// moved section are in one group with those of its partner, all other blocks with those in
// the same gap.
func (c *comparison) unmatchedGroups() []blockGroup {
	byKey := map[[2]int]*blockGroup{}
	var order []*blockGroup
	put := func(key [2]int, at int) *blockGroup {
		g := byKey[key]
		if g == nil {
			g = &blockGroup{at: at}
			byKey[key] = g
			order = append(order, g)
		}
		return g
	}
	// The gaps in which a pair of sections has unmatched blocks, by side. The key is the
	// new section and the gap.
	type side map[[2]int]bool
	unmatchedOld, unmatchedCur := side{}, side{}
	for i, j := range c.toCur {
		if j < 0 && c.partnerOfOld[c.old.sectionOf[i]] >= 0 {
			unmatchedOld[[2]int{c.partnerOfOld[c.old.sectionOf[i]], c.oldGap[i]}] = true
		}
	}
	for j, i := range c.toOld {
		if i < 0 {
			unmatchedCur[[2]int{c.cur.sectionOf[j], c.curGap[j]}] = true
		}
	}
	moved := map[int]bool{}
	for _, b := range c.movedSections() {
		moved[b] = true
	}
	key := func(section, gap int, other side) [2]int {
		if section >= 0 && moved[section] && !other[[2]int{section, gap}] {
			return [2]int{section, -1}
		}
		return [2]int{-1, gap}
	}
	for j, i := range c.toOld {
		if i < 0 {
			g := put(key(c.cur.sectionOf[j], c.curGap[j], unmatchedOld), j)
			g.cur = append(g.cur, j)
		}
	}
	for i, j := range c.toCur {
		if j < 0 {
			at := len(c.cur.blocks)
			if c.oldGap[i] < len(c.anchors) {
				at = c.anchors[c.oldGap[i]]
			}
			g := put(key(c.partnerOfOld[c.old.sectionOf[i]], c.oldGap[i], unmatchedCur), at)
			g.old = append(g.old, i)
		}
	}
	out := make([]blockGroup, len(order))
	for n, g := range order {
		out[n] = *g
	}
	return out
}
