package change

import (
	"cmp"
	"regexp"
)

// Compare returns the difference between old and cur, the new text. Time and memory are
// bounded by the length of the texts. Change.Coarse reports that a bound was reached.
func Compare(old, cur Input) Change {
	ch := compareTexts(old, cur)
	if ch.Kind == KindBroken {
		return ch
	}
	if ch.Kind != KindChange && len(ch.Insignificant) == 0 && old.Markdown != cur.Markdown {
		var l editLog
		l.addRemovedParts([]RemovedPart{{RuleFormatting, withoutTargets(old.Markdown)}}, []RemovedPart{{RuleFormatting, withoutTargets(cur.Markdown)}})
		ch = ch.withEdits(l)
	}
	return ch.WithRemovedParts(old.Removed, cur.Removed)
}

// linkTarget matches the target of a link or an image.
var linkTarget = regexp.MustCompile(`\]\([^)\n]*\)`)

// withoutTargets returns Markdown without the targets of its links, which are not text.
func withoutTargets(md string) string { return linkTarget.ReplaceAllString(md, "]") }

// WithRemovedParts returns the change with the edits in the parts of the pages that are not part
// of the texts. If either list is nil, the parts are unknown and the change is returned as it is.
func (c Change) WithRemovedParts(old, cur []RemovedPart) Change {
	if old == nil || cur == nil {
		return c
	}
	var l editLog
	l.addRemovedParts(old, cur)
	return c.withEdits(l)
}

// compareTexts compares two texts without the removed parts.
func compareTexts(old, cur Input) Change {
	if old.Markdown == cur.Markdown {
		return Change{Kind: KindNone}
	}
	a, b := parse(old.Markdown), parse(cur.Markdown)
	if old.ContentHash == cur.ContentHash && old.ContentHash != "" {
		ch := compareParsed(a, b)
		ch = Change{Kind: KindCosmetic, Insignificant: ch.Insignificant, InsignificantOmitted: ch.InsignificantOmitted}
		if old.Text == cur.Text {
			ch.Kind = KindNone
		}
		return ch
	}
	if lostText(old, cur, a, b) {
		return Change{Kind: KindBroken, Removed: max(0, old.WordCount-cur.WordCount)}
	}
	ch := compareParsed(a, b)
	if ch.Kind != KindChange {
		// Whether an edit is insignificant can depend on which of several equal words are
		// paired. The edit must be insignificant in both directions.
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

// reverse returns the change in the opposite direction.
func (c Change) reverse() Change {
	c.Added, c.Removed, c.reversed = c.Removed, c.Added, true
	for i := range c.Insignificant {
		e := &c.Insignificant[i]
		e.Removed, e.Added = e.Added, e.Removed
	}
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

// comparison collects the chunks of a change.
type comparison struct {
	*alignment
	chunks  []chunk
	changed map[int]bool // by section; see chunk.section
	coarse  bool         // see Change.Coarse
	log     editLog
}

// compareParsed compares two parsed texts. It neither detects a lost text nor assigns labels.
func compareParsed(old, cur *parsedText) Change {
	c := &comparison{alignment: align(old, cur), changed: map[int]bool{}}
	var diffs []wordDiff
	words := map[sectionPair]int{} // equal words that sections share outside of equal blocks
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
		if i >= 0 && c.match[j] == matchedAcrossSections {
			c.appendChunk(Removed, c.old, i, c.old.wholeBlock(i), j)
			c.appendChunk(Added, c.cur, j, c.cur.wholeBlock(j), j)
		}
	}
	c.logBlocks()
	return c.build().withEdits(c.log)
}

// diffGroup compares the blocks of a group word by word, without boilerplate.
func (c *comparison) diffGroup(g blockGroup) wordDiff {
	olds, curs := c.withoutBoilerplate(g)
	r := wordDiff{at: g.at, a: newWordSequence(c.old, olds), b: newWordSequence(c.cur, curs)}
	edits, exact := diffWords(r.a, r.b)
	r.edits = edits
	c.log.addWordDiff(&r)
	c.coarse = c.coarse || !exact
	return r
}

// appendWordDiff appends the chunks of a group whose words have been compared.
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
		// If the first words of a paragraph changed, the old and the new words are shown
		// in one paragraph.
		joined := e.a0 < e.a1 && e.b0 < e.b1 && b.startsBlock(e.b0) && !a.coversBlocks(e.a0, e.a1)
		c.appendWords(Removed, a, e.a0, e.a1, at, joined)
		c.appendWords(Added, b, e.b0, e.b1, at, joined)
	}
}
