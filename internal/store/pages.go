package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// FetchedPage is the outcome of a URL in a run. Its key is RunID and URL.
type FetchedPage struct {
	Company string `json:"company"`
	URL     string `json:"url"`
	// Parent is the URL of the page that linked to this one. It is empty for a seed.
	Parent string `json:"parent"`
	// Reason is the skip reason: why the URL was not fetched or its response not used. It is
	// empty if the page was fetched and used.
	Reason string `json:"reason"`
	// FinalURL is the URL after redirects.
	FinalURL string `json:"finalURL"`
	// Status is the HTTP status code, or 0 if there was no request or no response.
	Status       int    `json:"status"`
	ContentType  string `json:"contentType"`
	ETag         string `json:"etag"`
	LastModified string `json:"lastModified"`
	BodyHash     string `json:"bodyHash"`
	// FetchedAt is zero if no page was fetched.
	FetchedAt  time.Time `json:"fetchedAt"`
	RunID      string    `json:"runID"`
	DocumentID string    `json:"documentID"`
	Type       string    `json:"type"`
	Confidence float64   `json:"confidence"`
}

// PageQuery selects pages of a run. An empty list selects all values of its field.
type PageQuery struct {
	// RunID is the run. It is required.
	RunID string
	// Reasons selects skip reasons. The empty one selects pages that were used.
	Reasons []string
	// Types selects types of documents.
	Types []string
	// Fetched selects URLs from which a page was fetched, or the other ones, if it is set.
	Fetched *bool
	ListOptions
}

// Validate returns an error if the query has no run, or if a list has more than
// MaxQueryValues values.
func (q PageQuery) Validate() error {
	if q.RunID == "" {
		return errors.New("query pages: no run")
	}
	return checkQueryLists("pages", len(q.Reasons), len(q.Types))
}

const (
	// MaxPageBatch is the maximum number of pages of one PutPages call.
	MaxPageBatch = 500
	// PageRuns is the number of runs of a company whose pages are kept. A run may have
	// thousands of pages; the newest ones explain what a crawl found and missed.
	PageRuns = 3
)

// CheckPageBatch returns an error if a batch of pages exceeds MaxPageBatch, or if a page has
// no run.
func CheckPageBatch(pages []FetchedPage) error {
	if len(pages) > MaxPageBatch {
		return fmt.Errorf("put %d pages: the maximum is %d", len(pages), MaxPageBatch)
	}
	for i := range pages {
		if pages[i].RunID == "" {
			return fmt.Errorf("put %d pages: page %s has no run", len(pages), pages[i].URL)
		}
	}
	return nil
}

// Pages stores the outcome of every URL that a run encountered.
type Pages interface {
	// PutPages writes all pages or none, each under its run and URL. If a URL of a run occurs
	// twice, the last page with it is stored. More than MaxPageBatch pages are an error.
	PutPages(ctx context.Context, f Fence, pages []FetchedPage) error
	// GetPage returns the page of a URL in a run, or ErrNotFound.
	GetPage(ctx context.Context, runID, url string) (FetchedPage, error)
	// QueryPages returns one page of the list of pages that q selects, by URL.
	QueryPages(ctx context.Context, q PageQuery) (items []FetchedPage, next string, err error)
	// ExpirePages deletes the pages of a company except those of its newest keep runs that
	// have pages, and those of runs that have not ended. An interrupted call can be repeated.
	ExpirePages(ctx context.Context, f Fence, company string, keep int) error
}
