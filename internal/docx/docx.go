// Package docx writes the difference of two texts as a document of Microsoft Word with tracked
// changes (ECMA-376, WordprocessingML). Accepting all changes gives the new text, and rejecting
// all gives the old one.
//
// Paragraphs divides Markdown into paragraphs, Track compares two lists of them, and Write
// writes the result.
package docx

import "time"

// Style is the style of a paragraph.
type Style uint8

// The styles. Heading1 to Heading6 are consecutive.
const (
	Normal Style = iota
	Heading1
	Heading2
	Heading3
	Heading4
	Heading5
	Heading6
	ListBullet
)

// Paragraph is a paragraph of a text.
type Paragraph struct {
	Style Style
	Text  string // one line; tabs separate the cells of a table row
}

// State is how a part of a document was changed.
type State uint8

// The states.
const (
	Equal State = iota
	Inserted
	Deleted
)

// Run is a part of a paragraph.
type Run struct {
	State State
	Text  string
}

// Tracked is a paragraph with tracked changes. Its State is that of the paragraph itself: a
// paragraph that was inserted or deleted has only runs of this state.
type Tracked struct {
	Style Style
	State State
	Runs  []Run
}

// Options are the properties of a document.
type Options struct {
	Title  string
	Author string // of the changes
	// Date is the time of the changes. If it is zero, they have none.
	Date time.Time
}
