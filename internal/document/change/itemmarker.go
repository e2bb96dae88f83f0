package change

import (
	"regexp"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// itemMarker is the number of an item or clause at the beginning of a line, itemNumber one
// that counts in figures.
var (
	itemNumber = regexp.MustCompile(`^\d{1,3}[.)]$`)
	itemMarker = regexp.MustCompile(`^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]$`)
)

// isItemMarker says whether the words from i to j are the number of a list's item.
func isItemMarker(w *wordSequence, i, j int) bool {
	return j == i+1 && w.startsBlock(i) && w.text.blocks[w.pos[i].block].Numbered && itemMarker.MatchString(w.textOf(i, j))
}

// isListNumber says whether the words from i to j are a number that one page writes into
// the text and another leaves to the list.
func isListNumber(w *wordSequence, i, j int) bool {
	if isMonthName(w, j) {
		return false
	}
	return isItemMarker(w, i, j) || j == i+1 && w.startsBlock(i) && itemNumber.MatchString(w.textOf(i, j))
}

// isMonthName says whether the word at i is a month, so that the number before it is a
// day.
func isMonthName(w *wordSequence, i int) bool { return i < len(w.pos) && monthNames[w.foldedWord(i)] }

// minNumberedLineWords is how many words a line has at least whose number only counts: in a
// shorter one it may be the day of a date.
const minNumberedLineWords = 6

// onlyNumbersTheItem says whether the number before the word at i, in its place, does nothing but
// count: no month or year follows.
func onlyNumbersTheItem(w *wordSequence, i int) bool {
	if i >= len(w.pos) || w.text.wordCounts[w.pos[i].block] < minNumberedLineWords {
		return false
	}
	for n := i; n < i+2 && n < len(w.pos); n++ {
		if w.pos[n].class == tokenize.Number || monthNames[w.foldedWord(n)] {
			return false
		}
	}
	return true
}
