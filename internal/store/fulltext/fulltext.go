// Package fulltext splits texts into tokens for the search index, parses search queries and
// makes excerpts with highlights. Both stores use it, so a query has the same results in both.
//
// A token is a word: a run of letters, marks and digits without case, diacritics and
// compatibility forms ("Über" and "ÜBER" are "uber"). Scripts without spaces between words
// (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) and Korean, whose particles join the
// words, are split into overlapping pairs of characters instead: a search for a word of these
// scripts is a search for its pairs one after another. The index also has their single
// characters, for words of one character.
package fulltext

// Bounds of the index of one text. What follows is not searchable. They bound the size of an
// index entry and the time to write it; the longest legal documents have about 50,000 words.
const (
	maxTokens     = 50_000
	maxTextBytes  = 4 << 20
	maxTokenBytes = 96 // the rest of a longer word is ignored
)

// Bounds of a query. A word of a script without spaces has several tokens.
const (
	maxQueryBytes  = 4 << 10
	maxQueryTokens = 256
)
