// Package subprocessor reads the rows of lists of subprocessors, and compares two lists.
package subprocessor

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
)

// Row is one subprocessor. A field is empty if the list does not contain it.
type Row struct {
	Name     string `json:"name"`
	Purpose  string `json:"purpose,omitempty"`
	Location string `json:"location,omitempty"`
}

// maxRows is the maximum number of rows of a document.
const maxRows = 5000

// Rows reads a document that is known to be a list of subprocessors. It reads tables. If
// there are none, it reads labeled entries, and if there are none, lists, first those with
// details and then those of names alone.
func Rows(md string) []Row { return RowsOfBlocks(markdown.Parse(md)) }

// RowsOfBlocks is Rows for the blocks of a document.
func RowsOfBlocks(blocks []markdown.Block) []Row {
	rows := readTables(blocks, false)
	if len(rows) == 0 {
		rows = readEntries(blocks)
	}
	if len(rows) == 0 {
		rows = readLists(blocks)
	}
	if len(rows) == 0 {
		rows = readBareNames(blocks, false)
	}
	return rows
}

// FromAppendix reads the lists of subprocessors in any other document. It reads only tables,
// entries and names whose header, or whose heading, mentions subprocessors.
func FromAppendix(md string) []Row {
	return fromAppendix(md, func() []markdown.Block { return markdown.Parse(md) })
}

// FromAppendixBlocks is FromAppendix for a document whose blocks are known.
func FromAppendixBlocks(md string, blocks []markdown.Block) []Row {
	return fromAppendix(md, func() []markdown.Block { return blocks })
}

func fromAppendix(md string, parse func() []markdown.Block) []Row {
	if !mentionsSubprocessors(md) {
		return nil
	}
	blocks := parse()
	rows := readTables(blocks, true)
	if len(rows) == 0 {
		for _, part := range subprocessorSections(blocks) {
			found := readEntries(part)
			if len(found) == 0 {
				found = readBareNames(part, true)
			}
			rows = append(rows, found...)
		}
	}
	return rows[:min(len(rows), maxRows)]
}

// subprocessorTerm matches a word for subprocessors, in several languages, at the start of a
// text.
var subprocessorTerm = regexp.MustCompile(`(?i)^(?:sub[- ]?process(?:or|ador)|unter(?:auftrags)?(?:ver)?arbeiter|weitere[rn]? auftragsverarbeiter|subunternehmer|sous[- ]traitant|sub[- ]?encargado|sub[- ]?responsabil|sub[- ]?contratante|sub[- ]?operador|sub[- ]?verwerker)`)

// maxTermBytes is an upper bound on the length of a match of subprocessorTerm.
const maxTermBytes = 40

// mentionsSubprocessors reports whether a text contains a match of subprocessorTerm. It first
// searches for the prefixes of the matches, because the regular expression alone is slow on
// long texts.
func mentionsSubprocessors(text string) bool {
	for i := 0; i+3 <= len(text); i++ {
		switch text[i] | 0x20 {
		case 's', 'u', 'w':
		default:
			continue
		}
		switch strings.ToLower(text[i : i+3]) {
		case "sub", "unt", "wei", "sou":
			if subprocessorTerm.MatchString(text[i:min(len(text), i+maxTermBytes)]) {
				return true
			}
		}
	}
	return false
}

// subprocessorSections returns the blocks of each section whose heading mentions subprocessors.
func subprocessorSections(blocks []markdown.Block) [][]markdown.Block {
	var out [][]markdown.Block
	for i := 0; i < len(blocks); i++ {
		if blocks[i].Kind != markdown.Heading || !mentionsSubprocessors(blocks[i].Text) {
			continue
		}
		j := i + 1
		for j < len(blocks) && (blocks[j].Kind != markdown.Heading || blocks[j].Level > blocks[i].Level) {
			j++
		}
		out = append(out, blocks[i+1:j])
		i = j - 1
	}
	return out
}

// splitCells splits the text of a table row, whose cells are separated by tabs.
func splitCells(text string) []string {
	out := strings.Split(text, "\t")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// minDefiniteRows is the number of rows that makes even a short text a list of subprocessors.
const minDefiniteRows = 3

// IsDefinite reports whether a text, however short, is certainly a list of subprocessors. It
// is if it has a table whose header or heading mentions subprocessors, or a list in which at
// least half of the rows have a known place.
func IsDefinite(md string) bool {
	blocks := markdown.Parse(md)
	if len(readTables(blocks, true)) >= minDefiniteRows {
		return true
	}
	rows, placed := Rows(md), 0
	for _, r := range rows {
		if isPlace(r.Location) {
			placed++
		}
	}
	return placed >= minDefiniteRows && placed*2 >= len(rows)
}
