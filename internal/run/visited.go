package run

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

const (
	// visitedPages is the number of URLs that visitedURLs reads with one query.
	visitedPages = 500
	// maxVisited bounds the URLs of one run and query that visitedURLs reads.
	maxVisited = 2000
)

// failedReasons are the reasons of URLs that a run requested without getting a new page.
var failedReasons = []string{
	string(crawl.SkipRedirect), string(crawl.SkipNotFound), string(crawl.SkipClientError), string(crawl.SkipAccessDenied), string(crawl.SkipServerError),
}

// visitedURLs returns the URLs that the newest runs of the company requested. Most of those that
// are no documents are pages that list documents, redirects to documents, and broken links: a
// crawl with few pages for discovery would otherwise request the same ones each time.
func (e *execution) visitedURLs(ctx context.Context) (map[string]bool, error) {
	s := e.storage.store
	q := store.RunQuery{Companies: []string{e.task.Company}, ListOptions: store.ListOptions{Limit: store.PageRuns + 1}}
	runs, _, err := s.QueryRuns(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list the earlier runs: %w", err)
	}
	visited, fetched := map[string]bool{}, true
	for n := range runs {
		if runs[n].ID == e.record.ID {
			continue
		}
		for _, q := range []store.PageQuery{{Fetched: &fetched}, {Reasons: failedReasons}} {
			q.RunID = runs[n].ID
			if err := addVisited(ctx, s, q, visited); err != nil {
				return nil, fmt.Errorf("list the pages of run %s: %w", q.RunID, err)
			}
		}
	}
	return visited, nil
}

// addVisited adds the URLs of the pages that q selects.
func addVisited(ctx context.Context, s store.Pages, q store.PageQuery, visited map[string]bool) error {
	q.Limit = visitedPages
	for range maxVisited / visitedPages {
		pages, next, err := s.QueryPages(ctx, q)
		if err != nil {
			return err
		}
		for i := range pages {
			visited[pages[i].URL] = true
		}
		if next == "" {
			return nil
		}
		q.Continue = next
	}
	return nil
}
