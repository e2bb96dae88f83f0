package document

import (
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/subprocessor"
)

// Compare says what changed from old to cur, in a list of subprocessors also by row. A
// text that was kept need not have a type; it is then what the other one is.
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
		Markdown: d.Markdown, Text: d.Text, ContentHash: d.ContentHash, WordCount: d.WordCount, ErrorPage: d.SoftError, NotLegal: d.Type == doctype.Other,
	}
}

// subprocessorRows reads the rows of a list of subprocessors, or of an annex that has
// such a list. Of a text whose type is unknown only what says so itself is one.
func (d Document) subprocessorRows(typ string) []subprocessor.Row {
	switch typ {
	case doctype.Subprocessors:
		return subprocessor.Rows(d.Markdown)
	case doctype.DPA, "":
		return subprocessor.FromAppendix(d.Markdown)
	}
	return nil
}
