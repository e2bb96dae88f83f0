package change

import (
	"github.com/clausea/crawler/internal/document/change/editscript"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxWords is how many words of both texts together are compared word by word in one
// group. Past it the group is shown as replaced; a text of 8 MB has some 1.3 million.
const maxWords = 3_000_000

// group is what is left over of both texts between two pairs of blocks, or of a
// section that moved.
type group struct {
	old, cur []int // blocks
	at       int   // the new block before which it stands
}

// position is where a word stands.
type position struct {
	block, start, end int32
	class             tokenize.Class
	column            int16
}

// words are the words of some blocks one after another.
type words struct {
	text *text
	keys []uint64
	pos  []position
}

func wordsOf(t *text, blocks []int) *words {
	n := 0
	for _, i := range blocks {
		n += t.counts[i]
	}
	w := &words{text: t, keys: make([]uint64, 0, n), pos: make([]position, 0, n)}
	var buf []tokenize.Word
	for _, i := range blocks {
		buf = tokenize.Words(buf[:0], t.blocks[i].Text)
		for _, x := range buf {
			w.keys = append(w.keys, x.Key)
			w.pos = append(w.pos, position{int32(i), int32(x.Start), int32(x.End), x.Class, x.Column})
		}
	}
	return w
}

// first says whether the word at i begins its block.
func (w *words) first(i int) bool { return i == 0 || w.pos[i-1].block != w.pos[i].block }

// last says whether the word at i ends its block.
func (w *words) last(i int) bool { return i+1 == len(w.pos) || w.pos[i+1].block != w.pos[i].block }

// whole says whether the words from i to j are one or more whole blocks.
func (w *words) whole(i, j int) bool { return i < j && w.first(i) && w.last(j-1) }

// run is the text of words of one block.
func (w *words) run(i, j int) string {
	return w.text.blocks[w.pos[i].block].Text[w.pos[i].start:w.pos[j-1].end]
}

// edit is a run of words that are equal in both texts, or those of one that stand in
// the place of those of the other.
type edit struct {
	a0, a1, b0, b1 int
	equal          bool // quiet edits count as equal and may differ in length
}

// refinement is a group compared word by word.
type refinement struct {
	at    int // the new block before which it stands
	a, b  *words
	edits []edit
}

// runs calls f for the runs of words of one pair of blocks that are equal one by one.
func (r *refinement) runs(e edit, f func(i, j, n int, of pair)) {
	if e.a1-e.a0 != e.b1-e.b0 { // quiet
		return
	}
	for i, j := e.a0, e.b0; i < e.a1; {
		n := 1
		for i+n < e.a1 && !r.a.first(i+n) && !r.b.first(j+n) {
			n++
		}
		f(i, j, n, pair{r.a.text.section[r.a.pos[i].block], r.b.text.section[r.b.pos[j].block]})
		i, j = i+n, j+n
	}
}

// count adds the words that sections have in common.
func (r *refinement) count(words map[pair]int) {
	for _, e := range r.edits {
		if e.equal {
			r.runs(e, func(_, _, n int, of pair) { words[of] += n })
		}
	}
}

// part makes edits of the words that are equal by chance.
func (r *refinement) part(strangers func(pair) bool) []edit {
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
		r.runs(e, func(i, j, n int, of pair) { add(edit{i, i + n, j, j + n, !strangers(of)}) })
	}
	return out
}

// compareWords finds the edits between two runs of words, so that they read well.
func compareWords(a, b *words) (edits []edit, exact bool) {
	if len(a.keys)+len(b.keys) > maxWords {
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
	slide(edits, a, b)
	for n := range edits {
		if e := &edits[n]; !e.equal && quiet(a, b, *e) {
			e.equal = true
		}
	}
	return edits, exact
}

// slide moves insertions and deletions between equal words to where they are whole
// blocks, or at least begin where a sentence does: what was added after "a b." in "a
// b. c b. d" is "c b.", and not "b. c".
func slide(edits []edit, a, b *words) {
	for n := 1; n+1 < len(edits); n++ {
		e, prev, next := &edits[n], &edits[n-1], &edits[n+1]
		w, from, to := b, e.b0, e.b1
		if e.equal || e.a0 < e.a1 && e.b0 < e.b1 {
			continue
		}
		if e.a0 < e.a1 {
			w, from, to = a, e.a0, e.a1
		}
		best, most := 0, w.seam(from, to)
		for d := -1; prev.a1-prev.a0+d >= 1 && w.keys[from+d] == w.keys[to+d]; d-- {
			if v := w.seam(from+d, to+d); v > most {
				best, most = d, v
			}
		}
		for d := 1; next.a1-next.a0-d >= 1 && w.keys[from+d-1] == w.keys[to+d-1]; d++ {
			if v := w.seam(from+d, to+d); v > most {
				best, most = d, v
			}
		}
		prev.a1, prev.b1 = prev.a1+best, prev.b1+best
		e.a0, e.a1, e.b0, e.b1 = e.a0+best, e.a1+best, e.b0+best, e.b1+best
		next.a0, next.b0 = next.a0+best, next.b0+best
	}
}

// seam says how well the words from i to j stand by themselves.
func (w *words) seam(i, j int) int {
	switch {
	case w.whole(i, j):
		return 4
	case w.first(i):
		return 3
	}
	switch last := w.text.blocks[w.pos[i-1].block].Text[w.pos[i-1].end-1]; last {
	case '.', '!', '?':
		return 2
	case ',', ';', ':':
		return 1
	}
	return 0
}

// tidy joins edits that stand so close that what is equal between them only disturbs:
// no longer than either of them. A whole block that is equal stays.
func tidy(edits []edit, a, b *words) []edit {
	size := func(e edit) int { return max(e.a1-e.a0, e.b1-e.b0) }
	for again := true; again; {
		again = false
		out := edits[:0]
		for n := 0; n < len(edits); n++ {
			e := edits[n]
			if k := len(out); e.equal && k > 0 && !out[k-1].equal && n+1 < len(edits) && !edits[n+1].equal &&
				size(e) <= min(size(out[k-1]), size(edits[n+1])) && !b.holdsBlock(e.b0, e.b1) && !a.holdsBlock(e.a0, e.a1) {
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

// holdsBlock says whether there is a whole block among the words from i to j.
func (w *words) holdsBlock(i, j int) bool {
	begun := false
	for ; i < j; i++ {
		if w.first(i) {
			begun = true
		}
		if begun && w.last(i) {
			return true
		}
	}
	return false
}
