package run

import (
	"maps"
	"slices"

	"github.com/clausea/crawler/internal/store"
)

// OutcomeCounts returns the numbers of documents of a run by outcome.
func OutcomeCounts(c store.DocumentCounts) map[string]int64 {
	return map[string]int64{
		"New": c.New, Changed: c.Changed, Unchanged: c.Unchanged, Removed: c.Removed, Broken: c.Broken, Unreachable: c.Unreachable, NotVisited: c.NotVisited,
	}
}

// DocumentOutcomes returns the keys of OutcomeCounts, in order.
func DocumentOutcomes() []string {
	return slices.Sorted(maps.Keys(OutcomeCounts(store.DocumentCounts{})))
}
