package content

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// markKind are kinds of emphasis, as bits.
type markKind uint8

const (
	strong markKind = 1 << iota
	emphasis
	strike
)

// openMark is one that was written and not closed yet.
type openMark struct {
	kind  markKind
	start int // where in the line
}

func (m markKind) delimiter() string {
	switch m {
	case strong:
		return "**"
	case emphasis:
		return "_"
	}
	return "~~"
}

// writeMarked writes what is below n with a mark. Marks are written only where the next
// character needs them and closed where one does not, so that they hug the text, as
// CommonMark wants it, and neighbours with the same mark become one.
func (w *writer) writeMarked(n *node, m markKind) {
	if n.hasBlock && n.words > maxEmphasisWords { // a whole document in bold is no emphasis
		w.writeChildren(n)
		return
	}
	before := w.wantedMarks
	if !w.inHeading {
		w.wantedMarks |= m
	}
	w.writeChildren(n)
	w.wantedMarks = before
}

// maxEmphasisWords is how many words in several blocks may be emphasised.
const maxEmphasisWords = 300

// writeText writes characters: white space becomes one space, what Markdown would take
// for a mark is escaped.
func (w *writer) writeText(s string) {
	if w.preDepth > 0 && strings.IndexByte(s, '\n') >= 0 {
		first := true
		for row := range strings.SplitSeq(s, "\n") {
			if !first {
				w.writeLineBreak()
			}
			first = false
			w.writeWords(row)
		}
		return
	}
	w.writeWords(s)
}

func (w *writer) writeWords(s string) {
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
			w.writeWord(s[from:i])
		}
		for i < len(s) {
			n := spaceAt(s, i)
			if n == 0 {
				break
			}
			w.pendingSpace = true
			i += n
		}
	}
}

// spaceAt is the length of the white space character at i, 0 if there is none.
func spaceAt(s string, i int) int {
	c := s[i]
	if c < utf8.RuneSelf {
		if isSpace(c) || c == '\v' {
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

// writeWord writes characters without white space.
func (w *writer) writeWord(s string) {
	w.syncMarks(s[0])
	from := 0
	for i := 0; i < len(s); i++ {
		if markdownSpecial[s[i]] && w.needsEscape(s, i) {
			w.block = append(append(w.block, s[from:i]...), '\\')
			from = i
		}
	}
	w.block = append(w.block, s[from:]...)
}

// markdownSpecial are the bytes that may have a meaning in Markdown anywhere in a line.
var markdownSpecial = func() (t [256]bool) {
	for _, c := range []byte("\\*_`[]<&~|") {
		t[c] = true
	}
	return
}()

// needsEscape says whether the special byte at i has a meaning there.
func (w *writer) needsEscape(s string, i int) bool {
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	switch s[i] {
	case '<':
		return isLetter(next) || next == '/' || next == '!' || next == '?'
	case '&':
		return isLetter(next) || next == '#'
	case '~':
		return next == '~' || i > 0 && s[i-1] == '~'
	case '|':
		return w.inCell
	}
	return true
}

// syncMarks closes and opens marks until those that are open are those that are wanted,
// and writes the white space that was read, outside of them. next is the first byte
// of what follows.
func (w *writer) syncMarks(next byte) {
	if !w.hasWantedMarks() {
		keep := 0
		for keep < len(w.openMarks) && w.openMarks[keep].kind&w.wantedMarks != 0 {
			keep++
		}
		w.closeMarks(keep, next)
	}
	switch n := len(w.block); {
	case n == 0:
	case w.cellBreaks > 0:
		w.block = append(w.block, "<br><br>"[:4*min(2, w.cellBreaks)]...)
	case w.pendingSpace && w.block[n-1] != '\n' && n != w.linkTextStart:
		w.block = append(w.block, ' ')
	}
	w.pendingSpace, w.cellBreaks = false, 0
	if w.hasWantedMarks() {
		return
	}
	for _, m := range []markKind{strong, emphasis, strike} {
		if w.wantedMarks&m != 0 && !w.isOpen(m) {
			w.openMarks = append(w.openMarks, openMark{m, len(w.block)})
			w.block = append(w.block, m.delimiter()...)
		}
	}
}

// hasWantedMarks says whether the open marks are those that are asked for.
func (w *writer) hasWantedMarks() bool {
	var open markKind
	for _, m := range w.openMarks {
		open |= m.kind
	}
	return open == w.wantedMarks
}

func (w *writer) isOpen(kind markKind) bool {
	for _, m := range w.openMarks {
		if m.kind == kind {
			return true
		}
	}
	return false
}

// closeMarks closes all open marks but the first keep of them. next is the byte
// that follows, 0 at the end of a block.
func (w *writer) closeMarks(keep int, next byte) {
	joins := next != 0 && !w.pendingSpace && w.cellBreaks == 0 && (isLetter(next) || next >= '0' && next <= '9' || next >= utf8.RuneSelf)
	for i := len(w.openMarks) - 1; i >= keep; i-- {
		m := w.openMarks[i]
		text := m.kind.delimiter()
		inner := w.block[m.start+len(text):]
		if !bytes.ContainsFunc(inner, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			w.block = append(w.block[:m.start], inner...) // nothing to stress
			continue
		}
		if m.kind == emphasis && (joins || m.start > 0 && endsWithWordChar(w.block[:m.start])) {
			text = "*" // "_" means nothing within a word
			w.block[m.start] = '*'
		}
		end := len(w.block)
		if joins { // a mark after punctuation and before a letter closes nothing
			for end > m.start+len(text)+1 && isPunctuation(w.block[end-1]) && w.block[end-2] != '\\' {
				end--
			}
		}
		for end > m.start+len(text) && (w.block[end-1] == ' ' || w.block[end-1] == '\n') {
			end--
		}
		tail := string(w.block[end:])
		w.block = append(append(w.block[:end], text...), tail...)
	}
	w.openMarks = w.openMarks[:keep]
}

func endsWithWordChar(b []byte) bool {
	r, _ := utf8.DecodeLastRune(b)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func isPunctuation(c byte) bool {
	switch c {
	case '.', ',', ':', ';', '!', '?', ')', '"', '\'':
		return true
	}
	return false
}

// maxBlockBytes is how long a block gets that only has line breaks in it, in bytes.
const maxBlockBytes = 1 << 16

// writeLineBreak writes a break within a block; a second one ends the block.
func (w *writer) writeLineBreak() {
	switch n := len(w.block); {
	case w.inHeading || w.inLink:
		w.pendingSpace = true
	case w.inCell:
		w.cellBreaks++
	case n == 0:
	case w.block[n-1] == '\n', n > maxBlockBytes:
		w.flush()
	default:
		w.block = append(w.block, "  \n"...)
		w.pendingSpace = false
	}
}

// maxCodeBytes is the longest text of a code span, in bytes.
const maxCodeBytes = 200

// writeCode writes a code span; in the middle of other marks it is text.
func (w *writer) writeCode(n *node) {
	if n.words == 0 || n.hasBlock || w.inHeading || len(textPrefix(n, maxCodeBytes)) > maxCodeBytes || findTag(n, atom.A) != nil {
		w.writeChildren(n)
		return
	}
	text := tokenize.CollapseSpace(allText(n))
	w.syncMarks(text[0])
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if fence != "`" {
		text = " " + text + " "
	}
	if w.inCell {
		text = strings.ReplaceAll(text, "|", `\|`)
	}
	w.block = append(append(append(w.block, fence...), text...), fence...)
}

// blockEscapeOffset is where in a line's beginning a backslash is needed so that it begins no
// heading, list, quote, rule or fence; -1 if nowhere.
func blockEscapeOffset(s []byte) int {
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
