package content

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// marks are kinds of emphasis, as bits.
type marks uint8

const (
	strong marks = 1 << iota
	emphasis
	strike
)

// mark is one that was written and not closed yet.
type mark struct {
	kind marks
	at   int // where in the line
}

func (m marks) text() string {
	switch m {
	case strong:
		return "**"
	case emphasis:
		return "_"
	}
	return "~~"
}

// marked writes what is below n with a mark. Marks are written only where the next
// character needs them and closed where one does not, so that they hug the text, as
// CommonMark wants it, and neighbours with the same mark become one.
func (w *writer) marked(n *node, m marks) {
	if n.holdsBlock && n.words > maxMarked { // a whole document in bold is no emphasis
		w.blocks(n)
		return
	}
	before := w.want
	if !w.inHeading {
		w.want |= m
	}
	w.blocks(n)
	w.want = before
}

// maxMarked is how many words in several blocks may be emphasised.
const maxMarked = 300

// text writes characters: white space becomes one space, what Markdown would take
// for a mark is escaped.
func (w *writer) text(s string) {
	if w.pre > 0 && strings.IndexByte(s, '\n') >= 0 {
		first := true
		for row := range strings.SplitSeq(s, "\n") {
			if !first {
				w.lineBreak()
			}
			first = false
			w.words(row)
		}
		return
	}
	w.words(s)
}

func (w *writer) words(s string) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) {
			n := spaceAt(s, i)
			if n > 0 {
				break
			}
			i++
		}
		if i > from {
			w.word(s[from:i])
		}
		for i < len(s) {
			n := spaceAt(s, i)
			if n == 0 {
				break
			}
			w.space = true
			i += n
		}
	}
}

// spaceAt is the length of the white space character at i, 0 if there is none.
func spaceAt(s string, i int) int {
	c := s[i]
	if c < utf8.RuneSelf {
		if space(c) || c == '\v' {
			return 1
		}
		return 0
	}
	if c != 0xc2 && c != 0xe1 && c != 0xe2 && c != 0xe3 {
		return 0
	}
	if r, n := utf8.DecodeRuneInString(s[i:]); unicode.IsSpace(r) {
		return n
	}
	return 0
}

// word writes characters without white space.
func (w *writer) word(s string) {
	w.sync(s[0])
	from := 0
	for i := 0; i < len(s); i++ {
		if special[s[i]] && w.escapes(s, i) {
			w.line = append(append(w.line, s[from:i]...), '\\')
			from = i
		}
	}
	w.line = append(w.line, s[from:]...)
}

// special are the bytes that may have a meaning in Markdown anywhere in a line.
var special = func() (t [256]bool) {
	for _, c := range []byte("\\*_`[]<&~|") {
		t[c] = true
	}
	return
}()

// escapes says whether the special byte at i has a meaning there.
func (w *writer) escapes(s string, i int) bool {
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	switch s[i] {
	case '<':
		return letter(next) || next == '/' || next == '!' || next == '?'
	case '&':
		return letter(next) || next == '#'
	case '~':
		return next == '~' || i > 0 && s[i-1] == '~'
	case '|':
		return w.cell
	}
	return true
}

// sync closes and opens marks until those that are open are those that are wanted,
// and writes the white space that was read, outside of them. next is the first byte
// of what follows.
func (w *writer) sync(next byte) {
	if !w.wanted() {
		keep := 0
		for keep < len(w.open) && w.open[keep].kind&w.want != 0 {
			keep++
		}
		w.closeMarks(keep, next)
	}
	switch n := len(w.line); {
	case n == 0:
	case w.cellBreak > 0:
		w.line = append(w.line, "<br><br>"[:4*min(2, w.cellBreak)]...)
	case w.space && w.line[n-1] != '\n' && n != w.linkFrom:
		w.line = append(w.line, ' ')
	}
	w.space, w.cellBreak = false, 0
	if w.wanted() {
		return
	}
	for _, m := range []marks{strong, emphasis, strike} {
		if w.want&m != 0 && !w.isOpen(m) {
			w.open = append(w.open, mark{m, len(w.line)})
			w.line = append(w.line, m.text()...)
		}
	}
}

// wanted says whether the open marks are those that are asked for.
func (w *writer) wanted() bool {
	var open marks
	for _, m := range w.open {
		open |= m.kind
	}
	return open == w.want
}

func (w *writer) isOpen(kind marks) bool {
	for _, m := range w.open {
		if m.kind == kind {
			return true
		}
	}
	return false
}

// closeMarks closes all open marks but the first keep of them. next is the byte
// that follows, 0 at the end of a block.
func (w *writer) closeMarks(keep int, next byte) {
	joins := next != 0 && !w.space && w.cellBreak == 0 && (letter(next) || next >= '0' && next <= '9' || next >= utf8.RuneSelf)
	for i := len(w.open) - 1; i >= keep; i-- {
		m := w.open[i]
		text := m.kind.text()
		inner := w.line[m.at+len(text):]
		if !bytes.ContainsFunc(inner, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			w.line = append(w.line[:m.at], inner...) // nothing to stress
			continue
		}
		if m.kind == emphasis && (joins || m.at > 0 && wordEnd(w.line[:m.at])) {
			text = "*" // "_" means nothing within a word
			w.line[m.at] = '*'
		}
		end := len(w.line)
		if joins { // a mark after punctuation and before a letter closes nothing
			for end > m.at+len(text)+1 && punctuation(w.line[end-1]) && w.line[end-2] != '\\' {
				end--
			}
		}
		for end > m.at+len(text) && (w.line[end-1] == ' ' || w.line[end-1] == '\n') {
			end--
		}
		tail := string(w.line[end:])
		w.line = append(append(w.line[:end], text...), tail...)
	}
	w.open = w.open[:keep]
}

func wordEnd(b []byte) bool {
	r, _ := utf8.DecodeLastRune(b)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func punctuation(c byte) bool {
	switch c {
	case '.', ',', ':', ';', '!', '?', ')', '"', '\'':
		return true
	}
	return false
}

// maxBlock is how long a block gets that only has line breaks in it, in bytes.
const maxBlock = 1 << 16

// lineBreak writes a break within a block; a second one ends the block.
func (w *writer) lineBreak() {
	switch n := len(w.line); {
	case w.inHeading || w.inLink:
		w.space = true
	case w.cell:
		w.cellBreak++
	case n == 0:
	case w.line[n-1] == '\n', n > maxBlock:
		w.flush()
	default:
		w.line = append(w.line, "  \n"...)
		w.space = false
	}
}

// maxCode is the longest text of a code span, in bytes.
const maxCode = 200

// code writes a code span; in the middle of other marks it is text.
func (w *writer) code(n *node) {
	if n.words == 0 || n.holdsBlock || w.inHeading || len(beginning(n, maxCode)) > maxCode || find(n, atom.A) != nil {
		w.blocks(n)
		return
	}
	text := plain.CollapseSpace(allText(n))
	w.sync(text[0])
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if fence != "`" {
		text = " " + text + " "
	}
	if w.cell {
		text = strings.ReplaceAll(text, "|", `\|`)
	}
	w.line = append(append(append(w.line, fence...), text...), fence...)
}

// escapeAt is where in a line's beginning a backslash is needed so that it begins no
// heading, list, quote, rule or fence; -1 if nowhere.
func escapeAt(s []byte) int {
	if len(s) == 0 {
		return -1
	}
	switch c := s[0]; {
	case c == '>':
		return 0
	case c == '-' || c == '+' || c == '=':
		if len(s) == 1 || s[1] == ' ' || s[1] == c {
			return 0
		}
	case c == '#':
		if t := bytes.TrimLeft(s, "#"); len(s)-len(t) <= 6 && (len(t) == 0 || t[0] == ' ') {
			return 0
		}
	case c == '~' && bytes.HasPrefix(s, []byte("~~~")):
		return 0
	case c >= '0' && c <= '9':
		n := 1
		for n < len(s) && n < 10 && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n < len(s) && (s[n] == '.' || s[n] == ')') && (n+1 == len(s) || s[n+1] == ' ') {
			return n
		}
	}
	return -1
}
