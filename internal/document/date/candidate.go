package date

// candidate is a date that may be the document's.
type candidate struct {
	dateLiteral
	kind     cueKind
	rank     int // lower is better
	audience audience
}

// Ranks of candidates: what speaks for them, then where they stand.
const (
	rankLabel   = 0 // a cue that begins its line, or says it all by itself
	rankProse   = 3 // a cue that also is said of other things
	rankNoCue   = 6 // no cue, on a line of its own
	rankHistory = 9 // the newest of a list of changes

	headPenalty, tailPenalty, middlePenalty = 0, 1, 2 // added by place
)

// chooseDates takes the best candidate of each kind.
func (f *finder) chooseDates() Dates {
	var d Dates
	inForceDate, hasInForce := f.bestCandidate(inForce)
	updatedDate, hasUpdated := f.bestCandidate(updated)
	if !hasUpdated || updatedDate.rank >= middlePenalty {
		// What prose says, or the middle of the text, which may be of a part, is less
		// than a line that says when the whole was published.
		if p, ok := f.bestCandidate(published); ok && (!hasUpdated || p.rank < updatedDate.rank) {
			updatedDate, hasUpdated = p, true
		}
	}
	if hasUpdated {
		d.Updated, d.UpdatedQuote = f.quote(updatedDate)
	}
	switch {
	case hasInForce:
		d.Effective, d.EffectiveQuote = f.quote(inForceDate)
	case hasUpdated:
		d.Effective, d.EffectiveQuote = d.Updated, d.UpdatedQuote
	}
	if next, ok := f.upcoming(); ok {
		d.Upcoming, d.UpcomingQuote = f.quote(next)
	}
	return d
}

// maxClusterBytes is how near candidates stand that are one list, in bytes.
const maxClusterBytes = 300

// bestCandidate is the best candidate of a kind; of several that stand together, as in a
// list of versions, the newest that is in force.
func (f *finder) bestCandidate(k cueKind) (candidate, bool) {
	at := -1
	for i, c := range f.candidates {
		if c.kind == k && !f.hasEarlierAudience(c) && (at < 0 || isBetter(f, c, f.candidates[at])) {
			at = i
		}
	}
	if at < 0 {
		return candidate{}, false
	}
	got, last := f.candidates[at], f.candidates[at]
	for _, c := range f.candidates[at+1:] {
		if c.kind != k || f.hasEarlierAudience(c) || c.rank != got.rank || c.start-last.end > maxClusterBytes {
			continue
		}
		last = c
		if got.isBefore(c.dateLiteral) && !f.isFuture(c.dateLiteral) {
			got = c
		}
	}
	return got, true
}

// isBetter prefers what is in force over what will be, then the lower rank.
func isBetter(f *finder, a, b candidate) bool {
	if fa, fb := f.isFuture(a.dateLiteral), f.isFuture(b.dateLiteral); fa != fb {
		return fb
	}
	return a.rank < b.rank
}

// upcoming is the next day on which the text will be in force.
func (f *finder) upcoming() (candidate, bool) {
	var got candidate
	for _, c := range f.candidates {
		if c.kind == inForce && f.isFuture(c.dateLiteral) && (got.year == 0 || c.isBefore(got.dateLiteral)) {
			got = c
		}
	}
	return got, got.year > 0
}
