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
	"strings"
	"time"
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
