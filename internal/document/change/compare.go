package change

import "cmp"

// Compare says what changed from old to cur. Texts of any length are compared in time
// and memory that grow with their length alone; Coarse says where that cost detail.
func Compare(old, cur Input) Change {
	if old.ContentHash == cur.ContentHash && old.ContentHash != "" {
		if old.Text == cur.Text {
			return Change{Kind: KindNone}
		}
		return Change{Kind: KindCosmetic}
	}
	a, b := parse(old.Markdown), parse(cur.Markdown)
	if lostText(old, cur, a, b) {
		return Change{Kind: KindBroken, Removed: max(0, old.WordCount-cur.WordCount)}
	}
	ch := compareParsed(a, b)
	if ch.Kind != KindChange {
		// Whether something means nothing may hang on which of several equal words
		// is paired with which; it must mean nothing from the other side as well.
		if back := compareParsed(b, a); back.Kind == KindChange {
			ch = back.reverse()
		}
	}
	if ch.Kind == KindNone && old.Text != cur.Text {
		ch.Kind = KindCosmetic
	}
	ch.assignLabels()
	return ch
}

// reverse is the change the other way.
func (c Change) reverse() Change {
	c.Added, c.Removed, c.reversed = c.Removed, c.Added, true
	state := map[string]string{SectionAdded: SectionRemoved, SectionRemoved: SectionAdded}
	kind := map[string]string{Added: Removed, Removed: Added, Equal: Equal}
	for i := range c.Sections {
		s := &c.Sections[i]
		s.Added, s.Removed = s.Removed, s.Added
		s.State = cmp.Or(state[s.State], s.State)
		if s.PreviousHeading != "" {
			s.Heading, s.PreviousHeading = s.PreviousHeading, s.Heading
		}
		for j := range s.Ops {
			s.Ops[j].Kind = kind[s.Ops[j].Kind]
		}
	}
	return c
}

// comparison gathers the pieces.
type comparison struct {
	*alignment
	chunks  []chunk
	changed map[int]bool
	coarse  bool
}

func compareParsed(old, cur *parsedText) Change {
	c := &comparison{alignment: align(old, cur), changed: map[int]bool{}}
	var diffs []wordDiff
	words := map[sectionPair]int{} // that sections have in common beside equal blocks
	for _, g := range c.unmatchedGroups() {
		r := c.diffGroup(g)
		r.countCommonWords(words)
		diffs = append(diffs, r)
	}
	c.pairByWords(words)
	for _, r := range diffs {
		r.edits = coalesce(r.splitUnrelated(func(p sectionPair) bool { return c.unrelated(p, words) }), r.a, r.b)
		c.appendWordDiff(r)
	}
	for j, i := range c.toOld {
		if i >= 0 && c.match[j] == movedAcrossSections {
			c.appendChunk(Removed, c.old, i, c.old.wholeBlock(i), j)
			c.appendChunk(Added, c.cur, j, c.cur.wholeBlock(j), j)
		}
	}
	return c.build()
}

// unmatchedGroups divides what is left over. What belongs to a section that moved is compared
// with what belongs to its partner, wherever that is; all else with what stands in the
// same gap.
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
	// The gaps in which each pair of sections has something left, by side.
	type side map[[2]int]bool
	leftOld, leftCur := side{}, side{}
	for i, j := range c.toCur {
		if j < 0 && c.partnerOfOld[c.old.sectionOf[i]] >= 0 {
			leftOld[[2]int{c.partnerOfOld[c.old.sectionOf[i]], c.oldGap[i]}] = true
		}
	}
	for j, i := range c.toOld {
		if i < 0 {
			leftCur[[2]int{c.cur.sectionOf[j], c.curGap[j]}] = true
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
			g := put(key(c.cur.sectionOf[j], c.curGap[j], leftOld), j)
			g.cur = append(g.cur, j)
		}
	}
	for i, j := range c.toCur {
		if j < 0 {
			at := len(c.cur.blocks)
			if c.oldGap[i] < len(c.anchors) {
				at = c.anchors[c.oldGap[i]]
			}
			g := put(key(c.partnerOfOld[c.old.sectionOf[i]], c.oldGap[i], leftCur), at)
			g.old = append(g.old, i)
		}
	}
	out := make([]blockGroup, len(order))
	for n, g := range order {
		out[n] = *g
	}
	return out
}

// diffGroup compares a group word by word.
func (c *comparison) diffGroup(g blockGroup) wordDiff {
	olds, curs := c.withoutBoilerplate(g)
	r := wordDiff{at: g.at, a: newWordSequence(c.old, olds), b: newWordSequence(c.cur, curs)}
	edits, exact := diffWords(r.a, r.b)
	r.edits = edits
	c.coarse = c.coarse || !exact
	return r
}

// appendWordDiff pushes the pieces of a group.
func (c *comparison) appendWordDiff(r wordDiff) {
	a, b, at := r.a, r.b, r.at
	for _, e := range r.edits {
		if e.b0 < len(b.pos) {
			at = int(b.pos[e.b0].block)
		}
		if e.equal {
			c.appendWords(Equal, b, e.b0, e.b1, at, false)
			continue
		}
		// Where a paragraph's first words change, both stand in it.
		joined := e.a0 < e.a1 && e.b0 < e.b1 && b.startsBlock(e.b0) && !a.coversBlocks(e.a0, e.a1)
		c.appendWords(Removed, a, e.a0, e.a1, at, joined)
		c.appendWords(Added, b, e.b0, e.b1, at, joined)
	}
}
