package dashboard

import (
	"fmt"
	"math"

	"github.com/clausea/crawler/internal/store"
)

// statedDate is a date that a text states about itself.
type statedDate struct {
	Name, Date string
	Quote      string // the sentence from which it was read
	Uncertain  bool   // whether its day or its month is first
}

// StatedDates returns the dates of the document, which a person may have corrected.
func (d documentData) StatedDates() []statedDate { return statedDates(d.Dates) }

// VersionDates returns the dates of the version that is shown.
func (d documentData) VersionDates() []statedDate { return statedDates(d.Shown.Dates) }

// PreviousNumber returns the number of the version before the one that is shown.
func (d documentData) PreviousNumber() int { return d.Shown.Number - 1 }

// ConfidencePercent returns the confidence in the type in percent.
func (d documentData) ConfidencePercent() int { return int(math.Round(100 * d.Confidence)) }

func statedDates(d store.Dates) []statedDate {
	var out []statedDate
	for _, date := range []statedDate{
		{Name: "Effective date", Date: d.EffectiveDate, Quote: d.EffectiveQuote},
		{Name: "Date of update", Date: d.UpdatedDate, Quote: d.UpdatedQuote},
		{Name: "Takes effect", Date: d.UpcomingEffectiveDate, Quote: d.UpcomingEffectiveQuote},
	} {
		if date.Date != "" {
			date.Uncertain = d.DateAmbiguous
			out = append(out, date)
		}
	}
	return out
}

// file returns the path of a file of a version: evidence, text or raw.
func (d documentData) file(version int, name string) string {
	return pathOf("documents", d.ID, "versions", version, name)
}

// compared returns the URL of the comparison of two versions.
func (d documentData) compared(from int, to any) (string, error) {
	return withQuery(pathOf("documents", d.ID, "compare"), "from", from, "to", to)
}

// shownHeading returns the heading of the text.
func (d documentData) shownHeading() string {
	if d.Shown == nil || d.Newest {
		return "Text"
	}
	return fmt.Sprintf("Text of version %d", d.Shown.Number)
}
