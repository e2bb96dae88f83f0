package dashboard

import (
	"slices"

	"github.com/clausea/crawler/internal/store"
)

// timelineVersions is the maximum number of versions in a timeline.
const timelineVersions = 60

// Sizes of the bars of a timeline, in pixels.
const (
	barHeight = 72 // of the largest change
	barMin    = 3
	barWidth  = 10
	barStep   = 13
)

// timeline shows the versions of a document with the size of their changes.
type timeline struct {
	Width, Height int
	Bars          []bar     // oldest first
	Rows          []version // newest first
	Total         int
}

// bar is a version in the chart.
type bar struct {
	X, Y, Width, Height int
	Kind                string // of its class
	Version             version
}

// version is a version in the table.
type version struct {
	store.Version
	// Change is the change that the version made, nil if it made none.
	Change *store.Change
}

// Size returns the number of words that a version added and removed.
func (v version) Size() int {
	if v.Change == nil || v.Change.Kind == store.ChangeCreated {
		return 0
	}
	return v.Change.Summary.Added + v.Change.Summary.Removed
}

// Previous returns the number of the version before, or 0.
func (v version) Previous() int { return v.Number - 1 }

// readTimeline reads one page of the versions of a document and their changes.
func (s *Server) readTimeline(v *visit, data *documentData) error {
	documents := s.o.Services.Documents
	versions, next, err := documents.Versions(v.Context(), v.Caller, data.ID, store.ListOptions{Limit: timelineVersions, Continue: v.Query("cursor")})
	if err != nil {
		return err
	}
	// One version has few changes, so that the newest changes are those of the newest versions.
	changes, _, err := documents.Changes(v.Context(), v.Caller, data.ID, store.ListOptions{Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	data.Timeline, data.Pager = newTimeline(versions, changes), newPager(v, next)
	data.Timeline.Total = data.Versions
	return nil
}

// newTimeline returns the timeline of versions, newest first, with their changes.
func newTimeline(versions []store.Version, changes []store.Change) timeline {
	byVersion := map[int]*store.Change{}
	for i := range changes {
		if c := &changes[i]; c.To > 0 && (c.From != c.To) && slices.Contains([]store.ChangeKind{store.ChangeCreated, store.ChangeChanged, store.ChangeFlapping}, c.Kind) {
			byVersion[c.To] = c
		}
	}
	t := timeline{Width: max(1, len(versions)) * barStep, Height: barHeight}
	largest := 1
	for _, v := range versions {
		row := version{v, byVersion[v.Number]}
		t.Rows, largest = append(t.Rows, row), max(largest, row.Size())
	}
	for i, row := range slices.Backward(t.Rows) {
		height := max(barMin, row.Size()*barHeight/largest)
		t.Bars = append(t.Bars, bar{X: (len(versions) - 1 - i) * barStep, Y: barHeight - height, Width: barWidth, Height: height, Kind: row.kind(), Version: row})
	}
	return t
}

// kind returns the class of the bar of a version.
func (v version) kind() string {
	switch {
	case v.Technical:
		return "technical"
	case v.Flapping:
		return "warn"
	case v.Number == 1:
		return "ok"
	}
	return ""
}
