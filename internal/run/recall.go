package run

import (
	"context"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// recall takes from the store what a run that is gone on with had learned of its URLs
// before it was cut off. The crawl's journal has what it still had to do.
func (k *keeper) recall(ctx context.Context) error {
	page := store.ListOptions{Limit: store.MaxLimit}
	var led, rest []store.FetchedPage
	for {
		recs, next, err := k.store.ListPages(ctx, k.task.Company, page)
		if err != nil {
			return fmt.Errorf("go on with run %s of %s: list what became of its URLs: %w", k.run.ID, k.run.Company, err)
		}
		for _, rec := range recs {
			if rec.RunID != k.run.ID { // of a run before
				continue
			}
			k.pages.recall(rec)
			if rec.Reason == string(crawl.SkipRedirect) {
				led = append(led, rec)
			} else {
				rest = append(rest, rec)
			}
		}
		if next == "" {
			break
		}
		page.Continue = next
	}
	// Of a chain of redirects each is known by the one before it, which may come later.
	for range maxHops {
		for _, rec := range led {
			if rec.FinalURL != "" {
				k.lead(rec.URL, rec.FinalURL, rec.Status)
			}
		}
	}
	for _, rec := range rest {
		k.recallPage(rec)
	}
	return nil
}

// recallPage takes what became of one URL as it was told then.
func (k *keeper) recallPage(rec store.FetchedPage) {
	if rec.DocumentID != "" || rec.Reason == string(crawl.SkipDuplicate) && !rec.FetchedAt.IsZero() {
		return
	}
	if !rec.FetchedAt.IsZero() {
		k.instead(rec.URL, "", crawl.SkipReason(rec.Reason), k.pinned[rec.URL])
		return
	}
	k.blame(rec.URL, rec.Parent, crawl.SkipReason(rec.Reason))
	k.mu.Lock()
	defer k.mu.Unlock()
	if rec.Status > 0 {
		k.lost[rec.URL] = rec.Status
	}
	if k.follows(rec.URL) {
		k.why[rec.URL] = crawl.SkipReason(rec.Reason)
	}
}

// recall notes that a URL was met by the run before it was cut off.
func (s *pages) recall(rec store.FetchedPage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.met) < maxPages {
		s.met[xxhash.Sum64String(rec.URL)] = !rec.FetchedAt.IsZero()
	}
}
