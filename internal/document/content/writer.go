package content

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// writer renders a tree as Markdown (CommonMark with GitHub's tables and strikethrough). It
// covers what legal texts need: headings, lists, tables, quotes, emphasis and links.
// Everything else becomes a paragraph.
type writer struct {
	lineWriter
	out           []byte
	containers    []container
	marker        string // prefix of the block being written: "## "
	tight         bool   // no empty line before the next block
	pendingRule   bool   // a thematic break precedes the next block
	sectionNumber string // list number for the next heading
	inHeading     bool
	inItem        bool // inside a list item
	afterItem     bool // the last block was an item of the current list
	inLink        bool
	preDepth      int // number of enclosing elements that preserve line breaks
	urls          urlResolver

	headings  []string
	linkWords int
}

// lineWriter writes the words of a block with the marks around them.
type lineWriter struct {
	block         []byte     // the block being written, with its marks
	pendingSpace  bool       // white space was read since the last character of block
	wantedMarks   markKind   // marks of the enclosing elements
	openMarks     []openMark // marks in block that are not closed yet
	inCell        bool       // inside a table cell
	cellBreaks    int        // line breaks since the last character of the cell
	linkTextStart int        // offset of the current link's text in block
}

// container is a quote or a list item: the prefix of its first line and of its other lines.
type container struct {
	first, rest string
	started     bool
}

// maxNesting bounds the indentation of nested quotes and lists. Deeper ones are written at
// that depth. It was chosen by hand.
const maxNesting = 10

// newWriter returns a writer that resolves links against the URL of the page and its base href.
func newWriter(page, base string) *writer { return &writer{urls: newURLResolver(page, base)} }

// finish ends the last block and returns the text.
func (w *writer) finish() string {
	w.flush()
	return string(bytes.Trim(w.out, "\n"))
}

// flush ends the block being written.
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

// beginBlock writes what precedes the first line of a block.
func (w *writer) beginBlock() {
	if w.pendingRule { // a thematic break stands between blocks, not at the end
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

// writeIndent writes the prefixes of the containers for one line. begins is set for the
// first line of a block.
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

// writeContainer runs f and writes its output inside a container.
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

// writeChildren writes the children of n.
func (w *writer) writeChildren(n *node) {
	for c := n.first; c != nil; c = c.next {
		w.writeNode(c)
	}
}

// writeNode writes a node unless it is dropped.
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

// writeElement writes an element without a Markdown equivalent.
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

// isRenderedInline reports whether an element is part of the surrounding line. An unknown
// element is rendered inline inside a paragraph, a heading or an inline element.
func (n *node) isRenderedInline() bool {
	if n.class&inline != 0 {
		return !strings.Contains(n.attr(attrStyle), "display:block") && !strings.Contains(n.attr(attrStyle), "display: block")
	}
	return n.tag == 0 && !n.hasBlock && n.parent != nil && (n.parent.class&(inline|heading) != 0 || n.parent.tag == atom.P)
}

// preservesLineBreaks reports whether an element's style or classes preserve line breaks.
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
