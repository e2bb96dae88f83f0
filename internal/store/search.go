package store

import (
	"context"
	"errors"
)

// SearchQuery selects documents by the words of their current text. An empty list selects all
// values of its field.
type SearchQuery struct {
	// Text holds words, all of which must occur, and phrases in double quotes. It is not a query
	// language: every other character only separates words.
	Text                        string
	Companies, Types, Languages []string
	ListOptions
}

// SearchHit is a document whose text matches.
type SearchHit struct {
	Document Document `json:"document"`
	// Excerpts are passages of the text around matches, at most MaxExcerpts.
	Excerpts []Excerpt `json:"excerpts"`
}

// Excerpt is a passage of a text.
type Excerpt struct {
	Text string `json:"text"`
	// Highlights are the byte offsets of the matches in Text: start and end (exclusive), in order.
	Highlights [][2]int `json:"highlights"`
}

// Bounds of a search. Each hit costs the reading of a text, so the pages are smaller than those
// of other lists.
const (
	MaxSearchWords     = 32  // words of a query; more are an error
	MaxExcerpts        = 3   // excerpts of a hit
	DefaultSearchLimit = 20  // applies if ListOptions.Limit is 0
	MaxSearchLimit     = 100 // hits of a page
)

// ErrInvalidQuery means that a search query has no words, or too many.
var ErrInvalidQuery = errors.New("invalid search query")

// Validate returns an error if a list of q has more than MaxQueryValues values.
func (q SearchQuery) Validate() error {
	return checkQueryLists("documents", len(q.Companies), len(q.Types), len(q.Languages))
}

// SearchOptions returns the list options with the limit that applies to a search.
func (q SearchQuery) SearchOptions() ListOptions {
	o := q.ListOptions
	if o.Limit <= 0 {
		o.Limit = DefaultSearchLimit
	}
	o.Limit = min(o.Limit, MaxSearchLimit)
	return o
}

// Search finds documents by their current text.
type Search interface {
	// SearchDocuments returns one page of the documents whose newest text matches: first those in
	// which all words occur in headings or often, then the others, and among both the newest text
	// first. Documents that a person determined not to be legal are not found. A query without
	// words, or with more than MaxSearchWords, is ErrInvalidQuery.
	SearchDocuments(ctx context.Context, q SearchQuery) (items []SearchHit, next string, err error)
}
