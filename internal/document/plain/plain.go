// Package plain has the plain text of a document: in the one form in which texts are
// compared, and counted in words.
package plain

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode"
)

// Hash is the hex SHA-256 of a text.
func Hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// Count counts words; each ideograph, kana or Hangul syllable is half of one.
func Count(s string) int {
	words, wide, in := 0, 0, false
	for _, r := range s {
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
