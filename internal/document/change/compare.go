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
	a, b := take(old.Markdown), take(cur.Markdown)
	if broken(old, cur, a, b) {
		return Change{Kind: KindBroken, Removed: max(0, old.WordCount-cur.WordCount)}
	}
	ch := compare(a, b)
	if ch.Kind != KindChange {
		// Whether something means nothing may hang on which of several equal words
		// is paired with which; it must mean nothing from the other side as well.
		if back := compare(b, a); back.Kind == KindChange {
			ch = back.reversed()
		}
	}
	if ch.Kind == KindNone && old.Text != cur.Text {
		ch.Kind = KindCosmetic
	}
	ch.label()
	return ch
}

// reversed is the change the other way.
func (c Change) reversed() Change {
	c.Added, c.Removed, c.turned = c.Removed, c.Added, true
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
	pieces  []piece
	changed map[int]bool
	coarse  bool
}

func compare(old, cur *text) Change {
	c := &comparison{alignment: align(old, cur), changed: map[int]bool{}}
	var refined []refinement
	words := map[pair]int{} // that sections have in common beside equal blocks
	for _, g := range c.groups() {
		r := c.refine(g)
		r.count(words)
		refined = append(refined, r)
	}
	c.pairByWords(words)
	for _, r := range refined {
		r.edits = tidy(r.part(func(p pair) bool { return c.strangers(p, words) }), r.a, r.b)
		c.emit(r)
	}
	for j, i := range c.toOld {
		if i >= 0 && c.how[j] == migrated {
			c.push(Removed, c.old, i, c.old.whole(i), j)
			c.push(Added, c.cur, j, c.cur.whole(j), j)
		}
	}
	return c.change()
}

// groups divides what is left over. What belongs to a section that moved is compared
// with what belongs to its partner, wherever that is; all else with what stands in the
// same gap.
func (c *comparison) groups() []group {
	byKey := map[[2]int]*group{}
	var order []*group
	put := func(key [2]int, at int) *group {
		g := byKey[key]
		if g == nil {
			g = &group{at: at}
			byKey[key] = g
			order = append(order, g)
		}
		return g
	}
	// The gaps in which each pair of sections has something left, by side.
	type side map[[2]int]bool
	leftOld, leftCur := side{}, side{}
	for i, j := range c.toCur {
		if j < 0 && c.partner[c.old.section[i]] >= 0 {
			leftOld[[2]int{c.partner[c.old.section[i]], c.gapOld[i]}] = true
		}
	}
	for j, i := range c.toOld {
		if i < 0 {
			leftCur[[2]int{c.cur.section[j], c.gapCur[j]}] = true
		}
	}
	apart := map[int]bool{}
	for _, b := range c.movedSections() {
		apart[b] = true
	}
	key := func(section, gap int, other side) [2]int {
		if section >= 0 && apart[section] && !other[[2]int{section, gap}] {
			return [2]int{section, -1}
		}
		return [2]int{-1, gap}
	}
	for j, i := range c.toOld {
		if i < 0 {
			g := put(key(c.cur.section[j], c.gapCur[j], leftOld), j)
			g.cur = append(g.cur, j)
		}
	}
	for i, j := range c.toCur {
		if j < 0 {
			at := len(c.cur.blocks)
			if c.gapOld[i] < len(c.anchors) {
				at = c.anchors[c.gapOld[i]]
			}
			g := put(key(c.partner[c.old.section[i]], c.gapOld[i], leftCur), at)
			g.old = append(g.old, i)
		}
	}
	out := make([]group, len(order))
	for n, g := range order {
		out[n] = *g
	}
	return out
}

// refine compares a group word by word.
func (c *comparison) refine(g group) refinement {
	olds, curs := c.withoutChrome(g)
	r := refinement{at: g.at, a: wordsOf(c.old, olds), b: wordsOf(c.cur, curs)}
	edits, exact := compareWords(r.a, r.b)
	r.edits = edits
	c.coarse = c.coarse || !exact
	return r
}

// emit pushes the pieces of a group.
func (c *comparison) emit(r refinement) {
	a, b, at := r.a, r.b, r.at
	for _, e := range r.edits {
		if e.b0 < len(b.pos) {
			at = int(b.pos[e.b0].block)
		}
		if e.equal {
			c.split(Equal, b, e.b0, e.b1, at, false)
			continue
		}
		// Where a paragraph's first words change, both stand in it.
		joined := e.a0 < e.a1 && e.b0 < e.b1 && b.first(e.b0) && !a.whole(e.a0, e.a1)
		c.split(Removed, a, e.a0, e.a1, at, joined)
		c.split(Added, b, e.b0, e.b1, at, joined)
	}
}
