// Package tokenize splits text into normalized words for comparing versions and for
// matching vocabularies.
package tokenize

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Class is the class of a word.
type Class uint8

// Classes of words.
const (
	Letters Class = iota
	Number        // with its currency or percent sign
	Symbol        // a check mark, a comparison or a currency sign without a number
	EmailAddress
	ObfuscatedEmail // a placeholder for a protected e-mail address
	RandomID        // an identifier that a site generates anew for each request
	Character       // of a script without spaces; about half a word
)

// Word is a word of a text.
type Word struct {
	// Key is a hash of the folded word. Words that differ only in case, punctuation or number
	// notation have the same key.
	Key        uint64
	Start, End int // with the punctuation that belongs to the word
	Class      Class
	// Column is the table column, from 0, if the word begins a cell after an empty cell; else
	// 0. It is part of the key: a check mark in another column has another meaning.
	Column int16
}

// Words appends the words of a text to dst. They cover the text from the first word's Start
// to the last word's End.
func Words(dst []Word, text string) []Word {
	s := newTokenizer(text)
	for s.next() {
		s.appendColumn()
		dst = append(dst, Word{xxhash.Sum64(s.fold), s.start, s.end, s.class, s.column})
	}
	return dst
}

// Fold appends the folded words of a text to dst, each with a space before it. Vocabularies
// are written in this form.
func Fold(dst []byte, text string) []byte {
	s := newTokenizer(text)
	for s.next() {
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// FoldWithColumns is Fold with the columns that are part of the keys.
func FoldWithColumns(dst []byte, text string) []byte {
	s := newTokenizer(text)
	for s.next() {
		s.appendColumn()
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// Context that FoldAt needs around a word, in bytes. The text before decides about signs and
// check marks; the text after decides about comparisons, e-mail addresses and identifiers.
const (
	foldContextBefore = 8
	foldContextAfter  = 320
)

// FoldAt returns the folded form, without a column, of the word that Words found at
// text[start:end]. Folding that substring alone may give another form: "<" has a meaning
// only before a number.
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
