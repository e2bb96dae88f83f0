package content

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// writeText writes a text. Runs of white space become one space, and special characters are
// escaped. Inside preformatted elements, line breaks are kept.
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

// writeWords writes the words of a text, with one space for each run of white space.
func (w *lineWriter) writeWords(s string) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && (isASCIIWordByte[s[i]] || spaceAt(s, i) == 0) {
			i++
		}
		if i > from {
			w.writeWord(s[from:i])
			i = w.writePlainWords(s, i)
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

// writePlainWords writes the words of s from i on, the end of a word, as long as single spaces separate
// them and they need no escape. They change neither the marks nor the white space, so they are written
// as they are. It returns the end of the last word. For legal texts, that takes a third of the time
// of writing each word by itself.
func (w *lineWriter) writePlainWords(s string, i int) int {
	if w.linkTextStart > len(w.block) { // the white space at the start of a link's text is dropped
		return i
	}
	end := i
	for at := i; at+1 < len(s) && s[at] == ' ' && isPlainWordByte[s[at+1]]; end = at {
		for at++; at < len(s) && isPlainWordByte[s[at]]; at++ {
		}
		if at < len(s) && (s[at] >= utf8.RuneSelf || markdownSpecial[s[at]]) { // the word continues
			break
		}
	}
	w.block = append(w.block, s[i:end]...)
	return end
}

// isPlainWordByte holds the ASCII characters of words that never need an escape.
var isPlainWordByte = func() (t [256]bool) {
	for c, isWord := range isASCIIWordByte {
		t[c] = isWord && !markdownSpecial[c]
	}
	return t
}()

// isASCIIWordByte holds the ASCII characters that are not white space.
var isASCIIWordByte = func() (t [256]bool) {
	for c := range byte(utf8.RuneSelf) {
		t[c] = spaceAt(string(rune(c)), 0) == 0
	}
	return t
}()

// spaceAt returns the length of the white space character at i, or 0 if there is none.
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

// writeWord writes characters that contain no white space.
func (w *lineWriter) writeWord(s string) {
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

// maxBlockBytes is the length of a block beyond which a line break ends it. It was chosen by
// hand.
const maxBlockBytes = 1 << 16

// writeLineBreak writes a line break inside a block; a second one ends the block.
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

// maxCodeBytes bounds the length of a code span. It was chosen by hand.
const maxCodeBytes = 200

// writeCode writes a code span. Long code and code with blocks or links is written as text.
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
