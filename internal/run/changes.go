package run

import (
	"slices"
	"time"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
)

// changesOf returns a change of a document in its state after the commit.
func (r *recorder) changesOf(d store.Document, at time.Time, kind store.ChangeKind) []store.Change {
	return []store.Change{{
		ID: store.ChangeID(d.ID, r.storage.runID, kind, d.ContentHash), Kind: kind, At: at, Company: d.Company, DocumentID: d.ID,
		DocumentType: d.Type, Language: d.Language, Title: d.Title, URL: d.URL, RunID: r.storage.runID,
	}}
}

// announced returns an EffectiveSoon change if a new version announces a date on which it
// takes effect that the text before did not announce.
func (r *recorder) announced(d store.Document, before store.Dates, at time.Time) []store.Change {
	if d.UpcomingEffectiveDate == "" || d.UpcomingEffectiveDate == before.UpcomingEffectiveDate {
		return nil
	}
	changes := r.changesOf(d, at, store.ChangeEffectiveSoon)
	changes[0].EffectiveDate = d.UpcomingEffectiveDate
	return changes
}

// isSilent reports whether a text that changed states the same dates as before, so that its
// reader cannot see from them that it changed. A text without a date is not silent.
func isSilent(before, after store.Dates) bool {
	stated := after.EffectiveDate != "" || after.UpdatedDate != "" || after.UpcomingEffectiveDate != ""
	return stated && before.EffectiveDate == after.EffectiveDate && before.UpdatedDate == after.UpdatedDate && before.UpcomingEffectiveDate == after.UpcomingEffectiveDate
}

// summaryOf summarizes the difference between two texts.
func summaryOf(c change.Change) store.ChangeSummary {
	s := store.ChangeSummary{Added: c.Added, Removed: c.Removed, Coarse: c.Coarse}
	for _, l := range c.Labels {
		s.Labels = append(s.Labels, string(l))
	}
	slices.Sort(s.Labels)
	for _, n := range c.InsignificantCounts() {
		s.Insignificant = append(s.Insignificant, store.InsignificantEdits{Rule: string(n.Rule), Edits: n.Edits})
	}
	for _, section := range c.Sections {
		heading := section.Heading
		if heading == "" {
			heading = section.PreviousHeading
		}
		if heading == "" || section.Added+section.Removed == 0 || len(s.Headings) == store.MaxChangeHeadings || slices.Contains(s.Headings, heading) {
			continue
		}
		s.Headings = append(s.Headings, heading)
	}
	return s
}
