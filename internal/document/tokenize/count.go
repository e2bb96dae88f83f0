package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lettersPerWord is the mean number of letters, without vowel signs and tone marks, of a word
// in Thai, Lao, Burmese and Khmer, which write no spaces between words.
const lettersPerWord = 3

// CountWords counts the words of a text: runs of characters without white space. Each
// ideograph, kana or Hangul syllable counts as half a word, and lettersPerWord letters of
// Thai, Lao, Burmese or Khmer as one.
func CountWords(s string) int {
	words, wide, letters, in := 0, 0, 0, uint8(0) // in is 1 within a word
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf { // the common case, without branches
			inWord := inWordASCII[c]
			words += int(inWord &^ in)
			in = inWord
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case isSoutheastAsian(r):
			if unicode.IsLetter(r) {
				letters++
			}
			in = 0
		case r >= 0x2e80 && (unicode.Is(unicode.Han, r) || unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul)):
			wide++
			in = 0
		case unicode.IsSpace(r):
			in = 0
		case in == 0:
			words++
			in = 1
		}
	}
	return words + wide/2 + (letters+lettersPerWord-1)/lettersPerWord
}

// isSoutheastAsian reports whether a character belongs to Thai, Lao, Burmese or Khmer. Their
// digits are written like words of other scripts.
func isSoutheastAsian(r rune) bool {
	if r < 0x0e00 || r > 0x17ff {
		return false
	}
	return (r <= 0x0eff || r >= 0x1000 && r <= 0x109f || r >= 0x1780) && !unicode.IsDigit(r)
}

// inWordASCII is 1 for the ASCII characters that are not white space.
var inWordASCII = func() (t [utf8.RuneSelf]uint8) {
	for c := range t {
		if asciiKinds[c] != kindBlank {
			t[c] = 1
		}
	}
	return t
}()

// CollapseSpace replaces each run of white space by one space and trims both ends.
func CollapseSpace(s string) string {
	if !needsCollapse(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for w := range strings.FieldsSeq(s) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, w...)
	}
	return string(b)
}

// needsCollapse reports whether CollapseSpace would change s.
func needsCollapse(s string) bool {
	before := true
	for _, c := range s {
		is := unicode.IsSpace(c)
		if is && (before || c != ' ') {
			return true
		}
		before = is
	}
	return before && s != ""
}
