package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word or a number.
type token struct {
	start  int
	folded string // empty for a number
	number int    // 0 for a word, and for a number of more than two digits
}

// reverseTokenizer reads words and numbers backwards from a position.
type reverseTokenizer struct {
	text     string
	at, from int // the position, and the offset at which to stop
}

// previousExcept returns the nearest preceding word or number that is in none of the sets.
// It gives up after five words.
func (t *reverseTokenizer) previousExcept(sets ...map[string]bool) token {
	for range 5 {
		w := t.previous()
		skip := false
		for _, set := range sets {
			skip = skip || w.folded != "" && set[w.folded]
		}
		if !skip {
			return w
		}
	}
	return token{}
}

// previous returns the preceding word or number and moves before it.
func (t *reverseTokenizer) previous() token {
	feeds := 0
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.text[t.from:t.at])
		if r == '\n' {
			feeds++
		}
		if feeds > 1 || !strings.ContainsRune(" \t\r\n\u00a0\u2009\u202f.,،、|*_^~'’/-–<>«»„“”\"", r) {
			break
		}
		t.at -= size
	}
	end := t.at
	if digitAt(t.text, end-1) && end > t.from {
		n, start := readDigitsBefore(t.text, end, t.from)
		t.at = start
		if start > 0 && (isASCIILetter(t.text[start-1]) || digitAt(t.text, start-1) || start > 1 && strings.IndexByte(".,", t.text[start-1]) >= 0 && digitAt(t.text, start-2)) {
			return token{start: start}
		}
		return token{start: start, number: n}
	}
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.text[t.from:t.at])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != 'º' && r != '°' {
			break
		}
		t.at -= size
	}
	return token{start: t.at, folded: fold(t.text[t.at:end])}
}

// isASCIILetter reports whether b is an ASCII letter.
func isASCIILetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }
