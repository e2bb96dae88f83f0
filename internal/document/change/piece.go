package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// piece is a run of words within one block, on its way to a section's ops.
type piece struct {
	part
	kind  string
	entry int // index of the new text's sections, then of the old's
	at    int // the new block where it stands
	seq   int // order among those of the same block
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
		c.push(kind, w.text, block, part{w.run(i, to), w.count(i, to), newline, w.cells(i)}, at)
		i = to
	}
}

// part is some of a block's text.
type part struct {
	text    string
	words   int
	newline bool // it begins a paragraph
	cells   int  // how many cells of a table's row begin before it
}

// whole is all of a block's text.
func (t *text) whole(i int) part { return part{t.blocks[i].Text, t.counts[i], true, 0} }

// cells counts the cells of a row that begin between the word at i and the one before.
func (w *words) cells(i int) int {
	if w.first(i) {
		return 0
	}
	return strings.Count(w.text.blocks[w.pos[i].block].Text[w.pos[i-1].end:w.pos[i].start], "\t")
}

// count counts the words from i to j as people do: "third-party" is one, and so are two
// characters of a script without spaces.
func (w *words) count(i, j int) int {
	n, characters := 0, 0
	for k := i; k < j; k++ {
		switch {
		case w.pos[k].class == tokenize.Character:
			characters++
		case k == i || w.first(k) || w.pos[k].start > w.pos[k-1].end || w.pos[k-1].class == tokenize.Character:
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
	c.pieces = append(c.pieces, piece{p, kind, entry, at, len(c.pieces)})
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
