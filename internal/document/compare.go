package document

import (
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/subprocessor"
)

// Compare returns the changes from old to cur, for lists of subprocessors also by row. A
// document from FromMarkdown has no type; Compare then assumes that of the other document.
func Compare(old, cur Document) change.Change {
	ch := change.Compare(old.changeInput(), cur.changeInput())
	if ch.Kind != change.KindChange {
		return ch
	}
	typ := cur.Type
	if typ == "" {
		typ = old.Type
	}
	if rows := subprocessor.Diff(old.subprocessorRows(typ), cur.subprocessorRows(typ)); !rows.Empty() {
		ch.Subprocessors = &rows
	}
	return ch
}

func (d Document) changeInput() change.Input {
	return change.Input{
		Removed:  d.removedParts(),
		Markdown: d.Markdown, Text: d.Text, ContentHash: d.ContentHash, WordCount: d.WordCount, ErrorPage: d.SoftError, NotLegal: d.Type == doctype.Other,
	}
}

// AddRemovedEdits returns ch, the change from old to cur, with the edits in the parts of their
// pages that are not part of the documents. Both must have been read with Input.KeepRemoved.
func AddRemovedEdits(ch change.Change, old, cur Document) change.Change {
	return ch.WithRemovedParts(old.removedParts(), cur.removedParts())
}

// removedParts returns the removed parts of the page with their rules, or nil if they are
// unknown. The reasons of the extraction are rules of the comparison.
func (d Document) removedParts() []change.RemovedPart {
	if d.Removed == nil {
		return nil
	}
	out := make([]change.RemovedPart, len(d.Removed))
	for i, r := range d.Removed {
		out[i] = change.RemovedPart{Rule: change.Rule(r.Reason), Text: r.Text}
	}
	return out
}

// subprocessorRows returns the rows of a list of subprocessors, or of such a list in a data
// processing agreement. If typ is empty, the text itself must mention subprocessors.
func (d Document) subprocessorRows(typ string) []subprocessor.Row {
	switch typ {
	case doctype.Subprocessors:
		return subprocessor.Rows(d.Markdown)
	case doctype.DPA, "":
		return subprocessor.FromAppendix(d.Markdown)
	}
	return nil
}
