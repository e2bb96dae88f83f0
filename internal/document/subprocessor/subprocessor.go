// Package subprocessor reads lists of subprocessors as rows, from tables and lists, and
// says which rows changed.
package subprocessor

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
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
	blocks := plain.Parse(md)
	rows := tables(blocks, false)
	if len(rows) == 0 {
		rows = entries(blocks)
	}
	if len(rows) == 0 {
		rows = lists(blocks)
	}
	return rows
}

// Annex reads the lists of subprocessors in any other document: only tables and entries
// whose own head or the heading above speaks of subprocessors.
func Annex(md string) []Row {
	if !mentions(md) {
		return nil
	}
	blocks := plain.Parse(md)
	rows := tables(blocks, true)
	if len(rows) == 0 {
		for _, part := range aboutParts(blocks) {
			rows = append(rows, entries(part)...)
		}
	}
	return rows[:min(len(rows), maxRows)]
}

// about are the words for subprocessors in the languages that are read, where a text
// begins with one.
var about = regexp.MustCompile(`(?i)^(?:sub[- ]?process(?:or|ador)|unter(?:auftrags)?(?:ver)?arbeiter|weitere[rn]? auftragsverarbeiter|subunternehmer|sous[- ]traitant|sub[- ]?encargado|sub[- ]?responsabil|sub[- ]?contratante|sub[- ]?operador|sub[- ]?verwerker)`)

// longest is more than the longest of those words, in bytes.
const longest = 40

// mentions says whether a text has one of those words anywhere. The few beginnings that
// they have are looked for first: the expression alone is slow over a long text.
func mentions(text string) bool {
	for i := 0; i+3 <= len(text); i++ {
		switch text[i] | 0x20 {
		case 's', 'u', 'w':
		default:
			continue
		}
		switch strings.ToLower(text[i : i+3]) {
		case "sub", "unt", "wei", "sou":
			if about.MatchString(text[i:min(len(text), i+longest)]) {
				return true
			}
		}
	}
	return false
}

// aboutParts are the blocks below headings that speak of subprocessors, up to the next
// heading of the same level.
func aboutParts(blocks []plain.Block) [][]plain.Block {
	var out [][]plain.Block
	for i := 0; i < len(blocks); i++ {
		if blocks[i].Kind != plain.Heading || !mentions(blocks[i].Text) {
			continue
		}
		j := i + 1
		for j < len(blocks) && (blocks[j].Kind != plain.Heading || blocks[j].Level > blocks[i].Level) {
			j++
		}
		out = append(out, blocks[i+1:j])
		i = j - 1
	}
	return out
}

// cells divides a row as plain writes it.
func cells(text string) []string {
	out := strings.Split(text, "\t")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// leastSure is how many rows make a short text a list of subprocessors.
const leastSure = 3

// Sure says that a text has a list of subprocessors there is no doubt of, however
// short it is: a table whose head, or the heading above, says so, or a list most of
// whose rows tell a place.
func Sure(md string) bool {
	blocks := plain.Parse(md)
	if len(tables(blocks, true)) >= leastSure {
		return true
	}
	rows, placed := Rows(md), 0
	for _, r := range rows {
		if isPlace(r.Location) {
			placed++
		}
	}
	return placed >= leastSure && placed*2 >= len(rows)
}
