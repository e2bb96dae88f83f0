// Package date finds the dates that a legal document states about itself: since when it
// is in force and when it was last changed, each with the sentence as a quote.
//
// It finds all dates in a text and then looks for a cue next to each ("last updated",
// "Stand", "en vigueur au", "施行"), in about forty languages at once. Only stop words may
// stand between the cue and the date. A date without a cue counts only if it is alone on
// a line near the beginning or the end of the text. Dates of laws, former versions,
// offers and copyright notices are ignored.
//
// The work has three stages: a scanner finds the dates (scanner.go), a cueSearch looks for
// their cues (cuesearch.go, with the phrases in cues.go), and chooseDates selects among the
// resulting candidates (candidate.go). All comparisons use folded text (see fold). Start
// with Find and findIn.
package date

import (
	"strings"
	"time"
)

// Input is a document and its page, as searched by Find.
type Input struct {
	// Markdown is the text of the document.
	Markdown string
	// URL is the URL of the page. Language is an ISO 639-1 code, and Region the ISO 3166-1
	// code, in upper case, of the country that the page declares. Each may be empty. With
	// the text they decide whether 3/4/2024 is in March or in April.
	URL, Language, Region string
	// Now separates past from future dates. If it is zero, no date is in the future.
	Now time.Time
	// PageLines are lines of the page around the document. They supply the dates that the
	// document does not state. Only dates with a cue count in them.
	PageLines []string
	// PageModified is the modification date in the page's metadata, in RFC 3339 or as
	// YYYY-MM-DD. It supplies the date of the last change if nothing else does. It never
	// supplies the effective date, because it is often the day on which the site was
	// built.
	PageModified string
}

// Dates holds the dates that a document states, as YYYY-MM-DD, each with the sentence that
// states it. A date that the document does not state is empty, and so is its quote. If the
// text names only a month, the day is the first.
type Dates struct {
	// Effective is the day from which the text is in force, or the day of the last change
	// if the text does not state one.
	Effective, EffectiveQuote string
	// Updated is the day of the last change, or of the publication.
	Updated, UpdatedQuote string
	// Upcoming is the next day after Input.Now on which the text takes effect.
	Upcoming, UpcomingQuote string
	// Ambiguous reports that one of the dates is numeric, and that nothing tells whether its
	// day or its month is first. The date is then the likelier one of two.
	Ambiguous bool

	updatedAmbiguous bool // Ambiguous, for Updated alone
}

// Find returns the dates of a document. It accepts any input.
func Find(t Input) Dates {
	d := findIn(t.Markdown, t, false)
	if (d.Effective == "" || d.Updated == "") && len(t.PageLines) > 0 {
		pageDates := findIn(strings.Join(t.PageLines, "\n\n"), t, true)
		if d.Effective == "" {
			d = pageDates
		} else {
			d.Updated, d.UpdatedQuote = pageDates.Updated, pageDates.UpdatedQuote
			d.Ambiguous = d.Ambiguous || pageDates.updatedAmbiguous
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

// metadataDay returns the day of an RFC 3339 time or of a date. It returns "" if the day is
// invalid or more than a day after now.
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
