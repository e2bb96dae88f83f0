package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// charKind is the kind of a character.
type charKind uint8

// Kinds of characters.
const (
	kindOther charKind = iota // punctuation and everything else
	kindBlank
	kindLetter
	kindDigit
	kindUnspaced         // a character of a script without spaces, a word by itself
	kindCurrency         // a currency sign
	kindCheckMark        // a mark that means yes or no, or an empty box
	kindComparison       // a sign of comparison
	kindArrow            // an arrow that does not point to the right
	kindEmailPlaceholder // see emailaddr.Placeholder
)

// asciiKinds holds the kinds of the ASCII characters.
var asciiKinds = func() (t [128]charKind) {
	for c := range t {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			t[c] = kindBlank
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			t[c] = kindLetter
		case c >= '0' && c <= '9':
			t[c] = kindDigit
		case c == '$':
			t[c] = kindCurrency
		case c == '<' || c == '>' || c == '=':
			t[c] = kindComparison
		}
	}
	return t
}()

// kindAt returns the kind of the character at i and its length in bytes.
func (s *tokenizer) kindAt(i int) (kind charKind, size int) {
	if c := s.text[i]; c < utf8.RuneSelf {
		return asciiKinds[c], 1
	}
	r, n := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r >= 0xb2 && r <= 0xb3 || r == 0xb9 || r >= 0x2070 && r <= 0x209f || r >= 0x2460 && r <= 0x24ff:
		return kindOther, n // superscripts are footnote marks, circled numbers are list markers
	case isUnspaced(r):
		return kindUnspaced, n
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return kindLetter, n
	case unicode.IsNumber(r):
		return kindDigit, n
	case unicode.IsSpace(r):
		return kindBlank, n
	case strings.ContainsRune("≤≥±≠", r):
		return kindComparison, n
	case isArrow(r):
		return kindArrow, n
	case checkMarkLetter(r) != 0:
		return kindCheckMark, n
	case unicode.Is(unicode.Sc, r):
		return kindCurrency, n
	}
	return kindOther, n
}

// isUnspaced reports whether a character belongs to a script without spaces between words:
// Thai, Lao, Burmese, Khmer, kana or ideographs.
func isUnspaced(r rune) bool {
	return r >= 0x0e00 && r <= 0x0eff && unicode.IsLetter(r) || r >= 0x1000 && r <= 0x109f && unicode.IsLetter(r) ||
		r >= 0x1780 && r <= 0x17ff && unicode.IsLetter(r) || r >= 0x3041 && r <= 0x30ff && unicode.IsLetter(r) ||
		r >= 0x3400 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// checkMarkLetter returns 'y' for a mark that means yes, 'n' for no, 'o' for an empty box,
// and 0 for any other character.
func checkMarkLetter(r rune) byte {
	switch r {
	case '✓', '✔', '☑', '✅', '👍', '🟢':
		return 'y'
	case '✗', '✘', '☒', '❌', '✕', '✖', '×', '👎', '🔴', '🚫', '⛔':
		return 'n'
	case '☐':
		return 'o'
	}
	return 0
}

// isArrow reports whether a character is an arrow that does not point to the right. An arrow to
// the right is the usual decoration of a link.
func isArrow(r rune) bool {
	return r >= 0x2190 && strings.ContainsRune("←↑↓↔⇐⇑⇓⇔⟵⟷▲▼◀", r)
}

// wordKindAt is like kindAt but considers the context. A comparison counts only before a
// number, a check mark only as a checkbox or alone in its cell, and a cross also before or
// after words. An arrow counts between words, before a number, and alone in a cell. An e-mail
// placeholder counts as one character.
func (s *tokenizer) wordKindAt(i int) (kind charKind, size int) {
	if c := s.text[i]; c < utf8.RuneSelf && c != '[' && asciiKinds[c] != kindComparison { // the common case
		return asciiKinds[c], 1
	}
	kind, size = s.kindAt(i)
	switch {
	case kind == kindComparison:
		if c := s.text[i]; (c == '<' || c == '>') && i+1 < len(s.text) && s.text[i+1] == '=' {
			size = 2
		}
		if !s.amountAt(s.skipBlank(i + size)) {
			if s.isLeftArrow(i) {
				return kindArrow, len("<-")
			}
			return kindOther, size
		}
	case kind == kindCheckMark && !s.isCheckbox(i) && !s.isCross(i) && !s.isAloneInCell(i, size):
		return kindOther, size
	case kind == kindArrow && !s.isMeaningfulArrow(i, size):
		return kindOther, size
	case kind == kindOther && s.text[i] == '[' && strings.HasPrefix(s.text[i:], emailaddr.Placeholder):
		return kindEmailPlaceholder, len(emailaddr.Placeholder)
	}
	return kind, size
}
