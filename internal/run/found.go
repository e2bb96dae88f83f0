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
	// Reason says why a document is Removed, Broken, Unreachable or NotVisited. It may be
	// empty.
	Reason crawl.SkipReason
}

// What a run can find out about a document. If several of the kinds of store.Change apply,
// the report names the first of them in this order.
const (
	Created   = string(store.ChangeCreated)
	Changed   = string(store.ChangeChanged)
	Flapping  = string(store.ChangeFlapping)
	Moved     = string(store.ChangeMoved)
	Restored  = string(store.ChangeRestored)
	Recovered = string(store.ChangeRecovered)
	Removed   = string(store.ChangeRemoved)
	Broken    = string(store.ChangeBroken)
	Unchanged = "Unchanged"
	// Unreachable: a known document could not be fetched.
	Unreachable = "Unreachable"
	// NotVisited: the run did not check a known document, because it was stopped or reached
	// a limit.
	NotVisited = "NotVisited"
)

// hasText reports whether the run found the document with its text.
func (f *Found) hasText() bool {
	switch f.Change {
	case Removed, Broken, Unreachable, NotVisited:
		return false
	default:
		return true
	}
}

// coversType reports whether the document covers its type. A document that was not visited
// does so by its stored text, if the text is long enough and was found at the last visit.
func (f *Found) coversType() bool {
	switch f.Change {
	case Removed, Unreachable, Broken:
		return false
	case NotVisited:
		return f.State != store.DocumentUnreachable && f.State != store.DocumentBroken && f.WordCount >= minWords(f.Type)
	default:
		return true
	}
}

// earlierChange returns the change of a document that this run had found before it was
// interrupted.
func earlierChange(d store.Document) string {
	switch {
	case d.State == store.DocumentRemoved:
		return Removed
	case d.State == store.DocumentBroken:
		return Broken
	case d.State == store.DocumentUnreachable:
		return Unreachable
	case d.LastFlapped.Equal(d.LastSeen):
		return Flapping
	case !d.LastChanged.Equal(d.LastSeen):
		return Unchanged
	case d.FirstSeen.Equal(d.LastSeen):
		return Created
	default:
		return Changed
	}
}

// foundSet is the set of documents that a run has found. It is safe for concurrent use.
type foundSet struct {
	mu    sync.Mutex
	byURL map[string]Found
	urls  map[string]int // number of URLs in byURL, by the ID of their document
}

func newFoundSet() *foundSet { return &foundSet{byURL: map[string]Found{}, urls: map[string]int{}} }

// add adds a document, or replaces the one with its URL.
func (s *foundSet) add(f Found) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.byURL[f.URL]; ok {
		s.urls[before.ID]--
	}
	s.byURL[f.URL] = f
	s.urls[f.ID]++
}

// hasID reports whether the document with an ID was found, at any URL.
func (s *foundSet) hasID(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.urls[id] > 0
}

// hasText reports whether a document at another URL has the text with a content hash.
func (s *foundSet) hasText(contentHash, url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, f := range s.byURL {
		if at != url && f.ContentHash == contentHash && f.hasText() {
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

// counts counts the documents by change. A moved, restored or recovered document counts as
// unchanged because its text did not change; a flapping one, because all its texts are
// known.
func (s *foundSet) counts() store.DocumentCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c store.DocumentCounts
	for _, f := range s.byURL {
		switch f.Change {
		case Created:
			c.New++
		case Changed:
			c.Changed++
		case Removed:
			c.Removed++
		case Broken:
			c.Broken++
		case Unreachable:
			c.Unreachable++
		case NotVisited:
			c.NotVisited++
		default:
			c.Unchanged++
		}
	}
	return c
}
