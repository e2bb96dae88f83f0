package tokenize

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Class is what a word is.
type Class uint8

// The classes of word.
const (
	Letters         Class = iota
	Number                // a number, with its currency or percent sign
	Symbol                // a mark that means yes or no, or a comparison
	EmailAddress          // an e-mail address
	ObfuscatedEmail       // what stands in the place of an address that is protected
	RandomID              // an identifier that is made anew at each request
	Character             // of a script that is written without spaces; about half a word
)

// Word is a word of a block's text.
type Word struct {
	// Key is equal for words that are the same: in any case, with any punctuation
	// around them, numbers in any usual form.
	Key        uint64
	Start, End int // in the text, with the punctuation that belongs to it
	Class      Class
	// Column is that of the row's cell which the word begins, from 0, where the cell
	// before has no word; else 0. The key holds it: a mark in the next column says
	// something else.
	Column int16
}

// Words appends the words of a text to dst. From the first word's Start to the
// last's End they cover the text; a run of them is shown as the text between.
func Words(dst []Word, text string) []Word {
	s := newTokenizer(text)
	for s.next() {
		s.appendColumn()
		dst = append(dst, Word{xxhash.Sum64(s.fold), s.start, s.end, s.class, s.column})
	}
	return dst
}

// Fold is a text's words in their folded form, each with one space before it; the
// form in which vocabularies are written.
func Fold(dst []byte, text string) []byte {
	s := newTokenizer(text)
	for s.next() {
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// FoldWithColumns is Fold with the columns that Words puts into the keys.
func FoldWithColumns(dst []byte, text string) []byte {
	s := newTokenizer(text)
	for s.next() {
		s.appendColumn()
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// How far around a word is looked to fold it as it was folded within its text, in
// bytes: what stands before decides on a sign or a mark, what stands after on a
// comparison, an address or an identifier.
const (
	foldContextBefore = 8
	foldContextAfter  = 320
)

// FoldAt is the folded form, without a column, of the word that Words found from start
// to end of a text.
// A run of words by itself may fold to another form: "<" means something only before
// a number.
func FoldAt(text string, start, end int) string {
	from, to := max(0, start-foldContextBefore), min(len(text), end+foldContextAfter)
	for from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	s := newTokenizer(text[from:to])
	s.at = start - from
	if !s.next() {
		return ""
	}
	return string(s.fold)
}
