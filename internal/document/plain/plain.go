// Package plain has the plain text of a document: in the one form in which texts are
// compared, and counted in words.
package plain

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode"
	"unicode/utf8"
)

// Hash is the hex SHA-256 of a text.
func Hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// Count counts words; each ideograph, kana or Hangul syllable is half of one.
func Count(s string) int {
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
