package date

import "time"

// maxTextBytes bounds the searched text: of a text longer than twice this size, only the
// first and the last maxTextBytes are searched. It was chosen by hand.
const maxTextBytes = 2 << 20

// finder selects the dates of one text.
type finder struct {
	text       string
	now        time.Time
	literals   []dateLiteral
	candidates []candidate
	requireCue bool // ignore dates that have no cue or only a weak publication cue
}

// A date with a cue is preferred in the first headZoneBytes and the last tailZoneBytes of a
// text. The values were chosen by hand.
const (
	headZoneBytes = 4000
	tailZoneBytes = 3000
)

// maxYearsAhead bounds how far in the future a date may be. It was chosen by hand.
const maxYearsAhead = 3

// findIn returns the dates of the text s. requireCue is set for lines around the document,
// in which a date needs a cue.
func findIn(s string, t Input, requireCue bool) Dates {
	if len(s) > 2*maxTextBytes {
		s = trimPartialRunes(s[:maxTextBytes]) + "\n\n" + trimPartialRunes(s[len(s)-maxTextBytes:])
	}
	s = asciiDigits(withoutLinkTargets(s))
	f := finder{text: s, now: t.Now, requireCue: requireCue}
	c := scanner{text: s, language: t.Language}
	f.literals = c.scan()
	resolveOrder(s, t, f.literals)
	for i, l := range f.literals {
		if f.isTooFarAhead(l) {
			continue
		}
		f.addCandidates(i, l)
	}
	if !f.hasKind(updated) && !f.requireCue {
		if l, ok := f.newestHistoryEntry(); ok {
			f.candidates = append(f.candidates, candidate{dateLiteral: l, kind: published, rank: rankHistory})
		}
	}
	return f.chooseDates()
}

// isFuture reports whether a date is after now.
func (f *finder) isFuture(l dateLiteral) bool { return !f.now.IsZero() && l.time().After(f.now) }

// isTooFarAhead reports whether a date is more than maxYearsAhead after now.
func (f *finder) isTooFarAhead(l dateLiteral) bool {
	return !f.now.IsZero() && l.time().After(f.now.AddDate(maxYearsAhead, 0, 0))
}

// hasKind reports whether there is a candidate of a kind.
func (f *finder) hasKind(k cueKind) bool {
	for _, c := range f.candidates {
		if c.kind == k {
			return true
		}
	}
	return false
}

// addCandidates adds date i as a candidate for each of its cues. A date without a cue is
// added once if its position suggests that it is the date of the document.
func (f *finder) addCandidates(i int, l dateLiteral) {
	if l.needsCue && l.day == 0 && f.isFuture(l) {
		return // revisions are in the past, so the second number is not a year
	}
	penalty := f.positionPenalty(l)
	ctx := newDateContext(f.text, f.literals, i)
	matches := f.cuesOf(i, l, ctx)
	for _, match := range matches {
		if match.kind == published && match.weak && (f.requireCue || l.mayBeVersion(match)) {
			continue
		}
		rank := f.rankOf(match, l)
		if match.kind != inForce && l.dayMonthSwappable {
			l = f.preferPast(l)
		}
		f.candidates = append(f.candidates, candidate{l, match.kind, rank + penalty, ctx.audience()})
	}
	if len(matches) > 0 || l.needsCue || f.requireCue {
		return
	}
	if head, tail := nearEdges(f.text, l); (head || tail) && standsAlone(f.text, l) && !f.inDateList(i) {
		if head {
			penalty = headPenalty
		}
		f.candidates = append(f.candidates, candidate{dateLiteral: l, kind: published, rank: rankNoCue + penalty})
	}
}

// positionPenalty returns the penalty for the position of a date.
func (f *finder) positionPenalty(l dateLiteral) int {
	switch {
	case l.start < headZoneBytes:
		return headPenalty
	case len(f.text)-l.end < tailZoneBytes:
		return tailPenalty
	}
	return middlePenalty
}

// cuesOf returns the cues of date i: the cues before it; else those in the header of its
// column; else the cue after it; else the cue of the previous date if it applies to both
// dates.
func (f *finder) cuesOf(i int, l dateLiteral, ctx dateContext) []cueMatch {
	matches := ctx.matchesBefore()
	if len(matches) == 0 {
		if header := headerCell(f.text, l); header != "" {
			left := "\n" + fold(header) + ": "
			matches = dateContext{left: left, right: ctx.right, sentence: left}.matchesBefore()
		}
	}
	if len(matches) == 0 {
		if match, ok := ctx.matchAfter(); ok && (match.unspacedScript() || !inListOrTable(f.text, l)) {
			match.isLabel = match.isLabel && !match.weak // "July 2017 version" is weaker than "version: July 2017"
			matches = append(matches, match)
		}
	}
	if last := len(f.candidates) - 1; len(matches) == 0 && last >= 0 && i > 0 && f.candidates[last].start == f.literals[i-1].start && f.candidates[last].kind == inForce && ctx.sharesPreviousCue() {
		matches = append(matches, cueMatch{cue: cue{kind: inForce}})
	}
	return matches
}

// rankOf returns the rank of a date with a cue, without the position penalty.
func (f *finder) rankOf(match cueMatch, l dateLiteral) int {
	switch {
	case match.kind == published && f.belowHistoryHeading(l):
		return rankHistory
	case match.isLabel || !match.weak && !match.vague:
		return rankLabeled
	}
	return rankProse
}

// preferPast returns the reading of a date that is in the past, if only one of the two is:
// a document cannot have changed in the future. That reading is not ambiguous.
func (f *finder) preferPast(l dateLiteral) dateLiteral {
	other := l.swapped()
	if f.isFuture(l) == f.isFuture(other) {
		return l
	}
	if f.isFuture(l) {
		l = other
	}
	l.ambiguous, l.dayMonthSwappable = false, false
	return l
}

// inDateList reports whether a neighboring date is also alone on its line, as in a list
// of former versions.
func (f *finder) inDateList(i int) bool {
	for _, k := range []int{i - 1, i + 1} {
		if k >= 0 && k < len(f.literals) && abs(f.literals[k].start-f.literals[i].start) < 120 && standsAlone(f.text, f.literals[k]) {
			return true
		}
	}
	return false
}

// abs returns the absolute value of n.
func abs(n int) int { return max(n, -n) }
