package date

import (
	"strings"
	"unicode/utf8"
)

// Limits of the context of a date, in bytes. They were chosen by hand.
const (
	// contextBefore and contextAfter are the lengths of the searched text before and after a
	// date.
	contextBefore = 260
	contextAfter  = 160
	// maxLabelBytes is the maximum length of a line that labels the next line.
	maxLabelBytes = 90
)

// punctuation lists the characters between words that do not end a sentence.
const punctuation = " :,;-()[]\"'|#>/=~·•«»“”„（）【】「」『』：、，・＊%&+\\"

// dateContext is the text around a date, folded.
type dateContext struct {
	left, right string // up to the neighboring dates
	// sentence is the part of the date's sentence that precedes the date, including other
	// dates.
	sentence    string
	startsRange bool // the date is the first of a range
	followsDate bool // left begins at the end of another date
}

// newDateContext returns the context of literals[i].
func newDateContext(text string, literals []dateLiteral, i int) dateContext {
	l := literals[i]
	from, to := max(0, l.start-contextBefore), min(len(text), l.end+contextAfter)
	if i > 0 {
		from = max(from, literals[i-1].end)
	}
	next := i+1 < len(literals) && literals[i+1].start < to
	if next {
		to = literals[i+1].start
	}
	ctx := dateContext{left: trimTimeOfDay(fold(trimPartialRunes(text[from:l.start]))), right: fold(trimPartialRunes(text[l.end:to])), followsDate: i > 0 && from == literals[i-1].end}
	ctx.sentence = lastSentence(ctx.left)
	if ctx.followsDate && len(ctx.sentence) == len(ctx.left) {
		ctx.sentence = lastSentence(fold(trimPartialRunes(text[max(0, l.start-contextBefore):l.start])))
	}
	ctx.startsRange = next && rangeTerms[strings.TrimSpace(ctx.right)]
	return ctx
}

// trimPartialRunes removes incomplete UTF-8 sequences from both ends of a substring.
func trimPartialRunes(s string) string {
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	for i := len(s) - 1; i >= max(0, len(s)-utf8.UTFMax); i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				s = s[:i]
			}
			break
		}
	}
	return s
}

// lastSentence returns the last, possibly incomplete, sentence of a text.
func lastSentence(s string) string {
	if i := strings.LastIndexAny(s, "\n!?。；"); i >= 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	for at := len(s); ; {
		i := strings.LastIndex(s[:at], ". ")
		if i < 0 {
			return s
		}
		if w := lastWord(s[:i]); len(w) > 3 && !isNumber(w) {
			return s[i+2:]
		}
		at = i
	}
}

// firstSentenceEnd returns the index at which the first sentence of a text ends.
func firstSentenceEnd(s string) int {
	end := len(s)
	for _, stop := range []string{"\n", ". ", "。", "! ", "? ", "；"} {
		if i := strings.Index(s, stop); i >= 0 {
			end = min(end, i)
		}
	}
	return end
}
