// Package subprocessor reads lists of subprocessors as rows, from tables and lists, and
// says which rows changed.
package subprocessor

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
)

// Row is one subprocessor. What the list does not say is empty.
type Row struct {
	Name     string `json:"name"`
	Purpose  string `json:"purpose,omitempty"`
	Location string `json:"location,omitempty"`
}

// maxRows bounds the rows that are read of one document.
const maxRows = 5000

// Rows reads a document that is known to be a list of subprocessors: its tables; if
// there are none, entries of a name with lines like "Purpose: hosting", then lists.
func Rows(md string) []Row {
	blocks := markdown.Parse(md)
	rows := readTables(blocks, false)
	if len(rows) == 0 {
		rows = readEntries(blocks)
	}
	if len(rows) == 0 {
		rows = readLists(blocks)
	}
	return rows
}

// FromAppendix reads the lists of subprocessors in any other document: only tables and entries
// whose own head or the heading above speaks of subprocessors.
func FromAppendix(md string) []Row {
	if !mentionsSubprocessors(md) {
		return nil
	}
	blocks := markdown.Parse(md)
	rows := readTables(blocks, true)
	if len(rows) == 0 {
		for _, part := range subprocessorSections(blocks) {
			rows = append(rows, readEntries(part)...)
		}
	}
	return rows[:min(len(rows), maxRows)]
}

// subprocessorTerm are the words for subprocessors in the languages that are read, where a text
// begins with one.
var subprocessorTerm = regexp.MustCompile(`(?i)^(?:sub[- ]?process(?:or|ador)|unter(?:auftrags)?(?:ver)?arbeiter|weitere[rn]? auftragsverarbeiter|subunternehmer|sous[- ]traitant|sub[- ]?encargado|sub[- ]?responsabil|sub[- ]?contratante|sub[- ]?operador|sub[- ]?verwerker)`)

// maxTermBytes is more than the longest of those words, in bytes.
const maxTermBytes = 40

// mentionsSubprocessors says whether a text has one of those words anywhere. The few beginnings that
// they have are looked for first: the expression alone is slow over a long text.
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

// subprocessorSections are the blocks below headings that speak of subprocessors, up to the next
// heading of the same level.
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

// splitCells divides a row as plain writes it.
func splitCells(text string) []string {
	out := strings.Split(text, "\t")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// minDefiniteRows is how many rows make a short text a list of subprocessors.
const minDefiniteRows = 3

// IsDefinite says that a text has a list of subprocessors there is no doubt of, however
// short it is: a table whose head, or the heading above, says so, or a list most of
// whose rows tell a place.
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
