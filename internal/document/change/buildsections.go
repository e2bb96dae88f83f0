package change

import (
	"cmp"
	"slices"
	"strings"
)

// build groups the chunks into changed sections.
func (c *comparison) build() Change {
	ch := Change{Kind: KindNone, Coarse: c.coarse}
	for j, i := range c.toOld {
		if (i >= 0 && c.match[j] != matchedAcrossSections || i == insignificantBlock) && c.changed[c.cur.sectionOf[j]] {
			c.appendChunk(Equal, c.cur, j, c.cur.wholeBlock(j), j)
		}
	}
	c.clampRemoved()
	slices.SortStableFunc(c.chunks, func(x, y chunk) int {
		return cmp.Or(cmp.Compare(x.section, y.section), cmp.Compare(x.at, y.at), cmp.Compare(x.seq, y.seq))
	})
	type placed struct {
		SectionChange
		at int
	}
	var found []placed
	for from := 0; from < len(c.chunks); {
		to := from
		for to < len(c.chunks) && c.chunks[to].section == c.chunks[from].section {
			to++
		}
		if chunks := c.chunks[from:to]; c.changed[chunks[0].section] {
			found = append(found, placed{c.buildSection(chunks), chunks[0].at})
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

// clampRemoved moves each removed chunk into the range of blocks of its section.
func (c *comparison) clampRemoved() {
	first, last := unpaired(len(c.cur.sections)), unpaired(len(c.cur.sections))
	for j, s := range c.cur.sectionOf {
		if first[s] < 0 {
			first[s] = j
		}
		last[s] = j
	}
	for i := range c.chunks {
		if p := &c.chunks[i]; p.kind == Removed && p.section < len(first) && first[p.section] >= 0 {
			p.at = min(max(p.at, first[p.section]), last[p.section]+1)
		}
	}
}

// buildSection builds a section from its chunks.
func (c *comparison) buildSection(chunks []chunk) SectionChange {
	var s SectionChange
	index, equal := chunks[0].section, 0
	if n := len(c.cur.sections); index >= n {
		old := c.old.sections[index-n]
		s.Heading, s.parents, s.State = old.heading, old.parents, SectionRemoved
	} else {
		cur := c.cur.sections[index]
		s.Heading, s.parents, s.State = cur.heading, cur.parents, SectionAdded
		if a := c.partnerOfCur[index]; a >= 0 {
			s.State = SectionChanged
			if old := c.old.sections[a]; old.normalizedHeading != cur.normalizedHeading {
				s.PreviousHeading = old.heading
			}
		}
	}
	var b strings.Builder
	for i := 0; i < len(chunks); {
		kind, n := chunks[i].kind, 0
		b.Reset()
		for ; i < len(chunks) && chunks[i].kind == kind; i++ {
			switch {
			case chunks[i].newline && b.Len()+len(s.Ops) > 0:
				b.WriteByte('\n')
			case b.Len() > 0:
				b.WriteByte(' ')
			}
			b.WriteString(strings.Repeat("| ", chunks[i].cells))
			b.WriteString(strings.TrimLeft(strings.ReplaceAll(chunks[i].text, "\t", " | "), " "))
			n += chunks[i].words
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
	if equal > 0 && s.State == SectionAdded || index >= len(c.cur.sections) && s.Removed < c.old.sections[index-len(c.cur.sections)].words/2 {
		s.State = SectionChanged
	}
	return s
}

// movedSections returns the new sections in which more than half of the words moved.
func (c *comparison) movedSections() []int {
	words := map[int]int{}
	for j := range c.toOld {
		if c.match[j] == matchedMoved && c.toOld[j] >= 0 {
			words[c.cur.sectionOf[j]] += c.cur.wordCounts[j]
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

// firstBlock returns the first block of a new section.
func (c *comparison) firstBlock(section int) int {
	return slices.Index(c.cur.sectionOf, section)
}
