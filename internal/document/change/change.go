// Package change compares two versions of a document by section and by word, and decides
// whether the difference is significant.
//
// It divides each text into blocks and folded words, so that differences in case,
// punctuation, markup, number format and e-mail obfuscation do not count. It pairs equal
// blocks, first those in the same order and then those that moved, and compares the
// remaining blocks word by word.
//
// Compare calls, in this order: parse (blocks and sections), lostText (is the new page an
// error or another text?), align (pairs of equal blocks and of sections), withoutBoilerplate
// and diffWords (the words of the remaining blocks, with package editscript; insignificant
// recognizes noise), build (the sections of the result) and assignLabels (topics). TextDiff
// and HTMLDiff format the result. DetectFlapping is independent of Compare: it examines the
// history of a document. Start with Compare and compareParsed.
//
// Names come in pairs: old and cur, a and b, and x and y are the old and the new text or
// parts of them.
package change

import "github.com/clausea/crawler/internal/document/subprocessor"

// Kind classifies the difference between two versions of a document.
type Kind string

// The kinds of change.
const (
	KindNone     Kind = "none"     // the texts are equal
	KindCosmetic Kind = "cosmetic" // only markup, case, order of equal parts, number format or boilerplate differ
	KindBroken   Kind = "broken"   // the new page lost the document's text
	KindChange   Kind = "change"   // the text changed
)

// The values of Op.Kind.
const (
	Equal   = "equal"
	Added   = "added"
	Removed = "removed"
)

// Op is a run of words that are equal, added or removed. A text that begins with a line
// feed begins a paragraph. Equal words have the form of the new text.
type Op struct {
	Kind string `json:"kind"` // Equal, Added or Removed
	Text string `json:"text"`
}

// The values of SectionChange.State.
const (
	SectionChanged = "changed"
	SectionAdded   = "added"
	SectionRemoved = "removed"
	SectionMoved   = "moved" // the same words at another place
)

// SectionChange is a section that changed. Ops holds all words of the section in the
// order of the new text; the equal and the added ops together are the new section.
type SectionChange struct {
	Heading         string   `json:"heading"`                   // empty for the text before the first heading
	PreviousHeading string   `json:"previousHeading,omitempty"` // set if the heading changed
	State           string   `json:"state"`                     // SectionChanged, SectionAdded, SectionRemoved or SectionMoved
	Labels          []Label  `json:"labels,omitempty"`          // what the change is about, in the order of Labels
	Added           int      `json:"added"`                     // number of words
	Removed         int      `json:"removed"`                   // number of words
	Ops             []Op     `json:"ops,omitempty"`             // empty if the section only moved
	parents         []string // headings of the enclosing sections
}

// Change is the difference between two versions of a document.
type Change struct {
	Kind     Kind            `json:"kind"`
	Added    int             `json:"added"`              // number of words
	Removed  int             `json:"removed"`            // number of words
	Labels   []Label         `json:"labels,omitempty"`   // of all sections
	Sections []SectionChange `json:"sections,omitempty"` // in the order of the new text; empty for KindBroken
	// Coarse is set if a part was too long and too different to compare word by word.
	// That part is shown as removed and added as a whole.
	Coarse bool `json:"coarse,omitempty"`
	// Insignificant lists the edits that do not count as a change, each with the rule that says
	// so. It includes the edits in the parts of the pages that are not part of the text.
	Insignificant []InsignificantEdit `json:"insignificant,omitempty"`
	// InsignificantOmitted is the number of insignificant edits beyond MaxInsignificantEdits.
	InsignificantOmitted int `json:"insignificantOmitted,omitempty"`
	// Subprocessors holds the changed rows if both texts are lists of subprocessors.
	Subprocessors *subprocessor.Change `json:"subprocessors,omitempty"`

	reversed bool // computed in the opposite direction: equal words have the form of the old text
}

// Input is one of the two texts for Compare.
type Input struct {
	Markdown    string
	Text        string // the plain text of Markdown
	ContentHash string // see the function ContentHash; empty if unknown
	WordCount   int    // of Text
	// ErrorPage is set if the page is an error, login or consent page instead of the
	// document.
	ErrorPage bool
	// NotLegal is set if the page is known not to be a legal document.
	NotLegal bool
	// Removed holds the parts of the page that are not part of the text. It is nil if they are
	// unknown; edits in them are then not compared.
	Removed []RemovedPart
}

// RemovedPart is a part of a page that is not part of the text.
type RemovedPart struct {
	Rule Rule   // why it was removed
	Text string // its lines
}
