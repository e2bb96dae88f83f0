package change

import "github.com/clausea/crawler/internal/document/change/editscript"

// maxGroupWords is the maximum number of words, of both texts together, in a group that
// is compared word by word. A larger group is shown as replaced. A text of 8 MB has about
// 1.3 million words.
const maxGroupWords = 3_000_000

// edit is a run of equal words, or a run of old words a[a0:a1] that b[b0:b1] replaces.
// Either run may be empty.
type edit struct {
	a0, a1, b0, b1 int
	equal          bool // also set for insignificant edits, whose runs may differ in length
	rule           Rule // of an insignificant edit
}

// wordDiff is the word-by-word comparison of a group.
type wordDiff struct {
	at    int // the new block before which the group is shown
	a, b  *wordSequence
	edits []edit
}

// forEachEqualRun divides an equal edit at the boundaries of blocks and calls f for each
// part: its n words begin at i in a and at j in b, and of holds the sections of the two
// blocks. An insignificant edit with runs of different lengths is skipped.
func (r *wordDiff) forEachEqualRun(e edit, f func(i, j, n int, of sectionPair)) {
	if e.a1-e.a0 != e.b1-e.b0 { // insignificant
		return
	}
	for i, j := e.a0, e.b0; i < e.a1; {
		n := 1
		for i+n < e.a1 && !r.a.startsBlock(i+n) && !r.b.startsBlock(j+n) {
			n++
		}
		f(i, j, n, sectionPair{r.a.text.sectionOf[r.a.pos[i].block], r.b.text.sectionOf[r.b.pos[j].block]})
		i, j = i+n, j+n
	}
}

// countCommonWords adds the number of equal words to each pair of sections.
func (r *wordDiff) countCommonWords(words map[sectionPair]int) {
	for _, e := range r.edits {
		if e.equal {
			r.forEachEqualRun(e, func(_, _, n int, of sectionPair) { words[of] += n })
		}
	}
}

// splitUnrelated returns the edits, in which the equal words of unrelated sections become
// replacements.
func (r *wordDiff) splitUnrelated(unrelated func(sectionPair) bool) []edit {
	out := make([]edit, 0, len(r.edits))
	add := func(e edit) {
		if k := len(out) - 1; k >= 0 && out[k].equal == e.equal {
			out[k].a1, out[k].b1 = e.a1, e.b1
			return
		}
		out = append(out, e)
	}
	for _, e := range r.edits {
		if !e.equal || e.a1-e.a0 != e.b1-e.b0 {
			add(e)
			continue
		}
		r.forEachEqualRun(e, func(i, j, n int, of sectionPair) {
			add(edit{a0: i, a1: i + n, b0: j, b1: j + n, equal: !unrelated(of)})
		})
	}
	return out
}

// diffWords returns the edits from a to b, adjusted for readability. exact is false if a
// part was too long and too different to compare.
func diffWords(a, b *wordSequence) (edits []edit, exact bool) {
	if len(a.keys)+len(b.keys) > maxGroupWords {
		return []edit{{a1: len(a.keys), b1: len(b.keys)}}, false
	}
	runs, exact := editscript.Diff(a.keys, b.keys, 3) // anchors of three words
	i, j := 0, 0
	for _, r := range append(runs, editscript.Match{A: len(a.keys), B: len(b.keys)}) {
		if r.A > i || r.B > j {
			edits = append(edits, edit{a0: i, a1: r.A, b0: j, b1: r.B})
		}
		if r.Len > 0 {
			edits = append(edits, edit{a0: r.A, a1: r.A + r.Len, b0: r.B, b1: r.B + r.Len, equal: true})
		}
		i, j = r.A+r.Len, r.B+r.Len
	}
	shiftEdits(edits, a, b)
	for n := range edits {
		if e := &edits[n]; !e.equal {
			e.rule = insignificantRule(a, b, *e)
			e.equal = e.rule != ""
		}
	}
	return edits, exact
}

// coalesce merges two edits if the run of equal words between them is no longer than the
// shorter of the two: such a run makes a diff harder to read. A run that contains a whole
// block is kept.
func coalesce(edits []edit, a, b *wordSequence) []edit {
	size := func(e edit) int { return max(e.a1-e.a0, e.b1-e.b0) }
	for again := true; again; {
		again = false
		out := edits[:0]
		for n := 0; n < len(edits); n++ {
			e := edits[n]
			if k := len(out); e.equal && k > 0 && !out[k-1].equal && n+1 < len(edits) && !edits[n+1].equal &&
				size(e) <= min(size(out[k-1]), size(edits[n+1])) && !b.containsBlock(e.b0, e.b1) && !a.containsBlock(e.a0, e.a1) {
				out[k-1].a1, out[k-1].b1 = edits[n+1].a1, edits[n+1].b1
				n++
				again = true
				continue
			}
			if k := len(out); k > 0 && out[k-1].equal == e.equal {
				out[k-1].a1, out[k-1].b1 = e.a1, e.b1
				continue
			}
			out = append(out, e)
		}
		edits = out
	}
	return edits
}
