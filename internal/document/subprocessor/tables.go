package subprocessor

import (
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
)

// columns contains the indexes of the columns, or -1 for a missing column.
type columns struct{ name, purpose, location int }

// readTables reads all tables. If strict is set, it reads only tables whose header, or whose
// preceding heading or paragraph, mentions subprocessors.
func readTables(blocks []markdown.Block, strict bool) []Row {
	var out []Row
	mentioned := false // the preceding heading or paragraph mentions subprocessors
	level := 0         // level of that heading
	for i := 0; i < len(blocks); {
		b := blocks[i]
		if b.Kind != markdown.TableRow {
			switch {
			case b.Kind == markdown.Heading && mentionsSubprocessors(b.Text):
				mentioned, level = true, b.Level
			case b.Kind == markdown.Heading && b.Level <= level:
				mentioned, level = false, 0
			case b.Kind == markdown.Paragraph && level == 0:
				mentioned = mentionsSubprocessors(b.Text)
			}
			i++
			continue
		}
		j := i
		for j < len(blocks) && blocks[j].Kind == markdown.TableRow {
			j++
		}
		var rows [][]string
		for _, r := range blocks[i:j] {
			rows = append(rows, splitCells(r.Text))
		}
		out = append(out, readAdjacentTables(rows, strict && !mentioned, strict)...)
		if len(out) > maxRows {
			return out[:maxRows]
		}
		i = j
	}
	return out
}

// readAdjacentTables reads rows that can belong to several tables, each with a header. If
// needsName is set, the header must mention subprocessors. If headed is set, there must be a
// header.
func readAdjacentTables(rows [][]string, needsName, headed bool) []Row {
	var out []Row
	var cols columns
	relevant, found := false, false
	for _, r := range rows {
		if c, ok := parseHeader(r); ok {
			cols, relevant, found = c, !needsName || mentionsSubprocessors(strings.Join(r, " ")), true
			continue
		}
		if relevant {
			out = appendRow(out, r, cols)
		}
	}
	if found {
		return out
	}
	if vertical := readVerticalTable(rows); len(vertical) > 0 && (!needsName || anyRowMentions(rows)) {
		return vertical
	}
	if headed {
		return nil
	}
	cols = inferColumns(rows)
	for _, r := range rows {
		out = appendRow(out, r, cols)
	}
	return out
}

func anyRowMentions(rows [][]string) bool {
	for _, r := range rows {
		if mentionsSubprocessors(r[0]) {
			return true
		}
	}
	return false
}

// parseHeader reads a row as the header of a table. A header has a column for the name and
// another known column, or consists of one column that mentions subprocessors.
func parseHeader(r []string) (c columns, ok bool) {
	c = columns{-1, -1, -1}
	address, unknown := -1, -1
	for i, cell := range r {
		switch role := roleOf(cell); {
		case role == roleName && c.name < 0:
			c.name = i
		case role == rolePurpose && c.purpose < 0:
			c.purpose = i
		case role == roleLocation && c.location < 0:
			c.location = i
		case isPostalAddress(cell) && address < 0:
			address = i
		case role == roleNone && unknown < 0:
			unknown = i
		}
		if len(strings.Fields(cell)) > maxHeaderWords {
			return c, false
		}
	}
	if c.location < 0 {
		c.location = address
	}
	if c.name < 0 && c.purpose >= 0 && c.location >= 0 {
		c.name = unknown
	}
	return c, c.name >= 0 && (c.known() >= 2 || len(r) == 1 && mentionsSubprocessors(r[0]))
}

// known returns the number of columns that are not missing.
func (c columns) known() (n int) {
	for _, i := range []int{c.name, c.purpose, c.location} {
		if i >= 0 {
			n++
		}
	}
	return n
}

func appendRow(out []Row, r []string, c columns) []Row {
	at := func(i int) string {
		if i >= 0 && i < len(r) {
			return r[i]
		}
		return ""
	}
	row := Row{Name: at(c.name), Purpose: at(c.purpose), Location: at(c.location)}
	if row.Name == "" && len(out) > 0 && (row.Purpose != "" || row.Location != "") {
		row.Name = out[len(out)-1].Name // the name spans several rows
	}
	if row.Name == "" || row.Purpose == "" && row.Location == "" && (c.purpose >= 0 || c.location >= 0) {
		return out // a row that divides the table
	}
	return append(out, row)
}

// inferColumns infers the columns of a table without a header. The first column is the name,
// the one with the most places is the location, and the longest of the others is the purpose.
func inferColumns(rows [][]string) columns {
	c := columns{0, -1, -1}
	places, lengths := map[int]int{}, map[int]int{}
	for _, r := range rows {
		for i, cell := range r {
			if i > 0 && isPlace(cell) {
				places[i]++
			}
			lengths[i] += len(cell)
		}
	}
	for i := 1; i < len(lengths); i++ {
		if places[i]*2 >= len(rows) && (c.location < 0 || places[i] > places[c.location]) {
			c.location = i
		}
	}
	for i := 1; i < len(lengths); i++ {
		if i != c.location && (c.purpose < 0 || lengths[i] > lengths[c.purpose]) {
			c.purpose = i
		}
	}
	return c
}

// readVerticalTable reads a table with labels in its first column and values in its second. A
// repeated label starts the next subprocessor.
func readVerticalTable(rows [][]string) []Row {
	var out []Row
	var cur Row
	roles := map[role]bool{}
	for _, r := range rows {
		if len(r) != 2 {
			return nil
		}
		role := roleOf(r[0])
		if cur.hasRole(role) {
			out = cur.appendIfNamed(out)
			cur = Row{}
		}
		roles[role] = true
		cur.setRole(role, r[1])
	}
	if !roles[roleName] || len(roles) < 2 || len(roles) == 2 && roles[roleNone] {
		return nil
	}
	return cur.appendIfNamed(out)
}

func (r *Row) hasRole(field role) bool {
	switch field {
	case roleName:
		return r.Name != ""
	case rolePurpose:
		return r.Purpose != ""
	case roleLocation:
		return r.Location != ""
	}
	return false
}

func (r *Row) setRole(field role, value string) {
	switch field {
	case roleName:
		r.Name = value
	case rolePurpose:
		r.Purpose = value
	case roleLocation:
		r.Location = value
	}
}

func (r Row) appendIfNamed(out []Row) []Row {
	if r.Name == "" {
		return out
	}
	return append(out, r)
}
