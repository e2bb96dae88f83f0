package change

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// Compare says what changed from old to cur. Texts of any length are compared in time
// and memory that grow with their length alone; Coarse says where that cost detail.
func Compare(old, cur Reading) Change {
	if old.Hash == cur.Hash && old.Hash != "" {
		if old.Text == cur.Text {
			return Change{Kind: KindNone}
		}
		return Change{Kind: KindCosmetic}
	}
	a, b := take(old.Markdown), take(cur.Markdown)
	if broken(old, cur, a, b) {
		return Change{Kind: KindBroken, Removed: max(0, old.Words-cur.Words)}
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
		if s.Was != "" {
			s.Heading, s.Was = s.Was, s.Heading
		}
		for j := range s.Ops {
			s.Ops[j].Kind = kind[s.Ops[j].Kind]
		}
	}
	return c
}

// piece is a run of words within one block, on its way to a section's ops.
type piece struct {
	kind    string
	text    string
	words   int // two characters of a script without spaces are one
	entry   int // index of the new text's sections, then of the old's
	at      int // the new block where it stands
	seq     int // order among those of the same block
	newline bool
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
	exact := false
	r.edits, exact = compareWords(r.a, r.b)
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

// split pushes the words from i to j block by block. What is removed begins a paragraph
// only if it was a whole one, or stands at the beginning of one that stays (joined).
func (c *comparison) split(kind string, w *words, i, j, at int, joined bool) {
	for n := 0; i < j; n++ {
		to := i + 1
		for to < j && !w.first(to) {
			to++
		}
		block := int(w.pos[i].block)
		newline := w.first(i)
		if n == 0 && joined {
			newline = kind == Removed
		} else if kind == Removed {
			newline = w.whole(i, to)
		}
		if kind != Removed {
			at = block
		}
		c.push(kind, w.text, block, part{w.run(i, to), w.count(i, to), newline}, at)
		i = to
	}
}

// part is some of a block's text.
type part struct {
	text    string
	words   int
	newline bool // it begins a paragraph
}

// whole is all of a block's text.
func (t *text) whole(i int) part { return part{t.blocks[i].Text, t.counts[i], true} }

// count counts the words from i to j as people do: "third-party" is one, and so are two
// characters of a script without spaces.
func (w *words) count(i, j int) int {
	n, characters := 0, 0
	for k := i; k < j; k++ {
		switch {
		case w.pos[k].class == plain.Character:
			characters++
		case k == i || w.first(k) || w.pos[k].start > w.pos[k-1].end || w.pos[k-1].class == plain.Character:
			n++
		}
	}
	return n + (characters+1)/2
}

func (c *comparison) push(kind string, t *text, block int, p part, at int) {
	entry := t.section[block]
	if kind == Removed {
		entry = c.home(entry, at)
	}
	if kind != Equal {
		c.changed[entry] = true
	}
	c.pieces = append(c.pieces, piece{kind, p.text, p.words, entry, at, len(c.pieces), p.newline})
}

// home is the entry that shows what was removed from an old section before the new
// block at: the section's partner; if that stands elsewhere, the section there that has
// some of the old one's words; if there is none, an entry of its own.
func (c *comparison) home(section, at int) int {
	partner := c.partner[section]
	here := -1
	for _, j := range [...]int{at - 1, at} {
		if j < 0 || j >= len(c.cur.section) {
			continue
		}
		s := c.cur.section[j]
		if s == partner {
			return partner
		}
		if here < 0 && c.common[pair{section, s}] > 0 {
			here = s
		}
	}
	switch {
	case here >= 0:
		return here
	case partner >= 0:
		return partner
	}
	return len(c.cur.sections) + section
}

// change makes the sections of the pieces.
func (c *comparison) change() Change {
	ch := Change{Kind: KindNone, Coarse: c.coarse}
	for j, i := range c.toOld {
		if (i >= 0 && c.how[j] != migrated || i == unimportant) && c.changed[c.cur.section[j]] {
			c.push(Equal, c.cur, j, c.cur.whole(j), j)
		}
	}
	c.keepWithin()
	slices.SortStableFunc(c.pieces, func(x, y piece) int {
		return cmp.Or(cmp.Compare(x.entry, y.entry), cmp.Compare(x.at, y.at), cmp.Compare(x.seq, y.seq))
	})
	type placed struct {
		SectionChange
		at int
	}
	var found []placed
	for from := 0; from < len(c.pieces); {
		to := from
		for to < len(c.pieces) && c.pieces[to].entry == c.pieces[from].entry {
			to++
		}
		if ps := c.pieces[from:to]; c.changed[ps[0].entry] {
			found = append(found, placed{c.section(ps), ps[0].at})
		}
		from = to
	}
	for _, b := range c.movedSections() {
		if !c.changed[b] {
			found = append(found, placed{SectionChange{Heading: c.cur.sections[b].heading, State: SectionMoved}, c.firstBlock(b)})
		}
	}
	slices.SortStableFunc(found, func(x, y placed) int { return cmp.Compare(x.at, y.at) })
	for _, f := range found {
		ch.Sections = append(ch.Sections, f.SectionChange)
		ch.Added += f.Added
		ch.Removed += f.Removed
	}
	if len(c.changed) > 0 {
		ch.Kind = KindChange
	}
	return ch
}

// keepWithin puts what was removed from a section between the blocks of its partner,
// for it may have stood elsewhere.
func (c *comparison) keepWithin() {
	first, last := filled(len(c.cur.sections), -1), filled(len(c.cur.sections), -1)
	for j, s := range c.cur.section {
		if first[s] < 0 {
			first[s] = j
		}
		last[s] = j
	}
	for i := range c.pieces {
		if p := &c.pieces[i]; p.kind == Removed && p.entry < len(first) && first[p.entry] >= 0 {
			p.at = min(max(p.at, first[p.entry]), last[p.entry]+1)
		}
	}
}

// section makes one section of its pieces.
func (c *comparison) section(ps []piece) SectionChange {
	var s SectionChange
	entry, equal := ps[0].entry, 0
	if n := len(c.cur.sections); entry >= n {
		old := c.old.sections[entry-n]
		s.Heading, s.parents, s.State = old.heading, old.parents, SectionRemoved
	} else {
		cur := c.cur.sections[entry]
		s.Heading, s.parents, s.State = cur.heading, cur.parents, SectionAdded
		if a := c.back[entry]; a >= 0 {
			s.State = SectionChanged
			if old := c.old.sections[a]; old.name != cur.name {
				s.Was = old.heading
			}
		}
	}
	var b strings.Builder
	for i := 0; i < len(ps); {
		kind, n := ps[i].kind, 0
		b.Reset()
		for ; i < len(ps) && ps[i].kind == kind; i++ {
			switch {
			case ps[i].newline && b.Len()+len(s.Ops) > 0:
				b.WriteByte('\n')
			case b.Len() > 0:
				b.WriteByte(' ')
			}
			b.WriteString(ps[i].text)
			n += ps[i].words
		}
		s.Ops = append(s.Ops, Op{kind, b.String()})
		switch kind {
		case Added:
			s.Added += n
		case Removed:
			s.Removed += n
		default:
			equal += n
		}
	}
	if equal > 0 && s.State == SectionAdded || entry >= len(c.cur.sections) && s.Removed < c.old.sections[entry-len(c.cur.sections)].words/2 {
		s.State = SectionChanged
	}
	return s
}

// movedSections are the new sections most of whose words moved.
func (c *comparison) movedSections() []int {
	words := map[int]int{}
	for j := range c.toOld {
		if c.how[j] == moved && c.toOld[j] >= 0 {
			words[c.cur.section[j]] += c.cur.counts[j]
		}
	}
	var out []int
	for b, n := range words {
		if n*2 > c.cur.sections[b].words && c.cur.sections[b].heading != "" {
			out = append(out, b)
		}
	}
	slices.Sort(out)
	return out
}

func (c *comparison) firstBlock(section int) int {
	return slices.Index(c.cur.section, section)
}
