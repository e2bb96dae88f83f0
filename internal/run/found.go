package run

import (
	"cmp"
	"slices"
	"sync"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Found is one document in the report of a run.
type Found struct {
	store.Document
	// Change is what the run found out about the document.
	Change string
	// Reason says why a document is Removed, Broken or Unreachable. It may be empty.
	Reason crawl.SkipReason
}

// The changes of a document.
const (
	New       = "New"
	Changed   = "Changed"
	Unchanged = "Unchanged"
	// Moved: the same text is at another URL.
	Moved = "Moved"
	// Removed: the document no longer exists at its URL.
	Removed = "Removed"
	// Broken: the page lost its text, or shows something else.
	Broken = "Broken"
	// Unreachable: a known document could not be fetched. Its record does not change.
	Unreachable = "Unreachable"
	// Flapping: the text reverted to an earlier version, not for the first time.
	Flapping = "Flapping"
)

// isAvailable reports whether a page was fetched from the URL of the document.
func (f *Found) isAvailable() bool { return f.Change != Removed && f.Change != Unreachable }

// earlierChange returns the change of a document that this run had found before it was
// interrupted.
func earlierChange(d store.Document) string {
	switch {
	case d.LastFlapped.Equal(d.LastSeen):
		return Flapping
	case !d.LastChanged.Equal(d.LastSeen):
		return Unchanged
	case d.FirstSeen.Equal(d.LastSeen):
		return New
	default:
		return Changed
	}
}

// foundSet is the set of documents that a run has found. It is safe for concurrent use.
type foundSet struct {
	mu    sync.Mutex
	byURL map[string]Found
}

func newFoundSet() *foundSet { return &foundSet{byURL: map[string]Found{}} }

// add adds a document, or replaces the one with its URL.
func (s *foundSet) add(f Found) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byURL[f.URL] = f
}

// ids returns the IDs of the documents.
func (s *foundSet) ids() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make(map[string]bool, len(s.byURL))
	for _, f := range s.byURL {
		ids[f.ID] = true
	}
	return ids
}

// hasText reports whether a document at another URL has the text with a content hash.
func (s *foundSet) hasText(contentHash, url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, f := range s.byURL {
		if at != url && f.ContentHash == contentHash && f.Change != Broken && f.Change != Removed {
			return true
		}
	}
	return false
}

// sorted returns the documents by URL.
func (s *foundSet) sorted() []Found {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Found, 0, len(s.byURL))
	for _, f := range s.byURL {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Found) int { return cmp.Compare(a.URL, b.URL) })
	return out
}

// counts counts the documents by change. A moved, broken or unreachable document counts as
// unchanged because its text did not change; a flapping one, because all its texts are
// known.
func (s *foundSet) counts() store.DocumentCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c store.DocumentCounts
	for _, f := range s.byURL {
		switch f.Change {
		case New:
			c.New++
		case Changed:
			c.Changed++
		case Removed:
			c.Removed++
		default:
			c.Unchanged++
		}
	}
	return c
}

// available counts the documents that are available.
func (s *foundSet) available() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, f := range s.byURL {
		if f.isAvailable() {
			n++
		}
	}
	return n
}
