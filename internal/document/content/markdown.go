package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// inline elements stand within a line.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Ins: true, atom.Label: true, atom.Mark: true, atom.Q: true, atom.S: true, atom.Small: true,
	atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.U: true, atom.Wbr: true, atom.Img: true,
}

// maxNesting bounds how deep the tree is followed; the parser itself stops at 512.
const maxNesting = 600

// writer writes a tree as Markdown. It is made for legal texts: headings, lists,
// tables, emphasis and links; everything else is a paragraph.
type writer struct {
	out       strings.Builder
	line      strings.Builder // the block that is being written
	prefix    string          // of the block's first line: "- ", "1. ", "## "
	indent    int
	headings  []string
	linkWords int
	depth     int
	cell      bool
}

func (w *writer) done() string {
	w.flush()
	return strings.TrimSpace(w.out.String())
}

// flush ends the block.
func (w *writer) flush() {
	s := plain.Squeeze(w.line.String())
	w.line.Reset()
	if s == "" {
		return
	}
	if w.out.Len() > 0 {
		if strings.HasPrefix(w.prefix, "- ") || strings.HasPrefix(w.prefix, "|") || strings.Contains(w.prefix, ". ") {
			w.out.WriteString("\n")
		} else {
			w.out.WriteString("\n\n")
		}
	}
	if w.indent > 0 {
		w.out.WriteString(strings.Repeat("  ", min(w.indent, 8)))
	}
	w.out.WriteString(w.prefix)
	w.out.WriteString(s)
	w.prefix = ""
}

// block writes what is below n.
func (w *writer) block(n *html.Node) {
	if w.depth++; w.depth > maxNesting {
		w.depth--
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
	w.depth--
}

func (w *writer) node(n *html.Node) {
	if n.Type == html.TextNode {
		w.line.WriteString(n.Data)
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.heading(n)
	case atom.A:
		w.link(n)
	case atom.Br:
		if w.cell {
			w.line.WriteByte(' ')
		} else {
			w.flush()
		}
	case atom.Ul, atom.Ol, atom.Menu:
		w.list(n)
	case atom.Table:
		w.table(n)
	case atom.Strong, atom.B:
		w.marked(n, "**")
	case atom.Img, atom.Script, atom.Style:
	default:
		if inline[n.DataAtom] || w.cell {
			w.block(n)
			if w.cell && !inline[n.DataAtom] {
				w.line.WriteByte(' ')
			}
			return
		}
		w.flush()
		w.block(n)
		w.flush()
	}
}

func (w *writer) heading(n *html.Node) {
	text := plain.Squeeze(textOf(n))
	if text == "" {
		return
	}
	if w.cell {
		w.line.WriteString(" " + text + " ")
		return
	}
	w.flush()
	w.prefix = strings.Repeat("#", int(n.Data[1]-'0')) + " "
	w.line.WriteString(text)
	w.flush()
	if len(w.headings) < maxHeadings {
		w.headings = append(w.headings, text)
	}
}

func (w *writer) link(n *html.Node) {
	text := plain.Squeeze(textOf(n))
	w.linkWords += plain.Count(text)
	href := strings.TrimSpace(attr(n, "href"))
	if text == "" || href == "" || href[0] == '#' || strings.ContainsAny(href, " \n()") || hasBlock(n) {
		w.block(n)
		return
	}
	w.line.WriteString("[" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(text) + "](" + href + ")")
}

func hasBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (!inline[c.DataAtom] || hasBlock(c)) {
			return true
		}
	}
	return false
}

func (w *writer) marked(n *html.Node, mark string) {
	text := plain.Squeeze(textOf(n))
	if text == "" || hasBlock(n) || find(n, atom.A) != nil {
		w.block(n)
		return
	}
	if n.PrevSibling != nil && n.PrevSibling.Type == html.ElementNode {
		w.line.WriteByte(' ')
	}
	w.line.WriteString(mark + text + mark)
	if strings.HasSuffix(textOf(n), " ") {
		w.line.WriteByte(' ')
	}
}

func (w *writer) list(n *html.Node) {
	if w.cell {
		w.block(n)
		return
	}
	w.flush()
	number := 0
	nested := w.indent
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if c.DataAtom != atom.Li {
			w.node(c)
			continue
		}
		number++
		w.prefix = "- "
		if n.DataAtom == atom.Ol {
			w.prefix = strconv.Itoa(number) + ". "
		}
		w.indent = nested
		w.block2(c)
		w.flush()
		w.prefix = ""
	}
	w.indent = nested
}

// block2 writes a list item; lists within it are indented.
func (w *writer) block2(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Ul || c.DataAtom == atom.Ol {
			w.flush()
			w.indent++
			w.list(c)
			w.indent--
			continue
		}
		w.node(c)
	}
}

// table writes rows; a table of one column is layout, and so is one in a cell.
func (w *writer) table(n *html.Node) {
	rows := rowsOf(n)
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r))
	}
	if wide < 2 || w.cell || find2(n, atom.Table) {
		w.flush()
		for _, r := range rows {
			for _, c := range r {
				w.block(c)
				w.flush()
			}
		}
		return
	}
	w.flush()
	w.cell = true
	for i, r := range rows {
		var cells []string
		for _, c := range r {
			w.line.Reset()
			w.block(c)
			cells = append(cells, strings.ReplaceAll(plain.Squeeze(w.line.String()), "|", `\|`))
		}
		w.line.Reset()
		if i == 0 {
			w.out.WriteString("\n")
		}
		w.out.WriteString("\n| " + strings.Join(cells, " | ") + " |")
		if i == 0 {
			w.out.WriteString("\n|" + strings.Repeat(" --- |", len(cells)))
		}
	}
	w.cell = false
}

func rowsOf(n *html.Node) [][]*html.Node {
	var rows [][]*html.Node
	walk(n, func(c *html.Node) bool {
		if c.DataAtom == atom.Table && c != n {
			return false
		}
		if c.DataAtom == atom.Tr {
			var cells []*html.Node
			for d := c.FirstChild; d != nil; d = d.NextSibling {
				if d.DataAtom == atom.Td || d.DataAtom == atom.Th {
					cells = append(cells, d)
				}
			}
			rows = append(rows, cells)
		}
		return true
	})
	return rows
}

// find2 says whether there is a further element of a tag below n.
func find2(n *html.Node, tag atom.Atom) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if find(c, tag) != nil {
			return true
		}
	}
	return false
}
