package date

import "time"

// maxTextBytes is how much of a text is searched, in bytes: so much from its beginning
// and so much from its end.
const maxTextBytes = 2 << 20

// finder looks for the dates of one text.
type finder struct {
	text       string
	now        time.Time
	literals   []dateLiteral
	candidates []candidate
	requireCue bool // dates need a cue that says more than that something was published
}

// Places by cue, in bytes.
const (
	headZoneBytes = 4000
	tailZoneBytes = 3000
)

// maxYearsAhead is how far in the future a date may be.
const maxYearsAhead = 3

// findIn looks in one text; in hints only for dates that a cue makes a document's.
func findIn(s string, t Input, hints bool) Dates {
	if len(s) > 2*maxTextBytes {
		s = trimPartialRunes(s[:maxTextBytes]) + "\n\n" + trimPartialRunes(s[len(s)-maxTextBytes:])
	}
	s = asciiDigits(withoutLinkTargets(s))
	f := finder{text: s, now: t.Now, requireCue: hints}
	c := scanner{text: s, language: t.Language, order: detectOrder(s, defaultOrder(t.Language, t.Region))}
	f.literals = c.scan()
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

func (f *finder) isFuture(l dateLiteral) bool { return !f.now.IsZero() && l.time().After(f.now) }

func (f *finder) isTooFarAhead(l dateLiteral) bool {
	return !f.now.IsZero() && l.time().After(f.now.AddDate(maxYearsAhead, 0, 0))
}

func (f *finder) hasKind(k cueKind) bool {
	for _, c := range f.candidates {
		if c.kind == k {
			return true
		}
	}
	return false
}

// addCandidates makes a candidate of a date that has a cue, or needs none.
func (f *finder) addCandidates(i int, l dateLiteral) {
	if l.needsCue && l.day == 0 && f.isFuture(l) {
		return // no revision was made in the future: the second number is no year
	}
	penalty := middlePenalty
	switch {
	case l.start < headZoneBytes:
		penalty = headPenalty
	case len(f.text)-l.end < tailZoneBytes:
		penalty = tailPenalty
	}
	ctx := newDateContext(f.text, f.literals, i)
	matches := ctx.matchesBefore()
	if len(matches) == 0 {
		if match, ok := ctx.matchAfter(); ok && (match.unspacedScript() || !inListOrTable(f.text, l)) {
			match.isLabel = match.isLabel && !match.weak // "July 2017 version" says less than "version: July 2017"
			matches = append(matches, match)
		}
	}
	if last := len(f.candidates) - 1; len(matches) == 0 && last >= 0 && i > 0 && f.candidates[last].start == f.literals[i-1].start && f.candidates[last].kind == inForce && ctx.sharesPreviousCue() {
		matches = append(matches, cueMatch{cue: cue{kind: inForce}})
	}
	for _, match := range matches {
		if match.kind == published && match.weak && (l.needsCue || f.requireCue) { // 1.2.23 after "version" is a version
			continue
		}
		rank := rankProse
		if match.isLabel || !match.weak && !match.vague {
			rank = rankLabel
		}
		if match.kind == published && f.belowHistoryHeading(l) {
			rank = rankHistory
		}
		if match.kind != inForce && l.dayMonthSwappable && f.isFuture(l) {
			// Nothing was changed in the future: the other order is meant.
			if swapped := l; swapped.month <= 12 {
				swapped.day, swapped.month = l.month, l.day
				if !f.isFuture(swapped) {
					l = swapped
				}
			}
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

// inDateList says whether the dates beside it stand alone on lines too: a list of
// former versions.
func (f *finder) inDateList(i int) bool {
	for _, k := range []int{i - 1, i + 1} {
		if k >= 0 && k < len(f.literals) && abs(f.literals[k].start-f.literals[i].start) < 120 && standsAlone(f.text, f.literals[k]) {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }
