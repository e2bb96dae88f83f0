package date

import (
	"strings"
	"unicode/utf8"
)

// Reach of a cue, in bytes of the text before and after a date.
const (
	contextBefore = 260
	contextAfter  = 160
	// maxLabelBytes is how long a line may be that is a label for the next one.
	maxLabelBytes = 90
)

// punctuation may stand between words without ending a sentence.
const punctuation = " :,;-()[]\"'|#>/=~·•«»“”„（）【】「」『』：、，・＊%&+\\"

// dateContext are the folded text around one date.
type dateContext struct {
	left, right string
	// sentence is what stands before the date in its sentence, other dates included.
	sentence    string
	startsRange bool // the date begins a span of time
	followsDate bool // left begins at the end of another date
}

func newDateContext(s string, all []dateLiteral, i int) dateContext {
	l := all[i]
	from, to := max(0, l.start-contextBefore), min(len(s), l.end+contextAfter)
	if i > 0 {
		from = max(from, all[i-1].end)
	}
	next := i+1 < len(all) && all[i+1].start < to
	if next {
		to = all[i+1].start
	}
	ctx := dateContext{left: trimTimeOfDay(fold(trimPartialRunes(s[from:l.start]))), right: fold(trimPartialRunes(s[l.end:to])), followsDate: i > 0 && from == all[i-1].end}
	ctx.sentence = lastSentence(ctx.left)
	if ctx.followsDate && len(ctx.sentence) == len(ctx.left) {
		ctx.sentence = lastSentence(fold(trimPartialRunes(s[max(0, l.start-contextBefore):l.start])))
	}
	ctx.startsRange = next && rangeTerms[strings.TrimSpace(ctx.right)]
	return ctx
}

// trimPartialRunes cuts the halves of letters off both ends of a window.
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

// lastSentence is what of a text belongs to its last sentence.
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

// firstSentenceEnd is where the first sentence of a text ends.
func firstSentenceEnd(s string) int {
	end := len(s)
	for _, stop := range []string{"\n", ". ", "。", "! ", "? ", "；"} {
		if i := strings.Index(s, stop); i >= 0 {
			end = min(end, i)
		}
	}
	return end
}
