package run

import (
	"errors"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
)

// Store is what runs read and write.
type Store interface {
	store.Runs
	store.RunEvents
	store.Pages
	store.Documents
	store.DocumentWriter
	store.Versions
	store.Snapshots
	store.Corrections
	store.Companies
	store.Leases
}

// storage is where one execution of a run writes.
type storage struct {
	store   Store       // nil if nothing is stored
	fence   store.Fence // fences every write
	company string
	runID   string
	ignore  change.IgnoreRules // of the company
}

// enabled reports whether anything is stored.
func (s storage) enabled() bool { return s.store != nil }

// isNotFound reports whether a lookup in the store found nothing.
func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
