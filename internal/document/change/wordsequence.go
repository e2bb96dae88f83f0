package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// wordPosition locates a word: its block, its bytes in the block's text, its class and
// its table column.
type wordPosition struct {
	block, start, end int32
	class             tokenize.Class
	column            int16
}

// wordSequence is the words of several blocks in order.
type wordSequence struct {
	text *parsedText
	keys []uint64
	pos  []wordPosition
}

// newWordSequence returns the words of the given blocks.
func newWordSequence(t *parsedText, blocks []int) *wordSequence {
	n := 0
	for _, i := range blocks {
		n += t.wordCounts[i]
	}
	w := &wordSequence{text: t, keys: make([]uint64, 0, n), pos: make([]wordPosition, 0, n)}
	var buf []tokenize.Word
	for _, i := range blocks {
		buf = tokenize.Words(buf[:0], t.blocks[i].Text)
		for _, x := range buf {
			w.keys = append(w.keys, x.Key)
			w.pos = append(w.pos, wordPosition{int32(i), int32(x.Start), int32(x.End), x.Class, x.Column})
		}
	}
	return w
}

// startsBlock reports whether word i is the first of its block.
func (w *wordSequence) startsBlock(i int) bool { return i == 0 || w.pos[i-1].block != w.pos[i].block }

// endsBlock reports whether word i is the last of its block.
func (w *wordSequence) endsBlock(i int) bool {
	return i+1 == len(w.pos) || w.pos[i+1].block != w.pos[i].block
}

// coversBlocks reports whether the words [i:j) are one or more whole blocks.
func (w *wordSequence) coversBlocks(i, j int) bool {
	return i < j && w.startsBlock(i) && w.endsBlock(j-1)
}

// containsBlock reports whether the words [i:j) contain a whole block.
func (w *wordSequence) containsBlock(i, j int) bool {
	begun := false
	for ; i < j; i++ {
		if w.startsBlock(i) {
			begun = true
		}
		if begun && w.endsBlock(i) {
			return true
		}
	}
	return false
}

// textOf returns the text of the words [i:j), which must lie in one block.
func (w *wordSequence) textOf(i, j int) string {
	return w.text.blocks[w.pos[i].block].Text[w.pos[i].start:w.pos[j-1].end]
}

// cellsBefore counts the table cells that begin between the word before i and word i.
func (w *wordSequence) cellsBefore(i int) int {
	if w.startsBlock(i) {
		return 0
	}
	return strings.Count(w.text.blocks[w.pos[i].block].Text[w.pos[i-1].end:w.pos[i].start], "\t")
}

// countWords counts the words [i:j) as a reader does: "third-party" is one word, and so
// are two characters of a script without spaces.
func (w *wordSequence) countWords(i, j int) int {
	n, characters := 0, 0
	for k := i; k < j; k++ {
		switch {
		case w.pos[k].class == tokenize.Character:
			characters++
		case k == i || w.startsBlock(k) || w.pos[k].start > w.pos[k-1].end || w.pos[k-1].class == tokenize.Character:
			n++
		}
	}
	return n + (characters+1)/2
}

// foldedWords returns the words [i:j), folded.
func (w *wordSequence) foldedWords(i, j int) []string {
	var out []string
	for ; i < j; i++ {
		out = append(out, w.foldedWord(i))
	}
	return out
}

// foldedWord returns word i, folded.
func (w *wordSequence) foldedWord(i int) string {
	at := w.pos[i]
	return tokenize.FoldAt(w.text.blocks[at.block].Text, int(at.start), int(at.end))
}

// cellColumns returns the columns of those words [i:j) that begin a cell after an empty
// one.
func (w *wordSequence) cellColumns(i, j int) []int16 {
	var out []int16
	for ; i < j; i++ {
		if c := w.pos[i].column; c > 0 {
			out = append(out, c)
		}
	}
	return out
}

// onlyNumbers reports whether the words [i:j) are all numbers or symbols.
func (w *wordSequence) onlyNumbers(i, j int) bool {
	for ; i < j; i++ {
		if w.pos[i].class != tokenize.Number && w.pos[i].class != tokenize.Symbol {
			return false
		}
	}
	return true
}
