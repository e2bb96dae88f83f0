// Package plain has the plain text of a document: in the one form in which texts are
// compared, and counted in words.
package plain

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	linkTarget = regexp.MustCompile(`!?\[([^\]\n]*)\]\([^)\n]*\)`)
	markup     = strings.NewReplacer("**", "", "__", "", "# ", " ", "#", "", "*", "", "|", " ", "`", "", "> ", " ", "\\", "", "---", " ", "\u00a0", " ", "\u200b", "", "\ufeff", "", "\u00ad", "")
	// invisible are characters that show nothing and that editors sprinkle: word
	// joiner, zero width space, byte order mark and soft hyphen.
	invisible = strings.NewReplacer("\u2060", "", "\u200b", "", "\ufeff", "", "\u00ad", "")
	// copyrightYear is the year that a footer counts up by itself.
	copyrightYear = regexp.MustCompile(`©\s*(?:\d{4}\s*[-–]\s*)?\d{4}`)
)

// Normalise is the text that is compared: Markdown without its marks, link
// targets and white space, in Unicode's composed form.
func Normalise(md string) string {
	s := norm.NFC.String(md)
	s = linkTarget.ReplaceAllString(s, "$1")
	s = markup.Replace(s)
	s = copyrightYear.ReplaceAllString(s, "©")
	return Squeeze(invisible.Replace(s))
}

// Hash is the hex SHA-256 of a text.
func Hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// Squeeze makes one space of each run of white space, and none at the ends.
func Squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

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
