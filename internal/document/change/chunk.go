package change

// chunk is a run of words within one block, on its way to a section's ops.
type chunk struct {
	fragment
	kind    string
	section int // index of the new text's sections, then of the old's
	at      int // the new block where it stands
	seq     int // order among those of the same block
}

// appendWords pushes the words from i to j block by block. What is removed begins a paragraph
// only if it was a whole one, or stands at the beginning of one that stays (joined).
func (c *comparison) appendWords(kind string, w *wordSequence, i, j, at int, joined bool) {
	for n := 0; i < j; n++ {
		to := i + 1
		for to < j && !w.startsBlock(to) {
			to++
		}
		block := int(w.pos[i].block)
		newline := w.startsBlock(i)
		if n == 0 && joined {
			newline = kind == Removed
		} else if kind == Removed {
			newline = w.coversBlocks(i, to)
		}
		if kind != Removed {
			at = block
		}
		c.appendChunk(kind, w.text, block, fragment{w.textOf(i, to), w.countWords(i, to), newline, w.cellsBefore(i)}, at)
		i = to
	}
}

// fragment is some of a block's text.
type fragment struct {
	text    string
	words   int
	newline bool // it begins a paragraph
	cells   int  // how many cells of a table's row begin before it
}

// wholeBlock is all of a block's text.
func (t *parsedText) wholeBlock(i int) fragment {
	return fragment{t.blocks[i].Text, t.wordCounts[i], true, 0}
}

func (c *comparison) appendChunk(kind string, t *parsedText, block int, p fragment, at int) {
	section := t.sectionOf[block]
	if kind == Removed {
		section = c.sectionForRemoved(section, at)
	}
	if kind != Equal {
		c.changed[section] = true
	}
	c.chunks = append(c.chunks, chunk{p, kind, section, at, len(c.chunks)})
}

// sectionForRemoved is the entry that shows what was removed from an old section before the new
// block at: the section's partner; if that stands elsewhere, the section there that has
// some of the old one's words; if there is none, an entry of its own.
func (c *comparison) sectionForRemoved(section, at int) int {
	partner := c.partnerOfOld[section]
	here := -1
	for _, j := range [...]int{at - 1, at} {
		if j < 0 || j >= len(c.cur.sectionOf) {
			continue
		}
		s := c.cur.sectionOf[j]
		if s == partner {
			return partner
		}
		if here < 0 && c.commonWords[sectionPair{section, s}] > 0 {
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
