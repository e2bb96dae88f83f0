package date

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// baseLetters maps accented Latin and Greek letters below U+2000, and some typographic
// characters, to their base forms.
var baseLetters = sync.OnceValue(func() map[rune]string {
	m := map[rune]string{
		'ł': "l", 'ø': "o", 'ı': "i", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'đ': "d", 'þ': "th", 'ð': "d", 'ħ': "h",
		'’': "'", '‘': "'", '–': "-", '—': "-", '―': "-", '：': ":", '\u00a0': " ", '\u2009': " ", '\u202f': " ", '\u3000': " ",
		'ˢ': "s", 'ᵗ': "t", 'ⁿ': "n", 'ᵈ': "d", 'ʳ': "r", 'ʰ': "h", 'ᵉ': "e",
	}
	add := func(from, to rune) {
		for r := from; r <= to; r++ {
			if d := norm.NFD.String(string(r)); d != string(r) {
				b, _ := utf8.DecodeRuneInString(d)
				m[r] = string(unicode.ToLower(b))
			}
		}
	}
	add(0xc0, 0x24f)
	add(0x370, 0x3ff)
	add(0x1e00, 0x1fff)
	return m
})

// fold normalizes a text for comparison: lower case, Latin and Greek letters without
// accents, no emphasis marks, one space for a run of white space, and one line feed
// before each paragraph, list item, heading or table row.
func fold(s string) string {
	var f folder
	f.out.Grow(len(s))
	letters := baseLetters()
	for _, r := range s {
		switch {
		case r == '\n':
			f.newlines++
		case isBlank(r):
			f.space = true
		case r == '*' || r == '_' || r == '`':
			f.emphasized, f.space = f.newlines > 0, true // begins a list item or an emphasized line
		case isIgnorable(r):
		case r < utf8.RuneSelf:
			f.writeASCII(byte(r))
			continue
		default:
			f.flush(r)
			r = unicode.ToLower(r)
			if base, ok := letters[r]; ok {
				f.out.WriteString(base)
			} else if r < 0x300 || r > 0x36f { // not a combining accent
				f.out.WriteRune(r)
			}
		}
		f.lower = false
	}
	if f.newlines > 0 || f.space {
		f.flush(0)
	}
	return f.out.String()
}

// folder holds the output of fold and the white space that is not yet written.
type folder struct {
	out        strings.Builder
	space      bool
	newlines   int
	emphasized bool // an emphasis mark follows the last line feed
	lower      bool // the last character is a lower-case ASCII letter
}

// flush writes the pending white space before r as one character.
func (f *folder) flush(r rune) {
	switch {
	case f.newlines > 1, f.newlines == 1 && (beginsBlock(r) || f.emphasized):
		f.out.WriteByte('\n')
	case f.space || f.newlines == 1:
		f.out.WriteByte(' ')
	}
	f.space, f.newlines, f.emphasized = false, 0, false
}

// writeASCII writes an ASCII character in lower case. An upper-case letter after a
// lower-case one begins a new word: in "FranceVersion" the space between two elements was
// lost.
func (f *folder) writeASCII(c byte) {
	if 'A' <= c && c <= 'Z' {
		f.space = f.space || f.lower
		c += 'a' - 'A'
		f.lower = false
	} else {
		f.lower = 'a' <= c && c <= 'z'
	}
	if f.space || f.newlines > 0 {
		f.flush(rune(c))
	}
	f.out.WriteByte(c)
}

// beginsBlock reports whether a line that begins with r begins a heading, a table row, a
// list item or a quote.
func beginsBlock(r rune) bool {
	return r == '#' || r == '|' || r == '-' || r == '+' || r == '•' || r == '>'
}

// isBlank reports whether r is white space other than a line feed.
func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\u00a0' }

// isIgnorable reports whether r is omitted: Arabic vowel signs, tatweel, and zero-width
// characters.
func isIgnorable(r rune) bool {
	if r >= 0x64b && r <= 0x652 || r == 0x640 {
		return true
	}
	return r == 0x200b || r == 0x200d || r == 0xfeff || r == 0xad || r == 0x2060 || r == 0x200e || r == 0x200f
}
