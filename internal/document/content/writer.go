package content

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// writer writes a tree as Markdown (CommonMark, with GitHub's tables and strikes).
// It is made for legal texts: headings, lists, tables, quotes, emphasis and links;
// everything else is a paragraph.
type writer struct {
	out       []byte
	line      []byte // the block that is being written, with its marks
	space     bool   // white space was read since the last character of line
	want      marks  // that the elements around ask for
	open      []mark // that were written in line and wait for their end
	within    []container
	marker    string // of the block that is being written: "## "
	tight     bool   // the next block follows without an empty line
	cell      bool   // within a table's cell
	cellBreak int    // lines that ended since the last character of this cell
	ruled     bool   // a rule comes before the next block
	number    string // of the section whose heading comes next
	inHeading bool
	inItem    bool // within an item of a list
	listed    bool // the last block was an item of the list that is being written
	inLink    bool
	linkFrom  int // where the text of that link begins in line
	pre       int // within elements whose line breaks count
	addr      addresses

	headings  []string
	linkWords int
}

// container is a quote or a list item: what stands before its first line and
// before each further one.
type container struct {
	first, rest string
	begun       bool
}

// maxNesting bounds how deep quotes and lists are indented; what is deeper is
// written at that depth.
const maxNesting = 10

func newWriter(page, base string) *writer { return &writer{addr: newAddresses(page, base)} }

// done ends the text and gives it.
func (w *writer) done() string {
	w.flush()
	return strings.Trim(string(w.out), "\n")
}

// flush ends the block that is being written.
func (w *writer) flush() {
	w.closeMarks(0, 0)
	w.space = false
	if w.cell {
		lines := 2 // a paragraph ends with an empty line, an item does not
		if w.inItem {
			lines = 1
		}
		if len(w.line) > 0 {
			w.cellBreak = max(w.cellBreak, lines)
		}
		return
	}
	text := bytes.TrimSpace(w.line)
	if len(text) == 0 {
		w.line = w.line[:0]
		return
	}
	w.begin()
	for first := true; len(text) > 0; first = false {
		row, rest, _ := bytes.Cut(text, []byte{'\n'})
		if !first {
			w.out = append(w.out, '\n')
			w.indent(false)
		}
		if at := escapeAt(row); at >= 0 && !w.inHeading {
			w.out = append(append(w.out, row[:at]...), '\\')
			row = row[at:]
		}
		w.out = append(w.out, row...)
		text = rest
	}
	w.line = w.line[:0]
}

// begin writes what stands before the first line of a block.
func (w *writer) begin() {
	if w.ruled { // a rule stands between two blocks, and not at the end
		w.ruled, w.tight = false, false
		w.out = append(w.out, "\n\n---"...)
	}
	if len(w.out) > 0 {
		w.out = append(w.out, '\n')
		if !w.tight {
			w.indent(false)
			w.out = append(bytes.TrimRight(w.out, " "), '\n')
		}
	}
	w.tight = false
	w.indent(true)
	w.out = append(w.out, w.marker...)
	w.marker = ""
}

// indent writes what the containers put before a line, which begins a block or not.
func (w *writer) indent(begins bool) {
	for i := range w.within {
		c := &w.within[i]
		switch {
		case c.begun:
			w.out = append(w.out, c.rest...)
		case begins:
			w.out = append(w.out, c.first...)
			c.begun = true
		}
	}
}

// enter writes f within a container.
func (w *writer) enter(c container, f func()) {
	w.flush()
	if w.cell || len(w.within) >= maxNesting {
		f()
		w.flush()
		return
	}
	w.within = append(w.within, c)
	f()
	w.flush()
	w.within = w.within[:len(w.within)-1]
}

// blocks writes what is below n.
func (w *writer) blocks(n *node) {
	for c := n.first; c != nil; c = c.next {
		w.node(c)
	}
}

func (w *writer) node(n *node) {
	if n.dropped != kept {
		return
	}
	switch {
	case n.markdown:
		w.markdown(n.text)
		return
	case n.isText:
		w.text(n.text)
		return
	}
	switch n.tag {
	case atom.A:
		w.link(n)
	case atom.Br:
		w.lineBreak()
	case atom.Strong, atom.B:
		w.marked(n, strong)
	case atom.Em, atom.I:
		w.marked(n, emphasis)
	case atom.Del, atom.S, atom.Strike:
		w.marked(n, strike)
	case atom.Code, atom.Kbd, atom.Samp:
		w.code(n)
	case atom.Img:
		w.image(n)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.list(n)
	case atom.Li:
		w.item(n, "- ")
	case atom.Table:
		w.table(n)
	case atom.Hr:
		w.flush()
		w.ruled = !w.cell && len(w.out) > 0
	case atom.Pre, atom.Listing, atom.Xmp:
		w.preformatted(n)
	case atom.Blockquote:
		w.enter(container{first: "> ", rest: "> "}, func() { w.blocks(n) })
	case atom.Dt, atom.Summary:
		w.flush()
		if n.heads > 0 {
			w.blocks(n)
		} else {
			w.marked(n, strong)
		}
		w.flush()
	default:
		w.other(n)
	}
}

// other writes an element that has no form of its own in Markdown.
func (w *writer) other(n *node) {
	if level := headingLevel(n); level > 0 {
		w.heading(n, level)
		return
	}
	pre := n.keepsLines()
	if pre {
		w.pre++
	}
	if n.standsInLine() {
		w.blocks(n)
	} else {
		w.flush()
		w.blocks(n)
		w.flush()
	}
	if pre {
		w.pre--
	}
}

// standsInLine says whether an element is a part of the line around it. One that ExtractHTML does not
// know is where it stands within a paragraph.
func (n *node) standsInLine() bool {
	if n.is&inline != 0 {
		return !strings.Contains(n.attr(attrStyle), "display:block") && !strings.Contains(n.attr(attrStyle), "display: block")
	}
	return n.tag == 0 && !n.holdsBlock && n.up != nil && (n.up.is&(inline|heading) != 0 || n.up.tag == atom.P)
}

// keepsLines says whether line breaks within an element count.
func (n *node) keepsLines() bool {
	for i := range n.attrs {
		switch a := &n.attrs[i]; a.key {
		case attrStyle:
			if strings.Contains(a.val, "white-space") && (strings.Contains(a.val, "pre-line") || strings.Contains(a.val, "pre-wrap")) {
				return true
			}
		case attrClass:
			if strings.Contains(a.val, "whitespace-pre-") {
				return true
			}
		}
	}
	return false
}
