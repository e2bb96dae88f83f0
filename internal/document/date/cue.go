package date

import "unicode/utf8"

// cueKind is what a cue says about a date.
type cueKind int

// The kinds of cues.
const (
	inForce   cueKind = iota + 1 // the text is in force from this date
	updated                      // the text was last changed on this date
	published                    // the text is of this date, without further detail
)

// cue is a phrase next to a date of the document, such as "last updated".
type cue struct {
	phrase string // folded
	kind   cueKind
	// A weak cue is also used for other things. It counts only if a document is named
	// next to it, or if it begins its line.
	weak bool
	// A vague cue counts only if the sentence names the document and says that it
	// applies.
	vague bool
}

// unspacedScript reports whether the phrase is in a script without spaces between words.
func (c cue) unspacedScript() bool {
	first, _ := utf8.DecodeRuneInString(c.phrase)
	return first >= firstUnspacedRune
}
