package content

import (
	"bytes"
	"unicode"
	"unicode/utf8"
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

// maxEmphasisWords is how many words in several blocks may be emphasised.
const maxEmphasisWords = 300

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
