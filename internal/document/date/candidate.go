package date

// candidate is a date in the text that may be the effective, updated or publication date.
type candidate struct {
	dateLiteral
	kind     cueKind
	rank     int // lower is better: one of the ranks below plus a position penalty
	audience audience
}

// Ranks of candidates, by strength of the evidence.
const (
	rankLabeled = 0 // a cue that begins its line or is unambiguous
	rankProse   = 3 // an ambiguous cue in prose
	rankNoCue   = 6 // no cue, but alone on its line
	rankHistory = 9 // the newest entry of a change history

	// Penalties for the position in the text.
	headPenalty, tailPenalty, middlePenalty = 0, 1, 2
)

// chooseDates selects the best candidate of each kind.
func (f *finder) chooseDates() Dates {
	var d Dates
	inForceDate, hasInForce := f.bestCandidate(inForce)
	updatedDate, hasUpdated := f.bestCandidate(updated)
	if !hasUpdated || updatedDate.rank >= middlePenalty {
		// A date in prose or in the middle of the text may belong to a part of the
		// document. A labeled publication date is stronger.
		if p, ok := f.bestCandidate(published); ok && (!hasUpdated || p.rank < updatedDate.rank) {
			updatedDate, hasUpdated = p, true
		}
	}
	if hasUpdated {
		d.Updated, d.UpdatedQuote = f.quote(updatedDate)
		d.updatedAmbiguous = updatedDate.ambiguous
	}
	switch {
	case hasInForce:
		d.Effective, d.EffectiveQuote = f.quote(inForceDate)
	case hasUpdated:
		d.Effective, d.EffectiveQuote = d.Updated, d.UpdatedQuote
	}
	next, ok := f.upcoming()
	if ok {
		d.Upcoming, d.UpcomingQuote = f.quote(next)
	}
	d.Ambiguous = d.updatedAmbiguous || hasInForce && inForceDate.ambiguous || d.Upcoming != "" && next.ambiguous
	return d
}

// maxClusterBytes is the maximum distance between two neighboring candidates of one list, in
// bytes. It was chosen by hand.
const maxClusterBytes = 300

// bestCandidate returns the best candidate of a kind. Of several candidates in one list,
// such as a list of versions, it returns the newest that is in force.
func (f *finder) bestCandidate(k cueKind) (candidate, bool) {
	at := -1
	for i, c := range f.candidates {
		if c.kind == k && !f.supersededByNewUserDate(c) && (at < 0 || isBetter(f, c, f.candidates[at])) {
			at = i
		}
	}
	if at < 0 {
		return candidate{}, false
	}
	got, last := f.candidates[at], f.candidates[at]
	for _, c := range f.candidates[at+1:] {
		if c.kind != k || f.supersededByNewUserDate(c) || c.rank != got.rank || c.start-last.end > maxClusterBytes {
			continue
		}
		last = c
		if got.isBefore(c.dateLiteral) && !f.isFuture(c.dateLiteral) {
			got = c
		}
	}
	return got, true
}

// isBetter reports whether candidate a is better than b: it is in force and b is not yet,
// or its rank is lower.
func isBetter(f *finder, a, b candidate) bool {
	if fa, fb := f.isFuture(a.dateLiteral), f.isFuture(b.dateLiteral); fa != fb {
		return fb
	}
	return a.rank < b.rank
}

// upcoming returns the next future date on which the text takes effect.
func (f *finder) upcoming() (candidate, bool) {
	var got candidate
	for _, c := range f.candidates {
		if c.kind == inForce && f.isFuture(c.dateLiteral) && (got.year == 0 || c.isBefore(got.dateLiteral)) {
			got = c
		}
	}
	return got, got.year > 0
}
