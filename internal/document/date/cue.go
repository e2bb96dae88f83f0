package date

import "unicode/utf8"

// cueKind is the meaning of a cue for its date.
type cueKind int

// The kinds of cues.
const (
	inForce   cueKind = iota + 1 // the text is in force from this date
	updated                      // the text was last changed on this date
	published                    // the text has this date, without further detail
)

// cue is a phrase next to a date of the document, such as "last updated".
type cue struct {
	phrase string // folded
	kind   cueKind
	// A weak cue has other meanings as well, such as "updated". It counts only if it begins
	// its line or is next to a name for a document.
	weak bool
	// A vague cue is a preposition or the like, such as "from". It counts only if the sentence
	// names the document and has one of applicabilityTerms.
	vague bool
}

// unspacedScript reports whether the phrase is in a script without spaces between words.
func (c cue) unspacedScript() bool {
	first, _ := utf8.DecodeRuneInString(c.phrase)
	return first >= firstUnspacedRune
}
