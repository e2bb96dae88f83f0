package document

import (
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/subprocessor"
)

// Compare says what changed from old to cur, in a list of subprocessors also by row. A
// text that was kept need not have a type; it is then what the other one is.
func Compare(old, cur Document) change.Change {
	ch := change.Compare(old.reading(), cur.reading())
	if ch.Kind != change.KindChange {
		return ch
	}
	typ := cur.Type
	if typ == "" {
		typ = old.Type
	}
	if rows := subprocessor.Diff(old.readSubprocessors(typ), cur.readSubprocessors(typ)); !rows.Empty() {
		ch.Subprocessors = &rows
	}
	return ch
}

func (d Document) reading() change.Input {
	return change.Input{
		Markdown: d.Markdown, Text: d.Text, ContentHash: d.Hash, WordCount: d.Words, ErrorPage: d.SoftError, NotLegal: d.Type == doctype.Other,
	}
}

// readSubprocessors reads the rows of a list of subprocessors, or of an annex that has
// such a list. Of a text whose type is unknown only what says so itself is one.
func (d Document) readSubprocessors(typ string) []subprocessor.Row {
	switch typ {
	case doctype.Subprocessors:
		return subprocessor.Rows(d.Markdown)
	case doctype.DPA, "":
		return subprocessor.Annex(d.Markdown)
	}
	return nil
}
