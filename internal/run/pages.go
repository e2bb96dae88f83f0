package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// Bounds of what one run keeps of its URLs. A site passes over many times what it
// gives; the pages that came have a share that those can't take.
const (
	maxPages   = 10_000
	maxSkipped = 8_000
	// flushAt pages that wait are written. A run that is killed loses fewer reasons
	// than that, and no document.
	flushAt = 200
)

// Reasons of pages that came. The last two are the crawl's, the others the run's.
const (
	// ReasonDuplicate is of a page at an address that was guessed, with the text of a
	// document that was found elsewhere.
	ReasonDuplicate = "duplicate"
	// ReasonUnreadable is of a page that came and could not be read, or that the company
	// pins and that had no text to speak of.
	ReasonUnreadable = "unreadable"
	// ReasonSoftError is of an error, login or consent page sent as a success.
	ReasonSoftError = "soft_error"
	// ReasonNeedsBrowser is of a page whose text scripts put in, where no browser
	// was to be used.
	ReasonNeedsBrowser = "needs_browser"
	// ReasonNotRendered is of one of which a browser made nothing either.
	ReasonNotRendered = "not_rendered"
)

// pages is what became of each URL of a run, on its way to the store. A nil one
// keeps nothing.
type pages struct {
	company, runID string

	mu      sync.Mutex
	met     map[uint64]bool // hashes of URLs; true: something came
	waiting map[string]store.FetchedPage
}

func newPages(company, runID string) *pages {
	return &pages{company: company, runID: runID, met: map[uint64]bool{}, waiting: map[string]store.FetchedPage{}}
}

// came notes a page that was fetched, with the document that it is, if any.
func (s *pages) came(p *crawl.Page, d document.Document, documentID, reason string) {
	if s == nil {
		return
	}
	rec := store.FetchedPage{
		URL: p.URL, FinalURL: p.FinalURL, Reason: reason, Status: p.Status, ContentType: p.Header.Get("Content-Type"),
		ETag: p.Header.Get("ETag"), LastModified: p.Header.Get("Last-Modified"), FetchedAt: p.FetchedAt,
		DocumentID: documentID, Type: d.Type, Confidence: d.Confidence,
	}
	if n := len(p.Path); n > 1 {
		rec.Parent = p.Path[n-2]
	}
	if len(p.Body) > 0 {
		sum := sha256.Sum256(p.Body)
		rec.BodyHash = hex.EncodeToString(sum[:])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(rec, true)
	for _, from := range p.Redirects {
		s.put(store.FetchedPage{URL: from, FinalURL: p.FinalURL, Reason: reasonRedirect, Status: s.waiting[from].Status, Parent: rec.Parent, FetchedAt: p.FetchedAt, DocumentID: documentID}, true)
	}
}

// skipped notes a URL that was not fetched. It never hides that something came, but
// says of a page that came why it has no text.
func (s *pages) skipped(url, parent, reason string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if rec, ok := s.waiting[url]; ok && rec.Reason != "redirect" && (reason == ReasonNeedsBrowser || reason == ReasonNotRendered) {
		rec.Reason = reason
		s.waiting[url] = rec
		return
	}
	s.put(store.FetchedPage{URL: url, Parent: parent, Reason: reason}, false)
}

// failed notes the status of a request that brought no page.
func (s *pages) failed(url string, status int, reason string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.waiting[url] // Skipped came just before and knows the parent
	rec.URL, rec.Status, rec.Reason = url, status, reason
	s.put(rec, false)
}

// has says whether a page came from a URL.
func (s *pages) has(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.met[xxhash.Sum64String(url)]
}

func (s *pages) put(p store.FetchedPage, came bool) {
	key := xxhash.Sum64String(p.URL)
	before, known := s.met[key]
	if !known && (len(s.met) >= maxPages || !came && len(s.met) >= maxSkipped) || before && !came {
		return
	}
	p.Company, p.RunID = s.company, s.runID
	s.met[key] = came
	s.waiting[p.URL] = p
}

// flush writes what waits, in order of URL: all of it, or only if it is much.
func (s *pages) flush(ctx context.Context, to store.Pages, f store.Fence, all bool) error {
	s.mu.Lock()
	if len(s.waiting) == 0 || !all && len(s.waiting) < flushAt {
		s.mu.Unlock()
		return nil
	}
	waiting := s.waiting
	s.waiting = map[string]store.FetchedPage{}
	s.mu.Unlock()
	urls := slices.Sorted(maps.Keys(waiting))
	for batch := range slices.Chunk(urls, store.MaxPageBatch) {
		recs := make([]store.FetchedPage, len(batch))
		for i, u := range batch {
			recs[i] = waiting[u]
		}
		if err := to.PutPages(ctx, f, recs); err != nil {
			return fmt.Errorf("keep what became of %d URLs: %w", len(urls), err)
		}
	}
	return nil
}
