package store

import "context"

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

// Bounds of a search.
const (
	MaxSearchWords = 32 // words of a query; more are an error
	MaxExcerpts    = 3  // excerpts of a hit
)

// Search finds documents by their current text.
type Search interface {
	// SearchDocuments returns one page of the documents whose newest text matches, the best
	// match first. A query without words is an error.
	SearchDocuments(ctx context.Context, q SearchQuery) (items []SearchHit, next string, err error)
}
