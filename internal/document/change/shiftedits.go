package change

// shiftEdits shifts each insertion and deletion between equal words to the position that
// reads best: whole blocks, or at least the beginning of a sentence. In "a b. c b. d",
// the insertion after "a b." is "c b." and not "b. c".
func shiftEdits(edits []edit, a, b *wordSequence) {
	for n := 1; n+1 < len(edits); n++ {
		e, prev, next := &edits[n], &edits[n-1], &edits[n+1]
		w, from, to := b, e.b0, e.b1
		if e.equal || e.a0 < e.a1 && e.b0 < e.b1 {
			continue
		}
		if e.a0 < e.a1 {
			w, from, to = a, e.a0, e.a1
		}
		best, most := 0, w.boundaryScore(from, to)
		for d := -1; prev.a1-prev.a0+d >= 1 && w.keys[from+d] == w.keys[to+d]; d-- {
			if v := w.boundaryScore(from+d, to+d); v > most {
				best, most = d, v
			}
		}
		for d := 1; next.a1-next.a0-d >= 1 && w.keys[from+d-1] == w.keys[to+d-1]; d++ {
			if v := w.boundaryScore(from+d, to+d); v > most {
				best, most = d, v
			}
		}
		prev.a1, prev.b1 = prev.a1+best, prev.b1+best
		e.a0, e.a1, e.b0, e.b1 = e.a0+best, e.a1+best, e.b0+best, e.b1+best
		next.a0, next.b0 = next.a0+best, next.b0+best
	}
}

// boundaryScore rates how well the words [i:j) stand alone as an edit: 4 for whole
// blocks, 3 at the beginning of a block, 2 after a sentence, 1 after a clause, 0
// elsewhere.
func (w *wordSequence) boundaryScore(i, j int) int {
	switch {
	case w.coversBlocks(i, j):
		return 4
	case w.startsBlock(i):
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
