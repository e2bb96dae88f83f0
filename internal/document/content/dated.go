package content

import (
	"bytes"
	"strings"

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

// dated collects the lines of a page that have a year, in and outside of its document:
// a document's date often stands in a header that is no part of its text.
type dated struct {
	lines  []string
	before []byte // the line before, empty if that was too long
	line   []byte
}

// datedLines walks the whole tree before anything is taken out of it.
func datedLines(body *node) []string {
	d := &dated{}
	d.walk(body)
	d.flush()
	return d.lines
}

func (d *dated) walk(n *node) {
	if n.isText {
		if len(d.line) <= maxDatedLine {
			d.line = append(d.line, n.text...)
		}
		return
	}
	switch n.tag {
	case atom.Template, atom.Svg, atom.Select, atom.Textarea:
		return
	}
	apart := n.is&inline == 0
	if apart {
		d.flush()
	}
	for c := n.first; c != nil; c = c.next {
		d.walk(c)
	}
	if at := n.attr(attrDatetime); n.tag == atom.Time && len(at) >= 10 && !hasYear(beginning(n, maxDatedLine)) {
		d.line = append(append(d.line, ' '), at[:10]...)
	}
	if apart || n.tag == atom.Br {
		d.flush()
	}
}

// flush ends a line. A short one is kept with the line before it, which may say
// what date it is.
func (d *dated) flush() {
	raw := d.line
	if len(bytes.TrimSpace(raw)) == 0 {
		d.line = raw[:0]
		return
	}
	if len(raw) <= 4*maxDatedLine && len(d.lines) < maxDatedLines && hasYear(raw) {
		if line := plain.CollapseSpace(string(raw)); len(line) <= maxDatedLine {
			if before := plain.CollapseSpace(string(d.before)); len(line) < 40 && before != "" && len(before) < 60 && !hasYear(d.before) {
				line = before + "\n\n" + line
			}
			d.lines = append(d.lines, line)
		}
	}
	if len(raw) > 4*maxDatedLine {
		raw = raw[:0]
	}
	d.before, d.line = raw, d.before[:0]
}

// hasYear says whether a line may name a year.
func hasYear[T string | []byte](s T) bool {
	for i := 0; i+2 < len(s); i++ {
		switch c := s[i]; {
		case c == '1' && s[i+1] == '9', c == '2' && (s[i+1] == '0' || s[i+1] == '5'): // 25: the Buddhist era
			if i+3 < len(s) && '0' <= s[i+2] && s[i+2] <= '9' && '0' <= s[i+3] && s[i+3] <= '9' {
				return true
			}
		case c == "年"[0] && s[i+1] == "年"[1] && s[i+2] == "年"[2]:
			return true
		}
	}
	return false
}

// modifiedNames are the meta elements that say when a page was changed.
var modifiedNames = map[string]bool{
	"article:modified_time": true, "og:updated_time": true, "og:article:modified_time": true, "last-modified": true, "lastmod": true,
	"dcterms.modified": true, "dc.date.modified": true, "dc.modified": true, "date.modified": true, "last_updated": true, "revised": true,
}

// modifiedBy takes the time that a meta element gives.
func (t *tree) modifiedBy(meta *node) {
	for _, key := range []attrKey{attrProperty, attrName, attrItemprop, attrEquiv} {
		name := strings.ToLower(meta.attr(key))
		if modifiedNames[name] || name == "datemodified" {
			t.saw(meta.attr(attrContent))
		}
	}
}

// linkedData reads dateModified of schema.org's JSON-LD.
func (t *tree) linkedData(s string) {
	s = s[:min(len(s), maxLinkedData)]
	if _, rest, ok := strings.Cut(s, `"dateModified"`); ok {
		if _, rest, ok = strings.Cut(rest[:min(len(rest), 80)], `"`); ok {
			at, _, _ := strings.Cut(rest, `"`)
			t.saw(at)
		}
	}
}

// saw keeps the newest time; they are written so that text order is time's order.
func (t *tree) saw(at string) {
	if len(at) >= 10 && at > t.modified {
		t.modified = at
	}
}
