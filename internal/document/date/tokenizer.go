package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word or a number before the year.
type token struct {
	start  int
	folded string // empty for a number
	number int
}

// tokenizer reads words and numbers backwards.
type tokenizer struct {
	s        string
	at, from int
	last     int
}

// mark remembers the place, to which skipping goes back if it finds nothing.
func (t *tokenizer) mark() { t.last = t.at }

// previousExcept is the word before that is in none of the sets.
func (t *tokenizer) previousExcept(sets ...map[string]bool) token {
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

// previous is the word or number before, and moves before it.
func (t *tokenizer) previous() token {
	feeds := 0
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.s[t.from:t.at])
		if r == '\n' {
			feeds++
		}
		if feeds > 1 || !strings.ContainsRune(" \t\r\n\u00a0\u2009\u202f.,،、|*_^~'’/-–<>", r) {
			break
		}
		t.at -= size
	}
	end := t.at
	if digitAt(t.s, end-1) && end > t.from {
		n, start := readDigitsBefore(t.s, end, t.from)
		t.at = start
		if start > 0 && (isLatin(t.s[start-1]) || digitAt(t.s, start-1) || start > 1 && strings.IndexByte(".,", t.s[start-1]) >= 0 && digitAt(t.s, start-2)) {
			return token{start: start}
		}
		return token{start: start, number: n}
	}
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.s[t.from:t.at])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != 'º' && r != '°' {
			break
		}
		t.at -= size
	}
	return token{start: t.at, folded: fold(t.s[t.at:end])}
}

func isLatin(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }
