package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// Bounds of a data table. They were chosen by hand.
const (
	// maxColumns also bounds colspan and rowspan.
	maxColumns = 60
	// maxCellWords is the maximum of the average number of words in a cell.
	maxCellWords = 400
)

// writeTable writes a data table as a Markdown table, and the cells of a layout table as
// blocks.
func (w *writer) writeTable(n *node) {
	w.flush()
	rows := tableRows(n)
	columns, filled := 0, 0
	for _, r := range rows {
		columns = max(columns, len(r))
		for _, c := range r {
			if c != nil && c.words > 0 {
				filled++
			}
		}
	}
	if w.inCell || isLayoutGrid(n, len(rows), columns, filled) {
		w.writeLayoutTable(n)
		return
	}
	for c := n.first; c != nil; c = c.next { // the caption, and text outside of cells
		if c.dropped == notDropped && (c.isText || c.tag == atom.Caption || c.class&tablePart == 0) {
			w.writeNode(c)
		}
	}
	w.flush()
	if !hasHeaderRow(rows) {
		rows = append([][]*node{nil}, rows...)
	}
	for i, r := range rows {
		w.writeRow(r, columns)
		if i == 0 {
			w.tight = true
			w.beginBlock()
			w.out = append(w.out, '|')
			w.out = append(w.out, strings.Repeat(" --- |", columns)...)
		}
		w.tight = true
	}
	w.tight = false
}

// isLayoutGrid reports whether a table with this number of rows, columns and filled cells is
// a layout table: it has one column, hardly any cells, other tables as its content, or whole
// sections in its cells.
func isLayoutGrid(n *node, rows, columns, filled int) bool {
	return columns < 2 || rows < 2 && filled < 2 || n.headings > 0 && int(n.words) > filled*maxCellWords/4 || int(n.words) > filled*maxCellWords ||
		n.attr(attrRole) == "presentation" && n.headings > 0 || columns > maxColumns || hasNestedTable(n) && !isDataTable(n)
}

// writeRow writes the cells of a row, padded to the number of columns.
func (w *writer) writeRow(cells []*node, columns int) {
	w.beginBlock()
	w.out = append(w.out, '|')
	w.inCell = true
	for i := range columns {
		w.out = append(w.out, ' ')
		if i < len(cells) && cells[i] != nil && cells[i].dropped == notDropped {
			w.block, w.cellBreaks = w.block[:0], 0
			w.writeChildren(cells[i])
			w.closeMarks(0, 0)
			w.out = append(w.out, strings.ReplaceAll(strings.TrimSpace(string(w.block)), "  \n", "<br>")...)
		}
		w.out = append(w.out, " |"...)
	}
	w.block, w.inCell, w.cellBreaks, w.pendingSpace = w.block[:0], false, 0, false
}

// writeLayoutTable writes the cells of a layout table as blocks.
func (w *writer) writeLayoutTable(n *node) {
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != notDropped:
		case c.hasTag(atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr):
			w.flush()
			w.writeLayoutTable(c)
			w.flush()
		default:
			w.writeNode(c)
		}
	}
	w.flush()
}

// hasHeaderRow reports whether the first row names the columns.
func hasHeaderRow(rows [][]*node) bool {
	if len(rows) < 2 {
		return false
	}
	named := 0
	for _, c := range rows[0] {
		switch {
		case c == nil || c.words == 0:
		case c.tag == atom.Th || c.parent.parent.tag == atom.Thead || c.isBold():
			named++
		default:
			return false
		}
	}
	return named > 0
}

// isBold reports whether n has text and all of it is bold.
func (n *node) isBold() bool {
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != notDropped || c.words == 0 || c.tag == atom.B || c.tag == atom.Strong || c.class&heading != 0:
		case c.isText || !c.isBold():
			return false
		}
	}
	return n.words > 0
}

// maxInnerTableWords is the maximum length of the tables inside a data table with header cells.
// It was chosen by hand.
const maxInnerTableWords = 60

// isDataTable reports whether a table with another table in it is a data table all the same: it
// has header cells of its own, or at least three rows with the same number of cells, and most
// of its words are outside of the inner tables.
func isDataTable(n *node) bool {
	if n.headings > 0 {
		return false
	}
	headers, inner := 0, int32(0)
	walk(n, func(c *node) bool {
		switch {
		case c.dropped != notDropped:
			return false
		case c != n && c.tag == atom.Table:
			inner += c.words
			return false
		case c.tag == atom.Th || c.tag == atom.Td && c.parent.parent.tag == atom.Thead:
			headers++
		}
		return true
	})
	if headers >= 2 {
		return inner <= max(n.words/2, maxInnerTableWords)
	}
	rows := tableRows(n)
	for _, r := range rows {
		if len(r) != len(rows[0]) {
			return false
		}
	}
	return len(rows) >= 3 && inner*2 < n.words
}

// hasNestedTable reports whether a table contains another table.
func hasNestedTable(n *node) bool {
	for c := n.first; c != nil; c = c.next {
		if findTag(c, atom.Table) != nil {
			return true
		}
	}
	return false
}

// tableRows returns the cells of a table by row. It has nil where a cell spans from the left
// or from above.
func tableRows(n *node) [][]*node {
	var rows [][]*node
	var rowsLeft []int // number of rows that a cell above still spans, by column
	walk(n, func(c *node) bool {
		switch {
		case c.dropped != notDropped || c != n && (c.class&tablePart == 0 || c.tag == atom.Caption):
			return false
		case c.tag != atom.Tr:
			return true
		}
		var row []*node
		skipSpanned := func() {
			for len(row) < len(rowsLeft) && rowsLeft[len(row)] > 0 {
				rowsLeft[len(row)]--
				row = append(row, nil)
			}
		}
		skipSpanned()
		for d := c.first; d != nil; d = d.next {
			if d.dropped != notDropped || d.tag != atom.Td && d.tag != atom.Th {
				continue
			}
			rowspan := cellSpan(d, attrRowspan)
			for i := range cellSpan(d, attrColspan) {
				if len(row) > maxColumns {
					break
				}
				if i == 0 {
					row = append(row, d)
				} else {
					row = append(row, nil)
				}
				for len(rowsLeft) < len(row) {
					rowsLeft = append(rowsLeft, 0)
				}
				rowsLeft[len(row)-1] = rowspan - 1
			}
			skipSpanned()
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
		return false
	})
	return rows
}

// cellSpan returns how many columns or rows a cell spans, at most maxColumns.
func cellSpan(n *node, k attrKey) int {
	span := strings.TrimSpace(n.attr(k))
	if span == "" { // nearly every cell; an error would allocate memory
		return 1
	}
	v, err := strconv.Atoi(span)
	if err != nil || v < 1 {
		return 1
	}
	return min(v, maxColumns)
}
