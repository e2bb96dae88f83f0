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
	out           []byte
	block         []byte     // the block that is being written, with its marks
	pendingSpace  bool       // white space was read since the last character of line
	wantedMarks   markKind   // that the elements around ask for
	openMarks     []openMark // that were written in line and wait for their end
	containers    []container
	marker        string // of the block that is being written: "## "
	tight         bool   // the next block follows without an empty line
	inCell        bool   // within a table's cell
	cellBreaks    int    // lines that ended since the last character of this cell
	pendingRule   bool   // a rule comes before the next block
	sectionNumber string // of the section whose heading comes next
	inHeading     bool
	inItem        bool // within an item of a list
	afterItem     bool // the last block was an item of the list that is being written
	inLink        bool
	linkTextStart int // where the text of that link begins in line
	preDepth      int // within elements whose line breaks count
	urls          urlResolver

	headings  []string
	linkWords int
}

// container is a quote or a list item: what stands before its first line and
// before each further one.
type container struct {
	first, rest string
	started     bool
}

// maxNesting bounds how deep quotes and lists are indented; what is deeper is
// written at that depth.
const maxNesting = 10

func newWriter(page, base string) *writer { return &writer{urls: newURLResolver(page, base)} }

// finish ends the text and gives it.
func (w *writer) finish() string {
	w.flush()
	return strings.Trim(string(w.out), "\n")
}

// flush ends the block that is being written.
func (w *writer) flush() {
	w.closeMarks(0, 0)
	w.pendingSpace = false
	if w.inCell {
		lines := 2 // a paragraph ends with an empty line, an item does not
		if w.inItem {
			lines = 1
		}
		if len(w.block) > 0 {
			w.cellBreaks = max(w.cellBreaks, lines)
		}
		return
	}
	text := bytes.TrimSpace(w.block)
	if len(text) == 0 {
		w.block = w.block[:0]
		return
	}
	w.beginBlock()
	for first := true; len(text) > 0; first = false {
		row, rest, _ := bytes.Cut(text, []byte{'\n'})
		if !first {
			w.out = append(w.out, '\n')
			w.writeIndent(false)
		}
		if at := blockEscapeOffset(row); at >= 0 && !w.inHeading {
			w.out = append(append(w.out, row[:at]...), '\\')
			row = row[at:]
		}
		w.out = append(w.out, row...)
		text = rest
	}
	w.block = w.block[:0]
}

// beginBlock writes what stands before the first line of a block.
func (w *writer) beginBlock() {
	if w.pendingRule { // a rule stands between two blocks, and not at the end
		w.pendingRule, w.tight = false, false
		w.out = append(w.out, "\n\n---"...)
	}
	if len(w.out) > 0 {
		w.out = append(w.out, '\n')
		if !w.tight {
			w.writeIndent(false)
			w.out = append(bytes.TrimRight(w.out, " "), '\n')
		}
	}
	w.tight = false
	w.writeIndent(true)
	w.out = append(w.out, w.marker...)
	w.marker = ""
}

// writeIndent writes what the containers put before a line, which begins a block or not.
func (w *writer) writeIndent(begins bool) {
	for i := range w.containers {
		c := &w.containers[i]
		switch {
		case c.started:
			w.out = append(w.out, c.rest...)
		case begins:
			w.out = append(w.out, c.first...)
			c.started = true
		}
	}
}

// writeContainer writes f within a container.
func (w *writer) writeContainer(c container, f func()) {
	w.flush()
	if w.inCell || len(w.containers) >= maxNesting {
		f()
		w.flush()
		return
	}
	w.containers = append(w.containers, c)
	f()
	w.flush()
	w.containers = w.containers[:len(w.containers)-1]
}

// writeChildren writes what is below n.
func (w *writer) writeChildren(n *node) {
	for c := n.first; c != nil; c = c.next {
		w.writeNode(c)
	}
}

func (w *writer) writeNode(n *node) {
	if n.dropped != notDropped {
		return
	}
	switch {
	case n.isMarkdown:
		w.writeMarkdown(n.text)
		return
	case n.isText:
		w.writeText(n.text)
		return
	}
	switch n.tag {
	case atom.A:
		w.writeLink(n)
	case atom.Br:
		w.writeLineBreak()
	case atom.Strong, atom.B:
		w.writeMarked(n, strong)
	case atom.Em, atom.I:
		w.writeMarked(n, emphasis)
	case atom.Del, atom.S, atom.Strike:
		w.writeMarked(n, strike)
	case atom.Code, atom.Kbd, atom.Samp:
		w.writeCode(n)
	case atom.Img:
		w.writeImage(n)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.writeList(n)
	case atom.Li:
		w.writeItem(n, "- ")
	case atom.Table:
		w.writeTable(n)
	case atom.Hr:
		w.flush()
		w.pendingRule = !w.inCell && len(w.out) > 0
	case atom.Pre, atom.Listing, atom.Xmp:
		w.writePreformatted(n)
	case atom.Blockquote:
		w.writeContainer(container{first: "> ", rest: "> "}, func() { w.writeChildren(n) })
	case atom.Dt, atom.Summary:
		w.flush()
		if n.headings > 0 {
			w.writeChildren(n)
		} else {
			w.writeMarked(n, strong)
		}
		w.flush()
	default:
		w.writeElement(n)
	}
}

// writeElement writes an element that has no form of its own in Markdown.
func (w *writer) writeElement(n *node) {
	if level := headingLevel(n); level > 0 {
		w.writeHeading(n, level)
		return
	}
	pre := n.preservesLineBreaks()
	if pre {
		w.preDepth++
	}
	if n.isRenderedInline() {
		w.writeChildren(n)
	} else {
		w.flush()
		w.writeChildren(n)
		w.flush()
	}
	if pre {
		w.preDepth--
	}
}

// isRenderedInline says whether an element is a part of the line around it. One that ExtractHTML does not
// know is where it stands within a paragraph.
func (n *node) isRenderedInline() bool {
	if n.class&inline != 0 {
		return !strings.Contains(n.attr(attrStyle), "display:block") && !strings.Contains(n.attr(attrStyle), "display: block")
	}
	return n.tag == 0 && !n.hasBlock && n.parent != nil && (n.parent.class&(inline|heading) != 0 || n.parent.tag == atom.P)
}

// preservesLineBreaks says whether line breaks within an element count.
func (n *node) preservesLineBreaks() bool {
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
