package content

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// Bounds on the data for package date. They were chosen by hand.
const (
	maxDatedLineBytes = 200
	maxDatedLines     = 100
	maxJSONLDBytes    = 256 << 10 // of one JSON-LD script
)

// datedLineCollector collects the lines of a page that contain a year, inside and outside
// of the document. Many pages state the date of a document in a header outside its text.
type datedLineCollector struct {
	lines    []string
	previous []byte // the previous line; empty if it was too long
	line     []byte
}

// datedLines collects the dated lines of the whole tree. Call it before pruning.
func datedLines(body *node) []string {
	d := &datedLineCollector{}
	d.walk(body)
	d.flush()
	return d.lines
}

// walk collects the lines of n.
func (d *datedLineCollector) walk(n *node) {
	if n.isText {
		if len(d.line) <= maxDatedLineBytes {
			d.line = append(d.line, n.text...)
		}
		return
	}
	switch n.tag {
	case atom.Template, atom.Svg, atom.Select, atom.Textarea:
		return
	}
	isBlock := n.class&inline == 0
	if isBlock {
		d.flush()
	}
	for c := n.first; c != nil; c = c.next {
		d.walk(c)
	}
	if at := n.attr(attrDatetime); n.tag == atom.Time && len(at) >= 10 && !hasYear(textPrefix(n, maxDatedLineBytes)) {
		d.line = append(append(d.line, ' '), at[:10]...)
	}
	if isBlock || n.tag == atom.Br {
		d.flush()
	}
}

// flush ends a line. If the line is short, it is collected together with the previous line,
// which may be its label ("Last updated").
func (d *datedLineCollector) flush() {
	raw := d.line
	if len(bytes.TrimSpace(raw)) == 0 {
		d.line = raw[:0]
		return
	}
	if len(raw) <= 4*maxDatedLineBytes && len(d.lines) < maxDatedLines && hasYear(raw) {
		if line := tokenize.CollapseSpace(string(raw)); len(line) <= maxDatedLineBytes {
			if before := tokenize.CollapseSpace(string(d.previous)); len(line) < 40 && before != "" && len(before) < 60 && !hasYear(d.previous) {
				line = before + "\n\n" + line
			}
			d.lines = append(d.lines, line)
		}
	}
	if len(raw) > 4*maxDatedLineBytes {
		raw = raw[:0]
	}
	d.previous, d.line = raw, d.previous[:0]
}

// hasYear reports whether a line may contain a year: four digits that begin with 19, 20 or
// 25, or the character for "year" in Chinese and Japanese.
func hasYear[T string | []byte](s T) bool {
	for i := 0; i+2 < len(s); i++ {
		if c := s[i+2]; c < utf8.RuneSelf && (c < '0' || c > '9') { // no year includes this byte
			i += 2
			continue
		}
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
