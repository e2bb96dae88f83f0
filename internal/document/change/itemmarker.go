package change

import (
	"regexp"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// itemMarker matches the number or letter of a list item or clause. itemNumber matches only
// numbers.
var (
	itemNumber = regexp.MustCompile(`^\d{1,3}[.)]$`)
	itemMarker = regexp.MustCompile(`^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]$`)
)

// isItemMarker reports whether the words [i:j) are the marker of a list item.
func isItemMarker(w *wordSequence, i, j int) bool {
	return j == i+1 && w.startsBlock(i) && w.text.blocks[w.pos[i].block].Numbered && itemMarker.MatchString(w.textOf(i, j))
}

// isListNumber reports whether the words [i:j) are an item number. One version may have it
// in the text and the other in the list markup.
func isListNumber(w *wordSequence, i, j int) bool {
	if isMonthName(w, j) {
		return false
	}
	return isItemMarker(w, i, j) || j == i+1 && w.startsBlock(i) && itemNumber.MatchString(w.textOf(i, j))
}

// isMonthName reports whether word i is the name of a month. A number before it is then a
// day.
func isMonthName(w *wordSequence, i int) bool { return i < len(w.pos) && monthNames[w.foldedWord(i)] }

// minNumberedLineWords is the minimum length of a line at whose beginning a number only
// numbers the item. In a shorter line the number may be the day of a date.
const minNumberedLineWords = 6

// onlyNumbersTheItem reports whether the number before word i only numbers the item: no
// month and no year follows.
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
