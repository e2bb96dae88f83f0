package date

import "strings"

// accept reports whether a cue before the date refers to the document. left is the text
// before the cue, and gap the text between the cue and the date. A cue does not count if it
// refers to a law, a former version or a part of the document.
func (ctx dateContext) accept(c cue, left, gap string) (cueMatch, bool) {
	match := cueMatch{cue: c}
	prefix := lastSentence(left)
	line := left[strings.LastIndexByte(left, '\n')+1:]
	rest := ctx.right[:firstSentenceEnd(ctx.right)]
	if ctx.startsRange || formerTerms.foundIn(prefix[max(0, len(prefix)-70):]) {
		return match, false
	}
	lastLaw, lastDoc := lawTerms.lastIndex(ctx.sentence), documentTerms.lastIndex(ctx.sentence)
	if lastLaw > lastDoc || lastDoc < 0 && lawTerms.foundIn(rest) || partTerms[lastWord(strings.TrimRight(prefix, punctuation))] {
		return match, false
	}
	match.isLabel = onlyStopWords(line) || strings.HasSuffix(strings.TrimRight(line, " "), "-") || c.phrase == "rev" && strings.HasSuffix(line, "(")
	named := documentTerms.foundIn(prefix) || documentTerms.foundIn(gap) || documentTerms.foundIn(rest)
	switch {
	case c.vague:
		return match, named && lastLaw < 0 && !lawTerms.foundIn(rest) && (applicabilityTerms.foundIn(prefix) || applicabilityTerms.foundIn(rest))
	case !c.weak:
		return match, true
	case named && (match.isLabel || c.kind != published || documentTerms.foundIn(gap) || selfReferenceTerms.foundIn(prefix)):
		return match, true
	case match.isLabel:
		// After a label, the line has little more than the date.
		return match, strings.Contains(gap, ":") || len(strings.Fields(rest)) <= 4 || ctx.audience() != allUsers && continuesWithAudience(rest)
	}
	return match, false
}

// matchAfter returns the cue after the date, if there is one that refers to the document.
func (ctx dateContext) matchAfter() (cueMatch, bool) {
	w := ctx.right
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
		return ctx.acceptAfter(c, w[len(c.phrase):])
	}
	return cueMatch{}, false
}

// acceptAfter reports whether a cue after the date refers to the document. rest is the
// text after the cue.
func (ctx dateContext) acceptAfter(c cue, rest string) (cueMatch, bool) {
	match := cueMatch{cue: c}
	prefix := lastSentence(ctx.left)
	rest = rest[:firstSentenceEnd(rest)]
	lastLaw, lastDoc := lawTerms.lastIndex(ctx.sentence), documentTerms.lastIndex(ctx.sentence)
	if lastLaw > lastDoc || formerTerms.foundIn(prefix[max(0, len(prefix)-70):]) || lastDoc < 0 && lawTerms.foundIn(rest) {
		return match, false
	}
	if c.unspacedScript() {
		match.isLabel = onlyStopWords(ctx.left[strings.LastIndexByte(ctx.left, '\n')+1:])
		return match, match.isLabel || lastDoc >= 0 || documentTerms.foundIn(rest) || len(strings.TrimSpace(rest)) < 12
	}
	line := strings.Trim(ctx.left[strings.LastIndexByte(ctx.left, '\n')+1:], punctuation)
	match.isLabel = line == ""
	if match.isLabel {
		return match, len(strings.Fields(rest)) <= 3 || documentTerms.foundIn(rest)
	}
	return match, !c.weak && (lastDoc >= 0 || documentTerms.foundIn(rest))
}
