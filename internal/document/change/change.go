// Package change says how two readings of one document differ: by section, by word,
// and whether it means anything.
//
// The texts are taken apart into blocks and words in the form in which they are
// compared, so that case, punctuation, marks, the form of numbers and the writing of
// addresses are no difference. Blocks that are equal are paired first, in order, then
// those that moved; what is left is compared word by word.
package change

import "github.com/clausea/crawler/internal/document/subprocessor"

// Kind is how two readings of one document differ.
type Kind string

// The kinds of change.
const (
	KindNone     Kind = "none"     // the same text
	KindCosmetic Kind = "cosmetic" // other marks, case, order of equal parts, form of numbers or of addresses
	KindBroken   Kind = "broken"   // the new page lost its text
	KindChange   Kind = "change"
)

// The kinds of Op.
const (
	Equal   = "equal"
	Added   = "added"
	Removed = "removed"
)

// Op is one run of words that is equal, added or removed. A text that begins with a
// line feed begins a paragraph. Equal words are shown as the new text has them.
type Op struct {
	Kind string `json:"kind"` // Equal, Added or Removed
	Text string `json:"text"`
}

// The states of a section.
const (
	SectionChanged = "changed"
	SectionAdded   = "added"
	SectionRemoved = "removed"
	SectionMoved   = "moved" // it stands elsewhere, with the same words
)

// SectionChange is one section that changed. The ops are all of the section's words in
// the order of the new text; those that are equal or added are the new section.
type SectionChange struct {
	Heading         string   `json:"heading"`       // empty for what stands before the first
	PreviousHeading string   `json:"was,omitempty"` // the heading before, if it was another
	State           string   `json:"state"`
	Labels          []Label  `json:"labels,omitempty"` // what the change is about, in the order of Labels
	Added           int      `json:"added"`            // words
	Removed         int      `json:"removed"`
	Ops             []Op     `json:"ops,omitempty"`
	parents         []string // the headings above
}

// Change is what differs between two readings.
type Change struct {
	Kind     Kind            `json:"kind"`
	Added    int             `json:"added"` // words
	Removed  int             `json:"removed"`
	Labels   []Label         `json:"labels,omitempty"` // those of all sections
	Sections []SectionChange `json:"sections,omitempty"`
	// Coarse says that a part was too long and too different to be compared word by
	// word; it is shown as removed and added whole.
	Coarse bool `json:"coarse,omitempty"`
	// Subprocessors are the rows that changed, where both texts are lists of them.
	Subprocessors *subprocessor.Change `json:"subprocessors,omitempty"`

	turned bool // it was found from the other side, and equal words are the old text's
}

// Input is one reading of a document.
type Input struct {
	Markdown    string
	Text        string // normalised
	ContentHash string // of the words, see Fingerprint
	WordCount   int    // of Text
	// ErrorPage says that an error, login or consent page came in the document's place.
	ErrorPage bool
	// NotLegal says that the page is known to be no legal document.
	NotLegal bool
}
