package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

const (
	// maxColumns are written; a table of more is no table of a document.
	maxColumns = 60
	// maxCell is how many words a cell has on average in a table that is layout.
	maxCell = 400
)

// table writes a table as rows of cells. A table of one column or with a table in
// it, or of cells that are whole pages, is layout: its cells follow each other.
func (w *writer) table(n *node) {
	w.flush()
	rows := rowsOf(n)
	wide, filled := 0, 0
	for _, r := range rows {
		wide = max(wide, len(r))
		for _, c := range r {
			if c != nil && c.words > 0 {
				filled++
			}
		}
	}
	if wide < 2 || w.cell || len(rows) < 2 && filled < 2 || n.heads > 0 && int(n.words) > filled*maxCell/4 || int(n.words) > filled*maxCell ||
		n.attr(attrRole) == "presentation" && n.heads > 0 || wide > maxColumns || inner(n) {
		w.layout(n)
		return
	}
	for c := n.first; c != nil; c = c.next { // a caption, and text that was left in the table
		if c.dropped == kept && (c.isText || c.tag == atom.Caption || c.is&tablePart == 0) {
			w.node(c)
		}
	}
	w.flush()
	if !heads(rows) {
		rows = append([][]*node{nil}, rows...)
	}
	for i, r := range rows {
		w.row(r, wide)
		if i == 0 {
			w.tight = true
			w.begin()
			w.out = append(w.out, '|')
			w.out = append(w.out, strings.Repeat(" --- |", wide)...)
		}
		w.tight = true
	}
	w.tight = false
}

func (w *writer) row(cells []*node, wide int) {
	w.begin()
	w.out = append(w.out, '|')
	w.cell = true
	for i := range wide {
		w.out = append(w.out, ' ')
		if i < len(cells) && cells[i] != nil && cells[i].dropped == kept {
			w.line, w.cellBreak = w.line[:0], 0
			w.blocks(cells[i])
			w.closeMarks(0, 0)
			w.out = append(w.out, strings.ReplaceAll(strings.TrimSpace(string(w.line)), "  \n", "<br>")...)
		}
		w.out = append(w.out, " |"...)
	}
	w.line, w.cell, w.cellBreak, w.space = w.line[:0], false, 0, false
}

// layout writes the cells of a table as blocks.
func (w *writer) layout(n *node) {
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != kept:
		case c.oneOf(atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr):
			w.flush()
			w.layout(c)
			w.flush()
		default:
			w.node(c)
		}
	}
	w.flush()
}

// heads says whether the first row names the columns.
func heads(rows [][]*node) bool {
	if len(rows) < 2 {
		return false
	}
	named := 0
	for _, c := range rows[0] {
		switch {
		case c == nil || c.words == 0:
		case c.tag == atom.Th || c.up.up.tag == atom.Thead || c.bold():
			named++
		default:
			return false
		}
	}
	return named > 0
}

// bold says whether all text below n is in bold.
func (n *node) bold() bool {
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != kept || c.words == 0 || c.tag == atom.B || c.tag == atom.Strong || c.is&heading != 0:
		case c.isText || !c.bold():
			return false
		}
	}
	return n.words > 0
}

// inner says whether there is a table in a table's cells.
func inner(n *node) bool {
	for c := n.first; c != nil; c = c.next {
		if find(c, atom.Table) != nil {
			return true
		}
	}
	return false
}

// rowsOf gives the cells of a table by row; nil stands where a cell reaches over
// from the left or from above.
func rowsOf(n *node) [][]*node {
	var rows [][]*node
	var reach []int // rows that a cell above still covers, by column
	walk(n, func(c *node) bool {
		switch {
		case c.dropped != kept || c != n && (c.is&tablePart == 0 || c.tag == atom.Caption):
			return false
		case c.tag != atom.Tr:
			return true
		}
		var row []*node
		over := func() {
			for len(row) < len(reach) && reach[len(row)] > 0 {
				reach[len(row)]--
				row = append(row, nil)
			}
		}
		over()
		for d := c.first; d != nil; d = d.next {
			if d.dropped != kept || d.tag != atom.Td && d.tag != atom.Th {
				continue
			}
			down := spanOf(d, attrRowspan)
			for i := range spanOf(d, attrColspan) {
				if len(row) > maxColumns {
					break
				}
				if i == 0 {
					row = append(row, d)
				} else {
					row = append(row, nil)
				}
				for len(reach) < len(row) {
					reach = append(reach, 0)
				}
				reach[len(row)-1] = down - 1
			}
			over()
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
		return false
	})
	return rows
}

// spanOf is how many columns or rows a cell covers, as far as one believes it.
func spanOf(n *node, k attrKey) int {
	v, err := strconv.Atoi(strings.TrimSpace(n.attr(k)))
	if err != nil || v < 1 {
		return 1
	}
	return min(v, maxColumns)
}
