package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CountWords counts words; each ideograph, kana or Hangul syllable is half of one.
func CountWords(s string) int {
	words, wide, in := 0, 0, false
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf { // most are
			blank := c == ' ' || c >= '\t' && c <= '\r'
			if !blank && !in {
				words++
			}
			in = !blank
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r >= 0x2e80 && (unicode.Is(unicode.Han, r) || unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul)):
			wide++
			in = false
		case unicode.IsSpace(r):
			in = false
		case !in:
			words++
			in = true
		}
	}
	return words + wide/2
}

// CollapseSpace makes one space of each run of white space, and none at the ends.
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

// needsCollapse says whether s has white space that Squeeze would change.
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
