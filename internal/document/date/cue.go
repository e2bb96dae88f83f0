package date

import "unicode/utf8"

// cueKind is what a cue says of the date beside it.
type cueKind int

const (
	inForce   cueKind = iota + 1 // the text is in force from then on
	updated                      // the text was last changed then
	published                    // the text is of then, whatever that means
)

// cue is a phrase that stands beside a document's date.
type cue struct {
	phrase string // folded
	kind   cueKind
	// weak cues are said of other things too: a document must be named beside them,
	// or they must begin their line.
	weak bool
	// vague cues say too little by themselves: the sentence must name the document
	// and say that it applies.
	vague bool
}

// unspacedScript says whether a cue is of a script that writes words without spaces.
func (c cue) unspacedScript() bool {
	first, _ := utf8.DecodeRuneInString(c.phrase)
	return first >= firstUnspacedRune
}
