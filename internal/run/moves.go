package run

import (
	"context"
	"fmt"
	"slices"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

const (
	// maxCandidates bounds the known documents that one page is compared with.
	maxCandidates = 20
	// minSimilarity is the share of words that two texts must have in common to be one
	// document at two URLs. Revisions of one document have far more in common. Two documents
	// of one type and company have less in common: boilerplate and contact details.
	minSimilarity = 0.6
)

// movedTo looks for the known document that a page at an unknown URL is, among those whose
// own URL is gone. Known documents are seeds, so the crawl has usually fetched their URLs
// before it finds a new one.
func (i *identity) movedTo(ctx context.Context, p *crawl.Page, d document.Document) (store.Document, bool, error) {
	var best store.Document
	highest := minSimilarity
	for _, old := range i.moveCandidates(p.URL, d.Type) {
		s, err := i.similarity(ctx, old, d)
		if err != nil {
			return best, false, fmt.Errorf("compare %s with the removed document %s: %w", p.URL, old.URL, err)
		}
		if s >= highest {
			best, highest = old, s
		}
	}
	return best, best.ID != "", nil
}

// moveCandidates returns the known documents that a page at a URL may be: those whose own URL
// is gone and that the run has not found at another URL, if they have the type of the page or
// had its URL before.
func (i *identity) moveCandidates(pageURL, docType string) []store.Document {
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []store.Document
	for url, old := range i.known {
		gone := isGone(i.outcomes[url].status) || old.State == store.DocumentRemoved
		if !gone || old.NotLegal || i.found.hasID(old.ID) {
			continue
		}
		if slices.Contains(old.FormerURLs, pageURL) {
			out = slices.Insert(out, 0, old)
		} else if old.Type == docType || i.corrections.hasType(old.ID) {
			out = append(out, old)
		}
	}
	return out[:min(len(out), maxCandidates)]
}

// similarity returns the share of words that the newest version of a known document has in
// common with d, 0 to 1. It is 0 if no version is stored.
func (i *identity) similarity(ctx context.Context, old store.Document, d document.Document) (float64, error) {
	_, text, err := i.storage.store.VersionText(ctx, old.ID, 0)
	if isNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return similarity(document.FromMarkdown(text), d), nil
}

// similarity returns the share of words that two texts have in common, in the same places,
// 0 to 1.
func similarity(a, b document.Document) float64 {
	all := a.WordCount + b.WordCount
	if all == 0 {
		return 0
	}
	c := document.Compare(a, b)
	return max(0, 1-float64(c.Added+c.Removed)/float64(all))
}
