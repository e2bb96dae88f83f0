// Package date finds the dates that a legal document says of itself: from when it
// is in force and when it was last changed, each with the words that say so.
//
// It finds all dates of a text first, then looks for a cue beside each ("last
// updated", "Stand", "en vigueur au", "施行"), in some forty languages at once, with
// nothing but words that say nothing in between. A date without a cue is taken
// only where it stands alone on a line near the beginning or the end. Dates of
// laws, of former versions, of offers and of the copyright are no document's.
package date

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/markdown"
)

// Input is what dates are looked for in.
type Input struct {
	// Markdown is the document, with its lines.
	Markdown string
	// Language is its ISO 639-1 code and Region its ISO 3166-1 country, upper case;
	// either may be empty. They say whether 3/4/2024 is in March or in April.
	Language, Region string
	// Now is the day to which a date is future or past; if it is zero, none is future.
	Now time.Time
	// PageLines are lines of the page around the text, in which only dates with a cue
	// count. They are asked for the dates that the text does not say.
	PageLines []string
	// PageModified is when the page's metadata say that it was changed, in RFC 3339 or as
	// a day. It is asked last, and never makes a date of effect: it is often the
	// day on which the site was built.
	PageModified string
}

// Dates are what a document says of itself, each YYYY-MM-DD or empty. Where only a
// month is named, the day is its first.
type Dates struct {
	// Effective is the day from which the text is in force; where it names none, the
	// day of its last change.
	Effective, EffectiveQuote string
	// Updated is the day of its last change, or of its publication.
	Updated, UpdatedQuote string
	// Upcoming is the day after Now on which the text will be in force.
	Upcoming, UpcomingQuote string
}

// maxTextBytes is how much of a text is searched, in bytes: so much from its beginning
// and so much from its end.
const maxTextBytes = 2 << 20

// Find reads the dates of a document.
func Find(t Input) Dates {
	d := findIn(t.Markdown, t, false)
	if (d.Effective == "" || d.Updated == "") && len(t.PageLines) > 0 {
		pageDates := findIn(strings.Join(t.PageLines, "\n\n"), t, true)
		if d.Effective == "" {
			d = pageDates
		} else {
			d.Updated, d.UpdatedQuote = pageDates.Updated, pageDates.UpdatedQuote
		}
	}
	if d.Updated == "" {
		d.Updated = metadataDay(t.PageModified, t.Now)
		if d.Updated != "" {
			d.UpdatedQuote = "metadata: " + d.Updated
		}
	}
	return d
}

// metadataDay is the day of a time in RFC 3339 or of a day, if it is not after now.
func metadataDay(s string, now time.Time) string {
	if len(s) < 10 {
		return ""
	}
	t, err := time.Parse(time.DateOnly, s[:10])
	if err != nil || t.Year() < firstYear || !now.IsZero() && t.After(now.AddDate(0, 0, 1)) {
		return ""
	}
	return t.Format(time.DateOnly)
}

// finder looks for the dates of one text.
type finder struct {
	text       string
	now        time.Time
	literals   []dateLiteral
	candidates []candidate
	requireCue bool // dates need a cue that says more than that something was published
}

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

// maxQuoteBytes bounds a quote, in bytes.
const maxQuoteBytes = 300

// endsAbbreviation says whether the full stop at s[i] is that of an abbreviation of letters,
// as in "a.m.", "U.S." and "พ.ศ.", and ends no sentence.
func endsAbbreviation(s string, i int) bool {
	r, n := utf8.DecodeLastRuneInString(s[:max(i, 0)])
	return i > n && unicode.IsLetter(r) && s[i-n-1] == '.'
}

// quote is a candidate's day and the sentence that it was read from.
func (f *finder) quote(c candidate) (day, quote string) {
	from, to := lineOf(f.text, c.start, c.end)
	if i := strings.LastIndex(f.text[from:c.start], ". "); i >= 0 && i > c.start-from-200 && c.start-from > 40 {
		for i >= 0 && endsAbbreviation(f.text, from+i) {
			i = strings.LastIndex(f.text[from:from+i], ". ")
		}
		if i >= 0 && !digitAt(f.text, from+i-1) {
			from += i + 2
		}
	}
	for at := c.end; ; {
		i := strings.Index(f.text[at:to], ". ")
		if i < 0 {
			break
		}
		if at += i + 1; !endsAbbreviation(f.text, at-1) {
			to = at
			break
		}
	}
	if strings.Trim(fold(f.text[from:c.start]), punctuation+"\n") == "" && from > 0 { // the cue stands on the line above
		if above := strings.TrimRight(f.text[:from], " \n\r\t|-"); !strings.HasSuffix(above, "=") && len(f.text[:from])-len(above) < 40 {
			if i := strings.LastIndexByte(above, '\n') + 1; len(above)-i <= maxLabelBytes {
				from = i
			}
		}
	}
	if to-from > maxQuoteBytes {
		from = max(from, c.start-maxQuoteBytes*2/3)
		to = min(to, from+maxQuoteBytes)
	}
	return fmt.Sprintf("%04d-%02d-%02d", c.year, c.month, max(c.day, 1)), markdown.PlainText(trimPartialRunes(f.text[from:to]))
}
