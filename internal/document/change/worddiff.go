package change

import "github.com/clausea/crawler/internal/document/change/editscript"

// maxGroupWords is how many words of both texts together are compared word by word in one
// group. Past it the group is shown as replaced; a text of 8 MB has some 1.3 million.
const maxGroupWords = 3_000_000

// edit is a run of words that are equal in both texts, or those of one that stand in
// the place of those of the other.
type edit struct {
	a0, a1, b0, b1 int
	equal          bool // quiet edits count as equal and may differ in length
}

// wordDiff is a group compared word by word.
type wordDiff struct {
	at    int // the new block before which it stands
	a, b  *wordSequence
	edits []edit
}

// forEachEqualRun calls f for the runs of words of one pair of blocks that are equal one by one.
func (r *wordDiff) forEachEqualRun(e edit, f func(i, j, n int, of sectionPair)) {
	if e.a1-e.a0 != e.b1-e.b0 { // quiet
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

// countCommonWords adds the words that sections have in common.
func (r *wordDiff) countCommonWords(words map[sectionPair]int) {
	for _, e := range r.edits {
		if e.equal {
			r.forEachEqualRun(e, func(_, _, n int, of sectionPair) { words[of] += n })
		}
	}
}

// splitUnrelated makes edits of the words that are equal by chance.
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
		r.forEachEqualRun(e, func(i, j, n int, of sectionPair) { add(edit{i, i + n, j, j + n, !unrelated(of)}) })
	}
	return out
}

// diffWords finds the edits between two runs of words, so that they read well.
func diffWords(a, b *wordSequence) (edits []edit, exact bool) {
	if len(a.keys)+len(b.keys) > maxGroupWords {
		return []edit{{0, len(a.keys), 0, len(b.keys), false}}, false
	}
	runs, exact := editscript.Diff(a.keys, b.keys, 3)
	i, j := 0, 0
	for _, r := range append(runs, editscript.Match{A: len(a.keys), B: len(b.keys)}) {
		if r.A > i || r.B > j {
			edits = append(edits, edit{i, r.A, j, r.B, false})
		}
		if r.Len > 0 {
			edits = append(edits, edit{r.A, r.A + r.Len, r.B, r.B + r.Len, true})
		}
		i, j = r.A+r.Len, r.B+r.Len
	}
	shiftEdits(edits, a, b)
	for n := range edits {
		if e := &edits[n]; !e.equal && insignificant(a, b, *e) {
			e.equal = true
		}
	}
	return edits, exact
}

// coalesce joins edits that stand so close that what is equal between them only disturbs:
// no longer than either of them. A whole block that is equal stays.
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
