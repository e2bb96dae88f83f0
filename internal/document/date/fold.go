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
	var b strings.Builder
	b.Grow(len(s))
	space, newlines, emphasized, lower := false, 0, false, false
	flush := func(r rune) {
		switch {
		case newlines > 1, newlines == 1 && (r == '#' || r == '|' || r == '-' || r == '+' || r == '•' || r == '>' || emphasized):
			b.WriteByte('\n')
		case space || newlines == 1:
			b.WriteByte(' ')
		}
		space, newlines, emphasized = false, 0, false
	}
	baseOf := baseLetters()
	for _, r := range s {
		switch {
		case r == '\n':
			newlines++
		case r == ' ' || r == '\t' || r == '\r' || r == '\u00a0':
			space = true
		case r == '*' || r == '_' || r == '`':
			emphasized, space = newlines > 0, true // begins a list item or an emphasized line
		case r >= 0x64b && r <= 0x652 || r == 0x640: // Arabic vowel signs and tatweel
		case r == 0x200b || r == 0x200d || r == 0xfeff || r == 0xad || r == 0x2060 || r == 0x200e || r == 0x200f:
		case r < 0x80:
			if 'A' <= r && r <= 'Z' {
				space = space || lower // "FranceVersion": two elements without a space in between
				r += 'a' - 'A'
				lower = false
			} else {
				lower = 'a' <= r && r <= 'z'
			}
			flush(r)
			b.WriteByte(byte(r))
			continue
		default:
			flush(r)
			r = unicode.ToLower(r)
			if f, ok := baseOf[r]; ok {
				b.WriteString(f)
			} else if r < 0x300 || r > 0x36f { // not a combining accent
				b.WriteRune(r)
			}
		}
		lower = false
	}
	if newlines > 0 || space {
		flush(0)
	}
	return b.String()
}
