package change

import (
	"cmp"
	"slices"
	"strings"
)

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
	first, last := unpaired(len(c.cur.sections)), unpaired(len(c.cur.sections))
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
				s.PreviousHeading = old.heading
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
			b.WriteString(strings.Repeat("| ", ps[i].cells))
			b.WriteString(strings.TrimLeft(strings.ReplaceAll(ps[i].text, "\t", " | "), " "))
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
