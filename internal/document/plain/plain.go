// Package plain has the plain text of a document: its blocks without Markdown's marks,
// its words in the one form in which they are compared, and their number.
package plain

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PlainText is the text of a document in one line: Markdown without its marks, link
// targets, images and white space, in Unicode's composed form.
func PlainText(md string) string { return JoinText(Parse(md)) }

// JoinText is the text of blocks in one line.
func JoinText(blocks []Block) string {
	n := 0
	for _, k := range blocks {
		n += len(k.Text) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for _, k := range blocks {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if k.Kind == TableRow {
			b.WriteString(CollapseSpace(k.Text))
		} else {
			b.WriteString(k.Text)
		}
	}
	return b.String()
}

// Hash is the hex SHA-256 of a text.
func Hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

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
	if !ragged(s) {
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

// ragged says whether s has white space that Squeeze would change.
func ragged(s string) bool {
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
