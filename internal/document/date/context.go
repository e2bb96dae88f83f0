package date

import (
	"strings"
	"unicode"
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

// cueMatch is a cue beside a date.
type cueMatch struct {
	cue
	isLabel bool // it begins its line, or it and the document's name are all of it
}

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

// maxStopWords bounds the words between a cue and its date.
const maxStopWords = 12

// matchesBefore walks back from the date over words that say nothing, to a cue; then
// on to a second one, as in "effective and last updated".
func (a dateContext) matchesBefore() []cueMatch {
	w, crossed, table, numbers := a.left, false, false, 0
	var matches []cueMatch
	var vague cueMatch
	for range maxStopWords {
		rest, newline, ended := trimPunctuation(w)
		if ended || rest == "" || newline && (len(matches) > 0 || crossed) {
			break
		}
		if newline {
			above := rest[strings.LastIndexByte(rest, '\n')+1:]
			if len(above) > maxLabelBytes || len(a.left)-len(rest) > 24 || strings.HasSuffix(w, "\n- ") {
				break // no label, or one item of a list
			}
			crossed, table = true, strings.Contains(above, "|")
			if table {
				rest = tableCell(above, strings.Count(w[len(rest):], "|"))
			}
		}
		w = rest
		word := lastWord(w)
		if c, ok := longestCue(indexedCues().before[word], w, strings.HasSuffix); ok {
			left := w[:len(w)-len(c.phrase)]
			match, ok := a.accept(c, left, a.left[min(len(a.left), len(w)):])
			ok = ok && (!crossed || match.isLabel || table)
			switch {
			case c.vague:
				if ok && vague.kind == 0 {
					vague = match
				}
			case table && c.weak && c.kind == published: // the head of a column of dates
				return nil
			case ok && len(matches) == 0:
				matches = append(matches, match)
			case ok && match.kind != matches[0].kind && match.kind != published:
				return append(matches, match)
			case len(matches) == 0 && !(c.weak && (stopWords[word] || isUnspacedStopWord(c.phrase))):
				return nil
			}
			w = left
			continue
		}
		if len(matches) > 0 && word != "and" && word != "&" && !stopWords[word] {
			break
		}
		n, ok := stopWordLength(w, word)
		if !ok {
			break
		}
		if word[0] >= '0' && word[0] <= '9' {
			if numbers++; numbers > 3 {
				break
			}
		}
		w = w[:len(w)-n]
	}
	if len(matches) == 0 && vague.kind != 0 {
		matches = append(matches, vague)
	}
	return matches
}

// tableCell is what stands in the column of a table's row; borders are those before it
// in both rows and in the line between.
func tableCell(row string, borders int) string {
	cells := strings.Split(strings.Trim(row, " |"), "|")
	for _, i := range []int{borders - 1, len(cells) - 1} {
		if i >= 0 && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}

// trimPunctuation cuts marks from the end, and says whether a line or a sentence ended there.
func trimPunctuation(w string) (rest string, newline, ended bool) {
	rest = strings.TrimRight(w, punctuation+"\n.!?。")
	cut := w[len(rest):]
	newline = strings.Contains(cut, "\n")
	if strings.ContainsAny(cut, "!?。") {
		return rest, newline, true
	}
	if i := strings.Index(cut, ". "); i >= 0 {
		// An abbreviation or a number does not end a sentence.
		last := lastWord(rest)
		ended = len(last) > 4 || !stopWords[last] && last != "rev" && last != "ver" && last != "eff" && last != "upd" && !isNumber(last)
	}
	return rest, newline, ended
}

func isNumber(w string) bool {
	return w != "" && strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// longestCue is the longest cue that w has at its end, or at its beginning.
func longestCue(list []cue, w string, has func(string, string) bool) (cue, bool) {
	var best cue
	for _, c := range list {
		if len(c.phrase) > len(best.phrase) && has(w, c.phrase) && isWholeWord(w, c.phrase) {
			best = c
		}
	}
	return best, best.phrase != ""
}

// isWholeWord says whether a phrase at the end of w begins a word there.
func isWholeWord(w, phrase string) bool {
	if !strings.HasSuffix(w, phrase) || len(w) == len(phrase) {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(phrase); isUnspaced(first) || first >= 0x590 && first < 0x780 { // Hebrew and Arabic prefix words
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(w[:len(w)-len(phrase)])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// stopWordLength is how many bytes at the end of w say nothing of the date.
func stopWordLength(w, word string) (int, bool) {
	if _, n := trailingAudience(w); n > 0 {
		return n, true
	}
	if stopWords[word] || stopWords[strings.Trim(word, "'")] {
		return len(word), true
	}
	if r, _ := utf8.DecodeLastRuneInString(w); isUnspaced(r) {
		for _, g := range unspacedStopWords {
			if strings.HasSuffix(w, g) {
				return len(g), true
			}
		}
		return 0, false
	}
	if len(word) > 0 && len(word) <= 8 && strings.Trim(word, "v0123456789.°#") == "" { // a version
		return len(word), true
	}
	return len(word), len(word) > 1 && documentTerms.matches(word)
}

// accept says whether a cue is said of the document: left is what stands before it,
// gap what stands between it and the date.
func (a dateContext) accept(c cue, left, gap string) (cueMatch, bool) {
	match := cueMatch{cue: c}
	prefix := lastSentence(left)
	line := left[strings.LastIndexByte(left, '\n')+1:]
	rest := a.right[:firstSentenceEnd(a.right)]
	if a.startsRange || formerTerms.matches(prefix[max(0, len(prefix)-70):]) {
		return match, false
	}
	lastLaw, lastDoc := lawTerms.lastIndex(a.sentence), documentTerms.lastIndex(a.sentence)
	if lastLaw > lastDoc || lastDoc < 0 && lawTerms.matches(rest) || partTerms[lastWord(strings.TrimRight(prefix, punctuation))] {
		return match, false
	}
	match.isLabel = onlyStopWords(line) || strings.HasSuffix(strings.TrimRight(line, " "), "-") || c.phrase == "rev" && strings.HasSuffix(line, "(")
	named := documentTerms.matches(prefix) || documentTerms.matches(gap) || documentTerms.matches(rest)
	switch {
	case c.vague:
		return match, named && lastLaw < 0 && !lawTerms.matches(rest) && (applicabilityTerms.matches(prefix) || applicabilityTerms.matches(rest))
	case !c.weak:
		return match, true
	case named && (match.isLabel || c.kind != published || documentTerms.matches(gap) || selfReferenceTerms.matches(prefix)):
		return match, true
	case match.isLabel:
		// A label has nothing but the date, or little, on its line.
		return match, strings.Contains(gap, ":") || len(strings.Fields(rest)) <= 4 || a.audience() != allUsers && continuesWithAudience(rest)
	}
	return match, false
}

// onlyStopWords says whether nothing but the document's name stands on a line.
func onlyStopWords(line string) bool {
	for {
		line = strings.TrimRight(line, punctuation+".!?。")
		if line == "" {
			return true
		}
		n, ok := stopWordLength(line, lastWord(line))
		if !ok || n == 0 {
			return false
		}
		line = line[:len(line)-n]
	}
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

// matchAfter is a cue that follows the date.
func (a dateContext) matchAfter() (cueMatch, bool) {
	w := a.right
	for range 3 {
		w = strings.TrimLeft(w, " ,()[]:-|「」（）.'")
		if w == "" {
			return cueMatch{}, false
		}
		c, ok := longestCue(indexedCues().after[firstWord(w)], w, strings.HasPrefix)
		if !ok {
			if first := firstWord(w); stopWords[first] && first != "" {
				w = w[len(first):]
				continue
			}
			return cueMatch{}, false
		}
		return a.acceptAfter(c, w[len(c.phrase):])
	}
	return cueMatch{}, false
}

func (a dateContext) acceptAfter(c cue, rest string) (cueMatch, bool) {
	match := cueMatch{cue: c}
	prefix := lastSentence(a.left)
	rest = rest[:firstSentenceEnd(rest)]
	lastLaw, lastDoc := lawTerms.lastIndex(a.sentence), documentTerms.lastIndex(a.sentence)
	if lastLaw > lastDoc || formerTerms.matches(prefix[max(0, len(prefix)-70):]) || lastDoc < 0 && lawTerms.matches(rest) {
		return match, false
	}
	if c.unspacedScript() {
		match.isLabel = onlyStopWords(a.left[strings.LastIndexByte(a.left, '\n')+1:])
		return match, match.isLabel || lastDoc >= 0 || documentTerms.matches(rest) || len(strings.TrimSpace(rest)) < 12
	}
	line := strings.Trim(a.left[strings.LastIndexByte(a.left, '\n')+1:], punctuation)
	match.isLabel = line == ""
	if match.isLabel {
		return match, len(strings.Fields(rest)) <= 3 || documentTerms.matches(rest)
	}
	return match, !c.weak && (lastDoc >= 0 || documentTerms.matches(rest))
}
