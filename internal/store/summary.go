package store

import "time"

// Add adds a document to the summary, or removes it if count is -1. LastChanged only increases;
// a caller that removes a document sets it. A document that is not legal does not count.
func (c *CompanySummary) Add(d Document, count int) {
	if d.NotLegal {
		return
	}
	c.Documents += count
	c.DocumentsByType = addCount(c.DocumentsByType, d.Type, count)
	c.DocumentsByState = addCount(c.DocumentsByState, d.State, count)
	if count > 0 && d.LastChanged.After(c.LastChanged) {
		c.LastChanged = d.LastChanged
	}
}

// addCount adds n to the count of a key and deletes a count of 0.
func addCount[K comparable](counts map[K]int, key K, n int) map[K]int {
	if counts == nil {
		counts = map[K]int{}
	}
	if counts[key] += n; counts[key] == 0 {
		delete(counts, key)
	}
	return counts
}

// SummarizesSame reports whether both documents count the same in a summary.
func SummarizesSame(a, b Document) bool {
	if a.Company != b.Company || a.NotLegal != b.NotLegal {
		return false
	}
	return a.NotLegal || a.Type == b.Type && a.State == b.State && a.LastChanged.Equal(b.LastChanged)
}

// NewCrawlSummary summarizes a run that ended.
func NewCrawlSummary(r Run) CrawlSummary {
	return CrawlSummary{RunID: r.ID, State: r.State, StopReason: r.StopReason, FinishedAt: r.FinishedAt, Documents: r.Documents, Coverage: r.Coverage}
}

// TextTime returns the time by which a search orders the newest text of a document.
func TextTime(d Document) time.Time {
	for _, t := range []time.Time{d.UnchangedSince, d.LastChanged} {
		if !t.IsZero() {
			return t
		}
	}
	return d.FirstSeen
}
