package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CountWords counts the words of a text: runs of characters without white space. Each
// ideograph, kana or Hangul syllable counts as half a word.
func CountWords(s string) int {
	words, wide, in := 0, 0, uint8(0) // in is 1 within a word
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
	return words + wide/2
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
