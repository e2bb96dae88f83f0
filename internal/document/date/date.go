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

	"github.com/clausea/crawler/internal/document/plain"
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

// maxText is how much of a text is searched, in bytes: so much from its beginning
// and so much from its end.
const maxText = 2 << 20

// Find reads the dates of a document.
func Find(t Input) Dates {
	d := find(t.Markdown, t, false)
	if (d.Effective == "" || d.Updated == "") && len(t.PageLines) > 0 {
		around := find(strings.Join(t.PageLines, "\n\n"), t, true)
		if d.Effective == "" {
			d = around
		} else {
			d.Updated, d.UpdatedQuote = around.Updated, around.UpdatedQuote
		}
	}
	if d.Updated == "" {
		d.Updated = day(t.PageModified, t.Now)
		if d.Updated != "" {
			d.UpdatedQuote = "metadata: " + d.Updated
		}
	}
	return d
}

// day is the day of a time in RFC 3339 or of a day, if it is not after now.
func day(s string, now time.Time) string {
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
	s     string
	now   time.Time
	all   []literal
	cands []candidate
	cued  bool // dates need a cue that says more than that something was published
}

// candidate is a date that may be the document's.
type candidate struct {
	literal
	kind kind
	rank int // lower is better
	who  audience
}

// Ranks of candidates: what speaks for them, then where they stand.
const (
	rankLabel   = 0 // a cue that begins its line, or says it all by itself
	rankProse   = 3 // a cue that also is said of other things
	rankBare    = 6 // no cue, on a line of its own
	rankHistory = 9 // the newest of a list of changes

	inHead, inTail, inMiddle = 0, 1, 2 // added by place
)

// Places by cue, in bytes.
const (
	headZone = 4000
	tailZone = 3000
)

// yearsAhead is how far in the future a date may be.
const yearsAhead = 3

// find looks in one text; in hints only for dates that a cue makes a document's.
func find(s string, t Input, hints bool) Dates {
	if len(s) > 2*maxText {
		s = valid(s[:maxText]) + "\n\n" + valid(s[len(s)-maxText:])
	}
	s = latinDigits(withoutTargets(s))
	f := finder{s: s, now: t.Now, cued: hints}
	c := scanner{s: s, language: t.Language, order: seenOrder(s, orderOf(t.Language, t.Region))}
	f.all = c.scan()
	for i, l := range f.all {
		if f.tooFar(l) {
			continue
		}
		f.consider(i, l)
	}
	if !f.has(updated) && !f.cued {
		if l, ok := f.history(); ok {
			f.cands = append(f.cands, candidate{literal: l, kind: published, rank: rankHistory})
		}
	}
	return f.choose()
}

func (f *finder) future(l literal) bool { return !f.now.IsZero() && l.time().After(f.now) }

func (f *finder) tooFar(l literal) bool {
	return !f.now.IsZero() && l.time().After(f.now.AddDate(yearsAhead, 0, 0))
}

func (f *finder) has(k kind) bool {
	for _, c := range f.cands {
		if c.kind == k {
			return true
		}
	}
	return false
}

// consider makes a candidate of a date that has a cue, or needs none.
func (f *finder) consider(i int, l literal) {
	if l.short && l.d == 0 && f.future(l) {
		return // no revision was made in the future: the second number is no year
	}
	zone := inMiddle
	switch {
	case l.start < headZone:
		zone = inHead
	case len(f.s)-l.end < tailZone:
		zone = inTail
	}
	a := around(f.s, f.all, i)
	hits := a.hitsBefore()
	if len(hits) == 0 {
		if h, ok := a.hitAfter(); ok && (h.wide() || !bulleted(f.s, l)) {
			h.label = h.label && !h.weak // "July 2017 version" says less than "version: July 2017"
			hits = append(hits, h)
		}
	}
	if last := len(f.cands) - 1; len(hits) == 0 && last >= 0 && i > 0 && f.cands[last].start == f.all[i-1].start && f.cands[last].kind == inForce && a.goesOn() {
		hits = append(hits, hit{cue: cue{kind: inForce}})
	}
	for _, h := range hits {
		if h.kind == published && h.weak && (l.short || f.cued) { // 1.2.23 after "version" is a version
			continue
		}
		rank := rankProse
		if h.label || !h.weak && !h.vague {
			rank = rankLabel
		}
		if h.kind == published && f.inHistory(l) {
			rank = rankHistory
		}
		if h.kind != inForce && l.swappable && f.future(l) {
			// Nothing was changed in the future: the other order is meant.
			if o := l; o.m <= 12 {
				o.d, o.m = l.m, l.d
				if !f.future(o) {
					l = o
				}
			}
		}
		f.cands = append(f.cands, candidate{l, h.kind, rank + zone, a.audience()})
	}
	if len(hits) > 0 || l.short || f.cued {
		return
	}
	if head, tail := place(f.s, l); (head || tail) && bare(f.s, l) && !f.listed(i) {
		if head {
			zone = inHead
		}
		f.cands = append(f.cands, candidate{literal: l, kind: published, rank: rankBare + zone})
	}
}

// listed says whether the dates beside it stand alone on lines too: a list of
// former versions.
func (f *finder) listed(i int) bool {
	for _, k := range []int{i - 1, i + 1} {
		if k >= 0 && k < len(f.all) && abs(f.all[k].start-f.all[i].start) < 120 && bare(f.s, f.all[k]) {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }

// choose takes the best candidate of each kind.
func (f *finder) choose() Dates {
	var d Dates
	force, isForce := f.best(inForce)
	change, isChange := f.best(updated)
	if !isChange || change.rank >= inMiddle {
		// What prose says, or the middle of the text, which may be of a part, is less
		// than a line that says when the whole was published.
		if p, ok := f.best(published); ok && (!isChange || p.rank < change.rank) {
			change, isChange = p, true
		}
	}
	if isChange {
		d.Updated, d.UpdatedQuote = f.say(change)
	}
	switch {
	case isForce:
		d.Effective, d.EffectiveQuote = f.say(force)
	case isChange:
		d.Effective, d.EffectiveQuote = d.Updated, d.UpdatedQuote
	}
	if next, ok := f.coming(); ok {
		d.Upcoming, d.UpcomingQuote = f.say(next)
	}
	return d
}

// maxCluster is how near candidates stand that are one list, in bytes.
const maxCluster = 300

// best is the best candidate of a kind; of several that stand together, as in a
// list of versions, the newest that is in force.
func (f *finder) best(k kind) (candidate, bool) {
	at := -1
	for i, c := range f.cands {
		if c.kind == k && !f.later(c) && (at < 0 || better(f, c, f.cands[at])) {
			at = i
		}
	}
	if at < 0 {
		return candidate{}, false
	}
	got, last := f.cands[at], f.cands[at]
	for _, c := range f.cands[at+1:] {
		if c.kind != k || f.later(c) || c.rank != got.rank || c.start-last.end > maxCluster {
			continue
		}
		last = c
		if got.before(c.literal) && !f.future(c.literal) {
			got = c
		}
	}
	return got, true
}

// better prefers what is in force over what will be, then the lower rank.
func better(f *finder, a, b candidate) bool {
	if fa, fb := f.future(a.literal), f.future(b.literal); fa != fb {
		return fb
	}
	return a.rank < b.rank
}

// coming is the next day on which the text will be in force.
func (f *finder) coming() (candidate, bool) {
	var got candidate
	for _, c := range f.cands {
		if c.kind == inForce && f.future(c.literal) && (got.y == 0 || c.before(got.literal)) {
			got = c
		}
	}
	return got, got.y > 0
}

// maxQuote bounds a quote, in bytes.
const maxQuote = 300

// initial says whether the full stop at s[i] is that of an abbreviation of letters,
// as in "a.m.", "U.S." and "พ.ศ.", and ends no sentence.
func initial(s string, i int) bool {
	r, n := utf8.DecodeLastRuneInString(s[:max(i, 0)])
	return i > n && unicode.IsLetter(r) && s[i-n-1] == '.'
}

// say is a candidate's day and the sentence that it was read from.
func (f *finder) say(c candidate) (day, quote string) {
	from, to := lineOf(f.s, c.start, c.end)
	if i := strings.LastIndex(f.s[from:c.start], ". "); i >= 0 && i > c.start-from-200 && c.start-from > 40 {
		for i >= 0 && initial(f.s, from+i) {
			i = strings.LastIndex(f.s[from:from+i], ". ")
		}
		if i >= 0 && !digitAt(f.s, from+i-1) {
			from += i + 2
		}
	}
	for at := c.end; ; {
		i := strings.Index(f.s[at:to], ". ")
		if i < 0 {
			break
		}
		if at += i + 1; !initial(f.s, at-1) {
			to = at
			break
		}
	}
	if strings.Trim(fold(f.s[from:c.start]), marks+"\n") == "" && from > 0 { // the cue stands on the line above
		if above := strings.TrimRight(f.s[:from], " \n\r\t|-"); !strings.HasSuffix(above, "=") && len(f.s[:from])-len(above) < 40 {
			if i := strings.LastIndexByte(above, '\n') + 1; len(above)-i <= maxLabel {
				from = i
			}
		}
	}
	if to-from > maxQuote {
		from = max(from, c.start-maxQuote*2/3)
		to = min(to, from+maxQuote)
	}
	return fmt.Sprintf("%04d-%02d-%02d", c.y, c.m, max(c.d, 1)), plain.PlainText(valid(f.s[from:to]))
}
