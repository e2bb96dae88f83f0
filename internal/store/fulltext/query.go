package fulltext

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// Query is a parsed search query. A text matches it if it contains all phrases.
type Query struct {
	// Phrases lists distinct sequences of tokens. A word is a phrase of one token, and a word of a
	// script without spaces is a phrase of its pairs.
	Phrases [][]string
}

// Parse parses the text of a query. It accepts every text of up to 4 KiB that has from 1 to
// MaxSearchWords words; otherwise it returns store.ErrInvalidQuery.
func Parse(text string) (Query, error) {
	var q Query
	words, size := 0, 0
	if len(text) > maxQueryBytes {
		return Query{}, fmt.Errorf("%w: it has more than %d bytes", store.ErrInvalidQuery, maxQueryBytes)
	}
	parts := strings.Split(quotes.Replace(normalize(text)), `"`)
	for i, part := range parts {
		quoted := i%2 == 1 && i < len(parts)-1 // a quote that is not closed has no meaning
		tokens := tokenize(part, maxQueryTokens+1)
		size += len(tokens)
		var phrase []string
		for j, t := range tokens {
			if j == 0 || !t.continues(tokens[j-1]) {
				words++
				if !quoted {
					q.add(phrase)
					phrase = nil
				}
			}
			phrase = append(phrase, t.text)
		}
		q.add(phrase)
		if words > store.MaxSearchWords || size > maxQueryTokens {
			return Query{}, fmt.Errorf("%w: it has more than %d words", store.ErrInvalidQuery, store.MaxSearchWords)
		}
	}
	if words == 0 {
		return Query{}, fmt.Errorf("%w: it has no words", store.ErrInvalidQuery)
	}
	return q, nil
}

// quotes replaces typographic double quotes.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`)

// add adds a phrase, unless it is empty or exists.
func (q *Query) add(phrase []string) {
	if len(phrase) > 0 && !slices.ContainsFunc(q.Phrases, func(p []string) bool { return slices.Equal(p, phrase) }) {
		q.Phrases = append(q.Phrases, phrase)
	}
}

// Tokens returns the distinct tokens of the query.
func (q Query) Tokens() []string {
	var all []string
	for _, p := range q.Phrases {
		all = append(all, p...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
