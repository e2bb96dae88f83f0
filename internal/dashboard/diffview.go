package dashboard

import (
	"fmt"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/subprocessor"
	"github.com/clausea/crawler/internal/service"
)

// The displays of a comparison.
const (
	displayContext = "context" // only the changed parts, with some text around them
	displayInline  = "inline"  // the whole text
	displaySplit   = "split"   // the whole text, the old version beside the new one
)

// diffView is a comparison as a page shows it. A long comparison has several parts, of which the
// page shows one.
type diffView struct {
	Kind           change.Kind
	Display        string
	Added, Removed int // words
	Coarse         bool
	// Total is the number of differences in all parts. They have the numbers 1 to Total.
	Total       int
	Part, Parts int
	// Outline lists the changed sections of all parts.
	Outline []outlineEntry
	// OutlineOmitted is the number of changed sections beyond maxOutline.
	OutlineOmitted int
	Sections       []diffSection // of the part
	Marks          []mapMark     // of all parts
	Rules          []foldedRule
	FoldedTotal    int
	Subprocessors  *subprocessor.Change

	partOf []int // the part of each difference, from number 1 on
}

// outlineEntry is a changed section in the list of sections.
type outlineEntry struct {
	Heading, State string
	ID             string
	Part           int
	Differences    int
	Added, Removed int // words
}

// diffSection is a section of a text, or a piece of it.
type diffSection struct {
	ID                       string
	Heading, PreviousHeading string
	// State is one of package change, or sectionUnchanged.
	State  string
	Labels []change.Label
	// Continued is set if the section began in the part before.
	Continued bool
	// Number is that of the difference that consists in the move of the section, or 0.
	Number int
	// MovedFrom is the heading after which the section was before it moved.
	MovedFrom      string
	Differences    int
	Added, Removed int // words
	Paragraphs     []paragraph
	Rows           []diffRow // of the paragraphs, in displaySplit
}

// sectionUnchanged is the state of a section without differences.
const sectionUnchanged = "unchanged"

// paragraph is a line of a text.
type paragraph struct {
	Pieces []piece
	// Skipped is the number of unchanged paragraphs that are not shown in its place.
	Skipped int
}

// piece is a run of words that are equal, added or removed.
type piece struct {
	Kind string // change.Equal, change.Added or change.Removed
	Text string
	// Number is that of the difference which begins with the piece, or 0.
	Number int
	// Of is the number of the difference that the piece belongs to, or 0.
	Of int
	// Other is the number of the difference with the same text at its other place, if it moved.
	Other int
}

// diffRow has what both versions have at one place.
type diffRow struct {
	Old, New []piece
}

// foldedRule has the insignificant edits of a rule.
type foldedRule struct {
	Rule  string
	Edits []change.InsignificantEdit
}

// totals says how many differences and words there are.
func (v diffView) totals() string {
	return fmt.Sprintf("%s: %s added, %s removed.", plural(v.Total, "difference", "differences"), plural(v.Added, "word", "words"), plural(v.Removed, "word", "words"))
}

// summary says how much of the section changed.
func (e outlineEntry) summary() string {
	return e.State + ", " + plural(e.Differences, "difference", "differences") +
		when(e.Added+e.Removed > 0, ", +"+number(e.Added)+" −"+number(e.Removed)+" words")
}

// summary says what happened to the section.
func (s diffSection) summary() string {
	return "Section " + s.State + when(s.PreviousHeading != "", "; its heading was “"+s.PreviousHeading+"”") +
		when(s.MovedFrom != "", "; it followed “"+s.MovedFrom+"” before") + "."
}

// maxOutline is the maximum number of sections in the list of sections.
const maxOutline = 100

// newDiffView returns one part of a comparison, from 1 on. A part that does not exist is replaced
// by the nearest one.
func newDiffView(c service.Comparison, display string, part int) diffView {
	ch := c.Change
	v := diffView{
		Kind: ch.Kind, Display: display, Added: ch.Added, Removed: ch.Removed, Coarse: ch.Coarse, Subprocessors: ch.Subprocessors,
		FoldedTotal: len(ch.Insignificant) + ch.InsignificantOmitted, Rules: foldedRules(ch),
	}
	var sections []diffSection
	if len(ch.Sections) > 0 {
		sections = sectionsOf(c, display != displayContext)
	}
	v.Total = numberDifferences(sections)
	linkMoves(sections)
	if display == displayContext {
		for i := range sections {
			sections[i].Paragraphs = withContext(sections[i].Paragraphs)
		}
	}
	v.Marks = mapMarks(sections)
	v.divide(sections, part)
	if display == displaySplit {
		for i := range v.Sections {
			v.Sections[i].Rows = rowsOf(v.Sections[i].Paragraphs)
		}
	}
	return v
}

func foldedRules(ch change.Change) []foldedRule {
	at := map[change.Rule]int{}
	var out []foldedRule
	for _, n := range ch.InsignificantCounts() {
		at[n.Rule] = len(out)
		out = append(out, foldedRule{Rule: string(n.Rule)})
	}
	for _, e := range ch.Insignificant {
		if i, ok := at[e.Rule]; ok {
			out[i].Edits = append(out[i].Edits, e)
		}
	}
	return out
}
