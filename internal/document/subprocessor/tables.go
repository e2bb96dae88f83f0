package subprocessor

import (
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
)

// columns are the indexes of what is told, or -1.
type columns struct{ name, purpose, location int }

// readTables reads all tables. Where strict, only those count whose head, or the heading or
// paragraph above, speaks of subprocessors.
func readTables(blocks []markdown.Block, strict bool) []Row {
	var out []Row
	speaks := false // the heading or the paragraph before speaks of subprocessors
	level := 0      // of the heading that does
	for i := 0; i < len(blocks); {
		b := blocks[i]
		if b.Kind != markdown.TableRow {
			switch {
			case b.Kind == markdown.Heading && mentionsSubprocessors(b.Text):
				speaks, level = true, b.Level
			case b.Kind == markdown.Heading && b.Level <= level:
				speaks, level = false, 0
			case b.Kind == markdown.Paragraph && level == 0:
				speaks = mentionsSubprocessors(b.Text)
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
		out = append(out, readAdjacentTables(rows, strict && !speaks, strict)...)
		if len(out) > maxRows {
			return out[:maxRows]
		}
		i = j
	}
	return out
}

// readAdjacentTables reads rows that may be several tables, each with a head. needsName says that
// the head must speak of subprocessors itself, headed that there must be a head.
func readAdjacentTables(rows [][]string, needsName, headed bool) []Row {
	var out []Row
	var cols columns
	in, found := false, false
	for _, r := range rows {
		if c, ok := parseHeader(r); ok {
			cols, in, found = c, !needsName || mentionsSubprocessors(strings.Join(r, " ")), true
			continue
		}
		if in {
			out = appendRow(out, r, cols)
		}
	}
	if found {
		return out
	}
	if upright := readVerticalTable(rows); len(upright) > 0 && (!needsName || anyRowMentions(rows)) {
		return upright
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

// parseHeader reads a row as the head of a table: it has a column for the name and another
// that is known, or only the one column.
func parseHeader(r []string) (c columns, ok bool) {
	c = columns{-1, -1, -1}
	address, free := -1, -1
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
		case role == roleNone && free < 0:
			free = i
		}
		if len(strings.Fields(cell)) > maxHeaderWords {
			return c, false
		}
	}
	if c.location < 0 {
		c.location = address
	}
	if c.name < 0 && c.purpose >= 0 && c.location >= 0 {
		c.name = free
	}
	known := 0
	for _, i := range []int{c.name, c.purpose, c.location} {
		if i >= 0 {
			known++
		}
	}
	return c, c.name >= 0 && (known >= 2 || len(r) == 1 && mentionsSubprocessors(r[0]))
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
		row.Name = out[len(out)-1].Name // the cell above spans rows
	}
	if row.Name == "" || row.Purpose == "" && row.Location == "" && (c.purpose >= 0 || c.location >= 0) {
		return out // a line that divides the table
	}
	return append(out, row)
}

// inferColumns finds the columns of a table without a head: the first is the name, one that
// names places the location, the longest of the others the purpose.
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

// readVerticalTable reads a table that stands upright: the first cell of each row says what the
// second tells, and a name begins the next subprocessor.
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

func (r *Row) hasRole(what role) bool {
	switch what {
	case roleName:
		return r.Name != ""
	case rolePurpose:
		return r.Purpose != ""
	case roleLocation:
		return r.Location != ""
	}
	return false
}

func (r *Row) setRole(what role, value string) {
	switch what {
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
