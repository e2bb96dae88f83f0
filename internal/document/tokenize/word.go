// Package tokenize splits text into normalized words for comparing versions and for
// matching vocabularies.
//
// A tokenizer walks over the text and finds words, numbers, prices, e-mail addresses, random
// identifiers and symbols. It folds each to a canonical form, so that differences in case,
// punctuation and number format disappear and differences in meaning remain. Words returns
// hashes of the folded words with their positions, and Fold the folded words themselves.
// CountWords and CollapseSpace are independent of the tokenizer.
//
// Start with Words and tokenizer.next.
package tokenize

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Class is the class of a word.
type Class uint8

// Classes of words.
const (
	Letters         Class = iota // letters, possibly with digits
	Number                       // with its currency or percent sign
	Symbol                       // a check mark, a comparison or a currency sign without a number
	EmailAddress                 // an e-mail address
	ObfuscatedEmail              // emailaddr.Placeholder
	RandomID                     // an identifier that a site generates anew for each request
	Character                    // one character of a script without spaces; about half a word
)

// Word is a word of a text.
type Word struct {
	// Key is a hash of the folded word. Words that differ only in case, punctuation or number
	// format have the same key.
	Key uint64
	// Start and End are byte offsets. The range includes the punctuation around the word.
	Start, End int
	Class      Class
	// Column is the table column, counted from 0, of a word that begins a cell after an empty
	// cell; 0 for any other word. It is part of the key, because a check mark in another
	// column has another meaning.
	Column int16
}

// Words appends the words of a text to dst, in order. Together they cover the text from the
// first Start to the last End, except for white space. Tabs in the text separate table cells.
func Words(dst []Word, text string) []Word {
	s := newTokenizer(text)
	for s.next() {
		s.appendColumn()
		dst = append(dst, Word{xxhash.Sum64(s.fold), s.start, s.end, s.class, s.column})
	}
	return dst
}

// Context that FoldAt needs around a word, in bytes. Signs and check marks depend on the
// text before the word; comparisons, e-mail addresses and identifiers on the text after it.
const (
	foldContextBefore = 8
	foldContextAfter  = 320
)

// FoldAt returns the folded form, without the column, of the word that Words found at
// text[start:end]. Folding only that substring may give another form: "<" has a meaning only
// before a number.
func FoldAt(text string, start, end int) string {
	from, to := max(0, start-foldContextBefore), min(len(text), end+foldContextAfter)
	for from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	s := newTokenizer(text[from:to])
	s.nextStart = start - from
	if !s.next() {
		return ""
	}
	return string(s.fold)
}
