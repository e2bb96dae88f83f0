package content

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// Bounds of what is kept for finding dates: lines of the page that have a year, in
// bytes and number, and how much of a script of linked data is read.
const (
	maxDatedLine  = 200
	maxDatedLines = 100
	maxLinkedData = 256 << 10
)

// dated collects what a page says of its dates, in and outside of its main content:
// a document's date often stands in a header that is no part of its text.
type dated struct {
	lines    []string
	before   string // the line before
	line     strings.Builder
	modified string
}

// readDated walks the whole tree before anything is taken out of it.
func (p *Page) readDated(root *html.Node) {
	d := &dated{}
	d.walk(root)
	d.flush()
	p.Dated, p.Modified = d.lines, d.modified
}

func (d *dated) walk(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		if d.line.Len() <= maxDatedLine {
			d.line.WriteString(n.Data)
		}
		return
	case n.Type != html.ElementNode && n.Type != html.DocumentNode:
		return
	}
	switch n.DataAtom {
	case atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Title, atom.Select, atom.Textarea:
		return
	case atom.Meta:
		d.meta(n)
		return
	case atom.Script:
		d.linkedData(n)
		return
	}
	block := n.Type == html.ElementNode && !inline[n.DataAtom]
	if block {
		d.flush()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		d.walk(c)
	}
	if at := attr(n, "datetime"); n.DataAtom == atom.Time && len(at) >= 10 && !hasYear(textOf(n)) {
		d.line.WriteString(" " + at[:10])
	}
	if block {
		d.flush()
	}
}

// flush ends a line. A short one is kept with the line before it, which may say
// what date it is.
func (d *dated) flush() {
	if d.line.Len() == 0 {
		return
	}
	raw := d.line.String()
	d.line.Reset()
	if len(raw) > 4*maxDatedLine {
		d.before = ""
		return
	}
	line := plain.Squeeze(raw)
	if line == "" {
		return
	}
	if len(line) <= maxDatedLine && len(d.lines) < maxDatedLines && hasYear(line) {
		if len(line) < 40 && d.before != "" && len(d.before) < 60 && !hasYear(d.before) {
			line = d.before + "\n\n" + line
		}
		d.lines = append(d.lines, line)
	}
	d.before = line
}

// hasYear says whether a line may name a year.
func hasYear(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "20", "19", "25": // 25: the Buddhist era
			if i+3 < len(s) && '0' <= s[i+2] && s[i+2] <= '9' && '0' <= s[i+3] && s[i+3] <= '9' {
				return true
			}
		}
	}
	return strings.Contains(s, "年")
}

// modifiedNames are the meta elements that say when a page was changed.
var modifiedNames = map[string]bool{
	"article:modified_time": true, "og:updated_time": true, "og:article:modified_time": true, "last-modified": true, "lastmod": true,
	"dcterms.modified": true, "dc.date.modified": true, "dc.modified": true, "date.modified": true, "last_updated": true, "revised": true,
}

func (d *dated) meta(n *html.Node) {
	for _, key := range []string{"property", "name", "itemprop", "http-equiv"} {
		name := strings.ToLower(attr(n, key))
		if modifiedNames[name] || name == "datemodified" {
			d.saw(attr(n, "content"))
		}
	}
}

// linkedData reads dateModified of schema.org's JSON-LD.
func (d *dated) linkedData(n *html.Node) {
	if n.FirstChild == nil || !strings.EqualFold(attr(n, "type"), "application/ld+json") {
		return
	}
	s := n.FirstChild.Data
	s = s[:min(len(s), maxLinkedData)]
	if _, rest, ok := strings.Cut(s, `"dateModified"`); ok {
		if _, rest, ok = strings.Cut(rest[:min(len(rest), 80)], `"`); ok {
			at, _, _ := strings.Cut(rest, `"`)
			d.saw(at)
		}
	}
}

// saw keeps the newest time; they are written so that text order is time's order.
func (d *dated) saw(at string) {
	if len(at) >= 10 && at > d.modified {
		d.modified = at
	}
}
