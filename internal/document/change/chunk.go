package change

// chunk is a run of words of one block that becomes part of a section's ops.
type chunk struct {
	fragment
	kind    string
	section int // index into the new text's sections, continued by the old text's
	at      int // the new block at which the chunk is shown
	seq     int // order among the chunks of one block
}

// appendWords appends the words [i:j) as one chunk for each block. Removed words begin a
// paragraph only if they are a whole block, or if joined is set. joined is set if removed
// and added words share the beginning of a paragraph.
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

// fragment is a part of a block's text.
type fragment struct {
	text    string
	words   int
	newline bool // begins a paragraph
	cells   int  // number of table cells that begin before it
}

// wholeBlock returns the whole text of block i.
func (t *parsedText) wholeBlock(i int) fragment {
	return fragment{t.blocks[i].Text, t.wordCounts[i], true, 0}
}

// appendChunk appends a chunk and marks its section as changed unless the chunk is equal.
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

// sectionForRemoved returns the section of the result for words that were removed from an
// old section at the new block at. It is the partner of the old section if that is at this
// place; else a section at this place that shares words with the old one; else the partner
// elsewhere; else an entry for the old section itself, after the sections of the new text.
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
