package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cueMatch is a cue next to a date.
type cueMatch struct {
	cue
	isLabel bool // begins its line, or is alone on it with the document's name
}

// maxStopWords bounds the number of words between a cue and its date.
const maxStopWords = 12

// matchesBefore walks back from the date over stop words to a cue, and on to a second
// cue, as in "effective and last updated".
func (ctx dateContext) matchesBefore() []cueMatch {
	s := cueSearch{ctx: ctx, rest: ctx.left}
	for range maxStopWords {
		if !s.skipPunctuation() {
			break
		}
		word := lastWord(s.rest)
		if c, ok := longestCue(indexedCues().before[word], s.rest, strings.HasSuffix); ok {
			if !s.addCue(c, word) {
				break
			}
			continue
		}
		if !s.skipStopWord(word) {
			break
		}
	}
	if len(s.matches) == 0 && s.vague.kind != 0 {
		return []cueMatch{s.vague}
	}
	return s.matches
}

// cueSearch walks back from a date to its cues.
type cueSearch struct {
	ctx     dateContext
	rest    string // the text that remains to be searched
	matches []cueMatch
	vague   cueMatch // the first accepted vague cue
	crossed bool     // the search is on the line above the date's
	table   bool     // that line is a table row
	numbers int      // numbers skipped so far
}

// skipPunctuation moves before punctuation and at most one line break. It reports whether
// the search continues there.
func (s *cueSearch) skipPunctuation() bool {
	rest, newline, ended := trimPunctuation(s.rest)
	if ended || rest == "" || newline && (len(s.matches) > 0 || s.crossed) {
		return false
	}
	if newline {
		above := rest[strings.LastIndexByte(rest, '\n')+1:]
		if len(above) > maxLabelBytes || len(s.ctx.left)-len(rest) > 24 || strings.HasSuffix(s.rest, "\n- ") {
			return false // not a label, or an item of a list
		}
		s.crossed, s.table = true, strings.Contains(above, "|")
		if s.table {
			rest = tableCell(above, strings.Count(s.rest[len(rest):], "|"))
		}
	}
	s.rest = rest
	return true
}

// addCue adds a cue at the end of the remaining text, if it refers to the document, and
// moves before it. It reports whether the search continues.
func (s *cueSearch) addCue(c cue, word string) bool {
	left := s.rest[:len(s.rest)-len(c.phrase)]
	match, ok := s.ctx.accept(c, left, s.ctx.left[min(len(s.ctx.left), len(s.rest)):])
	ok = ok && (!s.crossed || match.isLabel || s.table)
	switch {
	case c.vague:
		if ok && s.vague.kind == 0 {
			s.vague = match
		}
	case s.table && c.weak && c.kind == published: // the heading of a date column
		s.matches, s.vague = nil, cueMatch{}
		return false
	case ok && len(s.matches) == 0:
		s.matches = append(s.matches, match)
	case ok && match.kind != s.matches[0].kind && match.kind != published:
		s.matches = append(s.matches, match)
		return false
	case len(s.matches) == 0 && !(c.weak && (stopWords[word] || isUnspacedStopWord(c.phrase))):
		s.vague = cueMatch{}
		return false
	}
	s.rest = left
	return true
}

// skipStopWord moves before a stop word. It reports whether the search continues there.
func (s *cueSearch) skipStopWord(word string) bool {
	if len(s.matches) > 0 && word != "and" && word != "&" && !stopWords[word] {
		return false
	}
	n, ok := stopWordLength(s.rest, word)
	if !ok {
		return false
	}
	if word[0] >= '0' && word[0] <= '9' {
		if s.numbers++; s.numbers > 3 {
			return false
		}
	}
	s.rest = s.rest[:len(s.rest)-n]
	return true
}

// tableCell returns the cell of a table row that has borders-1 cells before it, or the
// last cell if the row is shorter. borders counts the cell borders from the end of the
// row, across the delimiter row, to the date.
func tableCell(row string, borders int) string {
	cells := strings.Split(strings.Trim(row, " |"), "|")
	for _, i := range []int{borders - 1, len(cells) - 1} {
		if i >= 0 && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}

// trimPunctuation removes trailing punctuation and reports whether a line or a sentence
// ended there.
func trimPunctuation(w string) (rest string, newline, ended bool) {
	rest = strings.TrimRight(w, punctuation+"\n.!?。")
	cut := w[len(rest):]
	newline = strings.Contains(cut, "\n")
	if strings.ContainsAny(cut, "!?。") {
		return rest, newline, true
	}
	if i := strings.Index(cut, ". "); i >= 0 {
		// A full stop after an abbreviation or a number does not end a sentence.
		last := lastWord(rest)
		ended = len(last) > 4 || !stopWords[last] && last != "rev" && last != "ver" && last != "eff" && last != "upd" && !isNumber(last)
	}
	return rest, newline, ended
}

// isNumber reports whether a word consists of digits.
func isNumber(w string) bool {
	return w != "" && strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// longestCue returns the longest cue that w ends with, or begins with, as tested by has.
func longestCue(list []cue, w string, has func(string, string) bool) (cue, bool) {
	var best cue
	for _, c := range list {
		if len(c.phrase) > len(best.phrase) && has(w, c.phrase) && isWholeWord(w, c.phrase) {
			best = c
		}
	}
	return best, best.phrase != ""
}

// isWholeWord reports whether a phrase at the end of w starts at a word boundary.
func isWholeWord(w, phrase string) bool {
	if !strings.HasSuffix(w, phrase) || len(w) == len(phrase) {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(phrase); isUnspaced(first) || first >= 0x590 && first < 0x780 { // Hebrew and Arabic attach prefixes to words
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(w[:len(w)-len(phrase)])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// stopWordLength returns the length of the stop word, audience, version number or
// document term at the end of w. word is the last word of w.
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
	if len(word) > 0 && len(word) <= 8 && strings.Trim(word, "v0123456789.°#") == "" { // a version number
		return len(word), true
	}
	return len(word), len(word) > 1 && documentTerms.foundIn(word)
}

// onlyStopWords reports whether a line holds nothing but stop words and the document's
// name.
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
