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

// record makes the record of a page that was fetched, with the hash of its body, which
// an Outcome does not have. It is nil if nothing is stored.
func (s *pages) record(p *crawl.Page, d document.Document) *store.FetchedPage {
	if s == nil {
		return nil
	}
	rec := &store.FetchedPage{
		URL: p.URL, FinalURL: p.FinalURL, Status: p.Status, ContentType: p.Header.Get("Content-Type"),
		ETag: p.Header.Get("ETag"), LastModified: p.Header.Get("Last-Modified"), FetchedAt: p.FetchedAt,
		Type: d.Type, Confidence: d.Confidence,
	}
	if n := len(p.Path); n > 1 {
		rec.Parent = p.Path[n-2]
	}
	if len(p.Body) > 0 {
		sum := sha256.Sum256(p.Body)
		rec.BodyHash = hex.EncodeToString(sum[:])
	}
	return rec
}

// ended notes how a URL ended.
func (s *pages) ended(o crawl.Outcome) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.Kind != crawl.OutcomeFetched {
		s.put(store.FetchedPage{URL: o.URL, FinalURL: o.Location, Parent: o.Parent, Reason: string(o.Reason), Status: o.Status}, false)
		return
	}
	rec := *o.Verdict.Record.(*store.FetchedPage)
	rec.Reason = string(o.Verdict.Reason)
	if o.Reason == crawl.SkipNeedsBrowser || o.Reason == crawl.SkipNotRendered {
		rec.Reason = string(o.Reason)
	}
	s.put(rec, true)
	for _, from := range o.Redirects {
		s.put(store.FetchedPage{URL: from.URL, FinalURL: rec.FinalURL, Reason: string(crawl.SkipRedirect), Status: from.Status, Parent: rec.Parent, FetchedAt: rec.FetchedAt, DocumentID: rec.DocumentID}, true)
	}
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
