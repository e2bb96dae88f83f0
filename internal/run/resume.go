package run

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// restore restores the outcomes of URLs that the run logged before it was interrupted. The
// engine restores the rest of its state from the checkpoint.
func (o *observer) restore(ctx context.Context) error {
	var redirects, rest []store.FetchedPage
	for opts := (store.ListOptions{Limit: store.MaxLimit}); ; {
		pages, next, err := o.storage.store.QueryPages(ctx, store.PageQuery{RunID: o.storage.runID, ListOptions: opts})
		if err != nil {
			return fmt.Errorf("resume run %s of %s: list the outcomes of its URLs: %w", o.storage.runID, o.storage.company, err)
		}
		for _, p := range pages {
			switch {
			case p.Reason == string(crawl.SkipRedirect):
				redirects = append(redirects, p)
			default:
				rest = append(rest, p)
			}
			o.pages.restore(p)
		}
		if next == "" {
			break
		}
		opts.Continue = next
	}
	// identity ignores a redirect until it knows the previous one of the chain, and pages are
	// in order of URL. Each pass adds at least one redirect of each chain.
	for range maxRedirects {
		for _, p := range redirects {
			if p.FinalURL != "" {
				o.identity.recordOutcome(crawl.Outcome{
					Kind: crawl.OutcomeRedirected, URL: p.URL, Reason: crawl.SkipRedirect, Location: p.FinalURL, Status: p.Status,
				})
			}
		}
	}
	for _, p := range rest {
		o.restorePage(p)
	}
	return nil
}

// restorePage restores the outcome of one URL.
func (o *observer) restorePage(p store.FetchedPage) {
	fetched, reason := !p.FetchedAt.IsZero(), crawl.SkipReason(p.Reason)
	switch {
	case p.DocumentID != "" || fetched && reason == crawl.SkipDuplicate:
	case fetched:
		o.recordNoDocument(p.URL, "", reason, o.reader.pinned[p.URL])
	default:
		kind := crawl.OutcomeSkipped
		if p.Status > 0 {
			kind = crawl.OutcomeFailed
		}
		o.recordNoPage(crawl.Outcome{Kind: kind, URL: p.URL, Parent: p.Parent, Reason: reason, Status: p.Status})
	}
}
