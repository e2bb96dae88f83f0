package run

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

const (
	// maxMovers bounds the documents whose address is gone that one new page is
	// compared with.
	maxMovers = 20
	// sameDocument is the share of words that two texts must have in common to be
	// one document at two addresses. Revisions of one document share far more, and
	// two documents of one type and company share less: a boilerplate of contacts.
	sameDocument = 0.6
)

// moved looks for the document that a page at an unknown address is, among those whose
// own address is gone. Known documents are seeds, so that by the time a new address is
// met it is known which of them are gone.
func (k *keeper) moved(ctx context.Context, p *crawl.Page, d document.Document) (store.Document, bool, error) {
	var best store.Document
	most := sameDocument
	for _, old := range k.movers(d.Type) {
		s, err := k.likeness(ctx, old, d)
		if err != nil {
			return best, false, fmt.Errorf("compare %s with %s, which is gone: %w", p.URL, old.URL, err)
		}
		if s >= most {
			best, most = old, s
		}
	}
	return best, best.ID != "", nil
}

// movers are the known documents of a type that this run found gone and nowhere else yet.
func (k *keeper) movers(typ string) []store.Document {
	k.mu.Lock()
	defer k.mu.Unlock()
	again := k.here()
	var out []store.Document
	for url, old := range k.known {
		status, lost := k.lost[url]
		gone := lost && (status == http.StatusNotFound || status == http.StatusGone) || !old.RemovedAt.IsZero()
		if gone && old.Type == typ && !again[old.ID] && len(out) < maxMovers {
			out = append(out, old)
		}
	}
	return out
}

// here are the documents that this run found, by ID. The caller holds the lock.
func (k *keeper) here() map[string]bool {
	ids := map[string]bool{}
	for _, f := range k.found {
		ids[f.ID] = true
	}
	return ids
}

// likeness is the share of words that a known document's newest version has in common
// with d, 0 to 1; 0 where no version is kept.
func (k *keeper) likeness(ctx context.Context, old store.Document, d document.Document) (float64, error) {
	_, text, err := k.store.VersionText(ctx, old.ID, 0)
	if isNone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return alike(document.FromMarkdown(text), d), nil
}

// alike is the share of two texts' words that both have in the same place, 0 to 1.
func alike(a, b document.Document) float64 {
	all := a.WordCount + b.WordCount
	if all == 0 {
		return 0
	}
	c := document.Compare(a, b)
	return max(0, 1-float64(c.Added+c.Removed)/float64(all))
}
