package date

import "strings"

// cueSearch walks backwards from a date to its cues.
type cueSearch struct {
	ctx     dateContext
	rest    string // the text that remains to be searched
	matches []cueMatch
	vague   cueMatch // the first accepted vague cue
	crossed bool     // the search has crossed a line break and is on the line above
	table   bool     // the line above is a table row
	numbers int      // numbers skipped so far
}

// skipPunctuation skips punctuation and at most one line break. It reports whether the
// search continues.
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
			rest = tableCell(above, columnOf(s.rest))
		}
	}
	s.rest = rest
	return true
}

// addCue skips a cue at the end of the remaining text and adds it to the matches if it refers
// to the document. word is the last word of the cue. addCue reports whether the search
// continues.
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

// skipStopWord skips a stop word. It reports whether the search continues.
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

// maxStopWords bounds the number of words between a cue and its date.
const maxStopWords = 12

// matchesBefore returns the cues before the date. It walks backwards over stop words to a
// cue, and further to a second cue of another kind, as in "effective and last updated".
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
