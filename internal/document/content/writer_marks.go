package content

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// markKind is a set of kinds of emphasis.
type markKind uint8

const (
	strong markKind = 1 << iota
	emphasis
	strike
)

// openMark is a mark that is not closed yet.
type openMark struct {
	kind  markKind
	start int // offset in the block
}

// delimiter returns the Markdown delimiter of a mark.
func (m markKind) delimiter() string {
	switch m {
	case strong:
		return "**"
	case emphasis:
		return "_"
	}
	return "~~"
}

// maxEmphasisWords bounds the length of emphasis that spans blocks. If the whole document is
// bold, nothing is emphasized. It was chosen by hand.
const maxEmphasisWords = 300

// writeMarked writes the children of n with a mark. A mark opens directly before the first
// character that needs it and closes after the last one. So marks touch the text, as
// CommonMark requires, and adjacent elements with the same mark share it.
func (w *writer) writeMarked(n *node, m markKind) {
	if n.hasBlock && n.words > maxEmphasisWords {
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

// syncMarks closes and opens marks so that the open ones equal the wanted ones. It writes
// the pending white space outside of them. next is the first byte of the text that follows.
func (w *lineWriter) syncMarks(next byte) {
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

// hasWantedMarks reports whether the open marks equal the wanted ones.
func (w *lineWriter) hasWantedMarks() bool {
	var open markKind
	for _, m := range w.openMarks {
		open |= m.kind
	}
	return open == w.wantedMarks
}

// isOpen reports whether a mark of the kind is open.
func (w *lineWriter) isOpen(kind markKind) bool {
	for _, m := range w.openMarks {
		if m.kind == kind {
			return true
		}
	}
	return false
}

// closeMarks closes all open marks except the first keep ones. next is the byte that
// follows, 0 at the end of a block.
func (w *lineWriter) closeMarks(keep int, next byte) {
	joinsWord := next != 0 && !w.pendingSpace && w.cellBreaks == 0 && (isLetter(next) || next >= '0' && next <= '9' || next >= utf8.RuneSelf)
	for i := len(w.openMarks) - 1; i >= keep; i-- {
		m := w.openMarks[i]
		text := m.kind.delimiter()
		inner := w.block[m.start+len(text):]
		if !bytes.ContainsFunc(inner, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			w.block = append(w.block[:m.start], inner...) // no letters or digits to emphasize
			continue
		}
		if m.kind == emphasis && (joinsWord || m.start > 0 && endsWithWordChar(w.block[:m.start])) {
			text = "*" // "_" has no effect inside a word
			w.block[m.start] = '*'
		}
		end := len(w.block)
		if joinsWord { // a mark after punctuation and before a letter would not close
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

// endsWithWordChar reports whether b ends with a letter or digit.
func endsWithWordChar(b []byte) bool {
	r, _ := utf8.DecodeLastRune(b)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isPunctuation reports whether c is punctuation after which a mark does not close.
func isPunctuation(c byte) bool {
	switch c {
	case '.', ',', ':', ';', '!', '?', ')', '"', '\'':
		return true
	}
	return false
}
