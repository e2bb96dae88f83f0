package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// Kinds of characters.
const (
	other = iota
	blank
	letter
	digit
	unspaced         // a word by itself
	currency         // a currency sign
	checkMark        // yes, no or neither
	comparison       // a comparison, if a number follows
	emailPlaceholder // see emailaddr.Placeholder
)

// asciiKinds are the kinds of the ASCII characters.
var asciiKinds = func() (t [128]uint8) {
	for c := range t {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			t[c] = blank
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			t[c] = letter
		case c >= '0' && c <= '9':
			t[c] = digit
		case c == '$':
			t[c] = currency
		case c == '<' || c == '>' || c == '=':
			t[c] = comparison
		}
	}
	return t
}()

// kindAt returns the kind of the character at i and its length in bytes.
func (s *tokenizer) kindAt(i int) (kind uint8, size int) {
	if c := s.text[i]; c < utf8.RuneSelf {
		return asciiKinds[c], 1
	}
	r, n := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r >= 0xb2 && r <= 0xb3 || r == 0xb9 || r >= 0x2070 && r <= 0x209f || r >= 0x2460 && r <= 0x24ff:
		return other, n // superscripts are footnote marks, circled numbers are list markers
	case isUnspaced(r):
		return unspaced, n
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return letter, n
	case unicode.IsNumber(r):
		return digit, n
	case unicode.IsSpace(r):
		return blank, n
	case r == '≤' || r == '≥' || r == '±':
		return comparison, n
	case checkMarkLetter(r) != 0:
		return checkMark, n
	case unicode.Is(unicode.Sc, r):
		return currency, n
	}
	return other, n
}

// isUnspaced reports whether a character belongs to a script without spaces between words.
func isUnspaced(r rune) bool {
	return r >= 0x0e00 && r <= 0x0eff && unicode.IsLetter(r) || r >= 0x1000 && r <= 0x109f && unicode.IsLetter(r) ||
		r >= 0x1780 && r <= 0x17ff && unicode.IsLetter(r) || r >= 0x3041 && r <= 0x30ff && unicode.IsLetter(r) ||
		r >= 0x3400 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// checkMarkLetter returns y, n or o for a mark that means yes, no or an empty box; else 0.
func checkMarkLetter(r rune) byte {
	switch r {
	case '✓', '✔', '☑', '✅':
		return 'y'
	case '✗', '✘', '☒', '❌', '✕', '✖', '×':
		return 'n'
	case '☐':
		return 'o'
	}
	return 0
}

// wordKindAt is kindAt in context. A comparison counts only before a number, and a check
// mark only as a checkbox or alone in its cell. An e-mail placeholder begins a word as well.
func (s *tokenizer) wordKindAt(i int) (kind uint8, size int) {
	kind, size = s.kindAt(i)
	switch {
	case kind == comparison:
		if c := s.text[i]; (c == '<' || c == '>') && i+1 < len(s.text) && s.text[i+1] == '=' {
			size = 2
		}
		if !s.amountAt(s.skipBlank(i + size)) {
			return other, size
		}
	case kind == checkMark && !s.isCheckbox(i) && !s.isAloneInCell(i, size):
		return other, size
	case kind == other && s.text[i] == '[' && strings.HasPrefix(s.text[i:], emailaddr.Placeholder):
		return emailPlaceholder, len(emailaddr.Placeholder)
	}
	return kind, size
}
