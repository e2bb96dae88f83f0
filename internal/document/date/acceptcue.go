package date

import "strings"

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
