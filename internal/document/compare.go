package document

import (
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
)

// Compare says what changed from old to cur.
func Compare(old, cur Document) change.Change { return change.Compare(old.reading(), cur.reading()) }

func (d Document) reading() change.Reading {
	return change.Reading{
		Markdown: d.Markdown, Text: d.Text, Hash: d.Hash, Words: d.Words, Error: d.SoftError, Other: d.Type == doctype.Other,
	}
}
