package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

const (
	// maxLoggedURLs is the maximum number of URLs whose outcome one run stores. A site may
	// have far more skipped URLs than fetched pages, so only maxSkippedURLs of them may be
	// skipped URLs.
	maxLoggedURLs  = 10_000
	maxSkippedURLs = 8_000
	// flushThreshold is the number of pending outcomes at which a checkpoint writes them. A run
	// whose worker is killed loses at most that many outcomes, and no document.
	flushThreshold = 200
	// flushInterval is the interval at which all pending outcomes are written.
	flushInterval = time.Second
)

// pageLog collects the outcome of each URL of a run and writes it to the store in batches.
// A nil pageLog discards everything. It is safe for concurrent use.
type pageLog struct {
	company, runID string

	flushing sync.Mutex // held during a flush
	mu       sync.Mutex
	logged   map[uint64]bool // by hash of the URL; true if a page was fetched
	pending  map[string]store.FetchedPage
}

func newPageLog(company, runID string) *pageLog {
	return &pageLog{company: company, runID: runID, logged: map[uint64]bool{}, pending: map[string]store.FetchedPage{}}
}

// entryOf returns the log entry of a fetched page, with the hash of its body, which an
// Outcome does not have. It is nil if nothing is stored.
func (l *pageLog) entryOf(p *crawl.Page, d document.Document) *store.FetchedPage {
	if l == nil {
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

// add logs an outcome. The Record of its verdict is the result of entryOf.
func (l *pageLog) add(o crawl.Outcome) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.Kind != crawl.OutcomeFetched {
		l.put(store.FetchedPage{URL: o.URL, FinalURL: o.Location, Parent: o.Parent, Reason: string(o.Reason), Status: o.Status}, false)
		return
	}
	rec := *o.Verdict.Record.(*store.FetchedPage)
	rec.Reason = string(o.Verdict.Reason)
	if o.Reason == crawl.SkipNeedsBrowser || o.Reason == crawl.SkipNotRendered {
		rec.Reason = string(o.Reason)
	}
	l.put(rec, true)
	for _, from := range o.Redirects {
		l.put(store.FetchedPage{
			URL: from.URL, FinalURL: rec.FinalURL, Reason: string(crawl.SkipRedirect), Status: from.Status,
			Parent: rec.Parent, FetchedAt: rec.FetchedAt, DocumentID: rec.DocumentID,
		}, true)
	}
}

// wasFetched reports whether a page was fetched from a URL.
func (l *pageLog) wasFetched(url string) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.logged[xxhash.Sum64String(url)]
}

// put logs one URL, unless the log is full or the URL was fetched and is now skipped. The
// caller holds the lock.
func (l *pageLog) put(p store.FetchedPage, fetched bool) {
	key := xxhash.Sum64String(p.URL)
	fetchedBefore, exists := l.logged[key]
	full := len(l.logged) >= maxLoggedURLs || !fetched && len(l.logged) >= maxSkippedURLs
	if !exists && full || fetchedBefore && !fetched {
		return
	}
	p.Company, p.RunID = l.company, l.runID
	l.logged[key] = fetched
	l.pending[p.URL] = p
}

// restore records that the run logged a URL before it was interrupted.
func (l *pageLog) restore(p store.FetchedPage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.logged) < maxLoggedURLs {
		l.logged[xxhash.Sum64String(p.URL)] = !p.FetchedAt.IsZero()
	}
}

// flush writes the pending outcomes in order of URL, if there are at least flushThreshold or
// if all is set. Outcomes that could not be written remain pending.
func (l *pageLog) flush(ctx context.Context, s store.Pages, fence store.Fence, all bool) error {
	l.flushing.Lock() // a batch must not overwrite a later one
	defer l.flushing.Unlock()
	l.mu.Lock()
	if len(l.pending) == 0 || !all && len(l.pending) < flushThreshold {
		l.mu.Unlock()
		return nil
	}
	pending := l.pending
	l.pending = map[string]store.FetchedPage{}
	l.mu.Unlock()
	urls := slices.Sorted(maps.Keys(pending))
	for batch := range slices.Chunk(urls, store.MaxPageBatch) {
		pages := make([]store.FetchedPage, len(batch))
		for i, u := range batch {
			pages[i] = pending[u]
		}
		if err := s.PutPages(ctx, fence, pages); err != nil {
			l.unflush(pending)
			return fmt.Errorf("save the outcomes of %d URLs: %w", len(urls), err)
		}
		for _, u := range batch {
			delete(pending, u)
		}
	}
	return nil
}

// unflush makes outcomes pending again, except those of URLs that have a later one.
func (l *pageLog) unflush(pages map[string]store.FetchedPage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for url, p := range pages {
		if _, newer := l.pending[url]; !newer {
			l.pending[url] = p
		}
	}
}

// startFlushing writes the pending outcomes once a second, in a goroutine of its own, until
// stop is called, so that a page is visible soon after it was fetched. An error is logged; the
// flush at the end of the run writes what is left.
func (l *pageLog) startFlushing(ctx context.Context, s storage, log logr.Logger) (stop func()) {
	if l == nil {
		return func() {}
	}
	return repeat(ctx, flushInterval, func(ctx context.Context) {
		if err := l.flush(ctx, s.store, s.fence, true); err != nil && ctx.Err() == nil {
			log.Error(err, "failed to save pages", "runID", s.runID)
		}
	})
}
