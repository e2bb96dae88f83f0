package plain

import (
	"math"
	"strconv"
	"strings"
	"unicode"
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
	s := newScanner(text)
	for s.next() {
		s.mark()
		dst = append(dst, Word{xxhash.Sum64(s.fold), s.start, s.end, s.class, s.column})
	}
	return dst
}

// Fold is a text's words in their folded form, each with one space before it; the
// form in which vocabularies are written.
func Fold(dst []byte, text string) []byte {
	s := newScanner(text)
	for s.next() {
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// FoldWithColumns is Fold with the columns that Words puts into the keys.
func FoldWithColumns(dst []byte, text string) []byte {
	s := newScanner(text)
	for s.next() {
		s.mark()
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
	return dst
}

// How far around a word is looked to fold it as it was folded within its text, in
// bytes: what stands before decides on a sign or a mark, what stands after on a
// comparison, an address or an identifier.
const (
	lookBehind = 8
	lookAhead  = 320
)

// FoldAt is the folded form, without a column, of the word that Words found from start
// to end of a text.
// A run of words by itself may fold to another form: "<" means something only before
// a number.
func FoldAt(text string, start, end int) string {
	from, to := max(0, start-lookBehind), min(len(text), end+lookAhead)
	for from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	s := newScanner(text[from:to])
	s.at = start - from
	if !s.next() {
		return ""
	}
	return string(s.fold)
}

// scanner finds words. A word is a run of letters and digits with the apostrophes
// within it; a number with its separators, sign and currency; one ideograph, kana or
// character of a script that is written without spaces.
type scanner struct {
	text       string
	at         int // where the next word's punctuation begins
	start, end int
	class      Class
	fold       []byte
	// Most texts have none, and nothing that needs them is looked for.
	hasAt, hasDigit, hasTab bool

	begun  bool  // there was a word in this row
	core   int   // where the last one itself began
	cell   int   // the column of its cell
	column int16 // see Word
}

func newScanner(text string) scanner {
	return scanner{text: text, hasAt: strings.IndexByte(text, '@') >= 0, hasDigit: strings.IndexFunc(text, isDigit) >= 0, hasTab: strings.IndexByte(text, '\t') >= 0}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// What a character is to the scanner.
const (
	other = iota
	blank
	letter
	digit
	alone    // a word by itself
	currency // a currency sign
	verdict  // a mark that means yes or no
	compare  // a comparison, if an amount follows
	hidden   // what stands in the place of an address
)

var ascii = func() (t [128]uint8) {
	for c := range t {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			t[c] = blank
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			t[c] = letter
		case c >= '0' && c <= '9':
			t[c] = digit
		case c == '$':
			t[c] = currency
		case c == '<' || c == '>' || c == '=':
			t[c] = compare
		}
	}
	return t
}()

// kind says what stands at i and how long it is.
func (s *scanner) kind(i int) (kind uint8, size int) {
	if c := s.text[i]; c < utf8.RuneSelf {
		return ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r >= 0xb2 && r <= 0xb3 || r == 0xb9 || r >= 0x2070 && r <= 0x209f || r >= 0x2460 && r <= 0x24ff:
		return other, n // raised figures are notes' marks, circled ones list marks
	case unspaced(r):
		return alone, n
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return letter, n
	case unicode.IsNumber(r):
		return digit, n
	case unicode.IsSpace(r):
		return blank, n
	case r == '≤' || r == '≥' || r == '±':
		return compare, n
	case verdictOf(r) != 0:
		return verdict, n
	case unicode.Is(unicode.Sc, r):
		return currency, n
	}
	return other, n
}

// unspaced says whether a character belongs to a script without spaces.
func unspaced(r rune) bool {
	return r >= 0x0e00 && r <= 0x0eff && unicode.IsLetter(r) || r >= 0x1000 && r <= 0x109f && unicode.IsLetter(r) ||
		r >= 0x1780 && r <= 0x17ff && unicode.IsLetter(r) || r >= 0x3041 && r <= 0x30ff && unicode.IsLetter(r) ||
		r >= 0x3400 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// verdictOf is the letter for a mark that means yes, no or neither, or 0.
func verdictOf(r rune) byte {
	switch r {
	case '✓', '✔', '☑', '✅':
		return 'y'
	case '✗', '✘', '☒', '❌', '✕', '✖', '×':
		return 'n'
	case '☐':
		return 'o'
	}
	return 0
}

// begins is kind, but for marks that mean something only in their place: a comparison
// before an amount, a mark of yes or no by itself. An address that is concealed begins a
// word as well.
func (s *scanner) begins(i int) (kind uint8, size int) {
	kind, size = s.kind(i)
	switch {
	case kind == compare:
		if c := s.text[i]; (c == '<' || c == '>') && i+1 < len(s.text) && s.text[i+1] == '=' {
			size = 2
		}
		if !s.amountAt(s.skipBlank(i + size)) {
			return other, size
		}
	case kind == verdict && !s.box(i) && !s.solitary(i, size):
		return other, size
	case kind == other && s.text[i] == '[' && strings.HasPrefix(s.text[i:], Placeholder):
		return hidden, len(Placeholder)
	}
	return kind, size
}

// next finds the next word; its fold, bounds and class are in the scanner.
func (s *scanner) next() bool {
	for i := s.at; i < len(s.text); {
		kind, size := s.begins(i)
		if kind == other || kind == blank {
			i += size
			continue
		}
		s.start, s.fold, s.class = s.at, s.fold[:0], Letters
		if s.hasTab {
			s.enter(i)
		}
		s.close(s.word(i, kind, size))
		return true
	}
	return false
}

// enter notes in which cell of its row the word at i stands.
func (s *scanner) enter(i int) {
	cells := strings.Count(s.text[s.core:i], "\t")
	empty := cells > 1 || cells == 1 && !s.begun
	s.core, s.cell, s.begun = i, s.cell+cells, true
	s.column = 0
	if empty {
		s.column = int16(min(s.cell, math.MaxInt16))
	}
}

// mark adds the column to a word's fold.
func (s *scanner) mark() {
	if s.column > 0 {
		s.fold = strconv.AppendInt(append(s.fold, 1), int64(s.column), 10)
	}
}

// word reads the word at i and says where it ends.
func (s *scanner) word(i int, kind uint8, size int) int {
	switch kind {
	case alone:
		s.class = Character
		s.rune(i)
		i += size
		for i < len(s.text) { // the marks of the character
			r, n := utf8.DecodeRuneInString(s.text[i:])
			if !unicode.IsMark(r) {
				break
			}
			s.rune(i)
			i += n
		}
		return i
	case verdict:
		r, _ := utf8.DecodeRuneInString(s.text[i:])
		s.class, s.fold = Symbol, append(s.fold, 0, verdictOf(r))
		return i + size
	case compare:
		sign := s.text[i : i+size]
		switch sign {
		case "<=":
			sign = "≤"
		case ">=":
			sign = "≥"
		}
		s.class, s.fold = Symbol, append(append(s.fold, 0), sign...)
		return i + size
	case hidden:
		s.class, s.fold = ObfuscatedEmail, append(s.fold, '@')
		return i + size
	case currency:
		return s.price(i, size)
	case digit:
		if n := s.identifier(i); n > 0 {
			return i + n
		}
		return s.figure(i)
	}
	if s.hasAt {
		if n := s.address(i); n > 0 {
			return i + n
		}
	}
	if s.hasDigit {
		if n := s.identifier(i); n > 0 {
			return i + n
		}
		if n := s.code(i); n > 0 {
			return i + n
		}
	}
	return s.letters(i)
}

// letters reads a run of letters, digits, apostrophes between letters and points as a
// host's name has them.
func (s *scanner) letters(i int) int {
	begin := len(s.fold)
	for i < len(s.text) {
		if c := s.text[i]; c < utf8.RuneSelf && (ascii[c] == letter || ascii[c] == digit) {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			s.fold = append(s.fold, c)
			i++
			continue
		}
		kind, size := s.kind(i)
		if kind != letter && kind != digit {
			if s.host(i) {
				s.fold = append(s.fold, '.')
				i++
				continue
			}
			if power := powerOf(s.text[i:]); power > 0 && units[strings.TrimLeft(string(s.fold[begin:]), "0123456789")] {
				s.fold = append(s.fold, power)
				return i + size
			}
			n := apostrophe(s.text[i:])
			if n == 0 || i+n >= len(s.text) {
				break
			}
			if k, _ := s.kind(i + n); k != letter {
				break
			}
			s.fold = append(s.fold, '\'')
			i += n
			continue
		}
		s.rune(i)
		i += size
	}
	return i
}

// units are those whose squares and cubes are met; a raised figure behind any other
// word is a note's mark.
var units = map[string]bool{"mm": true, "cm": true, "dm": true, "m": true, "km": true, "ft": true, "yd": true, "mi": true}

// powerOf is the digit of the raised two or three that s begins with, or 0.
func powerOf(s string) byte {
	switch {
	case strings.HasPrefix(s, "²"):
		return '2'
	case strings.HasPrefix(s, "³"):
		return '3'
	}
	return 0
}

// host says whether the point at i goes on a name like example.com: a small letter or
// digit follows. Where a space was forgotten after a sentence, a capital does.
func (s *scanner) host(i int) bool {
	if s.text[i] != '.' || i == 0 || i+1 >= len(s.text) {
		return false
	}
	c := s.text[i+1]
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

func apostrophe(s string) int {
	switch {
	case s[0] == '\'':
		return 1
	case len(s) > 2 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0x98 || s[2] == 0x99):
		return 3
	case len(s) > 1 && s[0] == 0xca && s[1] == 0xbc:
		return 2
	}
	return 0
}

// rune folds one character: to lower case, to the plain form of ligatures, wide and
// other digits, final sigma and dotless i.
func (s *scanner) rune(i int) {
	if c := s.text[i]; c < utf8.RuneSelf {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		s.fold = append(s.fold, c)
		return
	}
	r, _ := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r == 'ς':
		r = 'σ'
	case r == 'ı' || r == 'İ':
		r = 'i'
	case r >= 0xfb00 && r <= 0xfb04:
		s.fold = append(s.fold, [...]string{"ff", "fi", "fl", "ffi", "ffl"}[r-0xfb00]...)
		return
	case r >= 0xff01 && r <= 0xff5e:
		r -= 0xff01 - '!'
	case r == 0x200c || r == 0x200d:
		return
	}
	if d := digitOf(r); d >= 0 {
		r = '0' + d
	}
	s.fold = utf8.AppendRune(s.fold, unicode.ToLower(r))
}

// close ends the word whose core ends at i: the punctuation after it is the word's up
// to the next white space, and whole words of punctuation after that as well.
func (s *scanner) close(i int) {
	s.end = i
	spaced := false
	for i < len(s.text) {
		kind, size := s.begins(i)
		switch kind {
		case blank:
			i += size
			s.at, spaced = i, true
		case other:
			if i += size; !spaced || i == len(s.text) || s.blankAt(i) {
				s.end = i
			}
		default:
			if !spaced {
				s.end, s.at = i, i
			}
			return
		}
	}
	s.at = len(s.text)
}

// solitary says whether a mark is all that its line or cell has; before or after words
// it is a bullet.
func (s *scanner) solitary(i, size int) bool {
	before, after := strings.TrimRight(s.text[:i], " "), strings.TrimLeft(s.text[i+size:], " ")
	return (before == "" || strings.HasSuffix(before, "\t")) && (after == "" || strings.HasPrefix(after, "\t"))
}

// box says whether the mark at i is a box to tick, which says yes or no before words
// as well.
func (s *scanner) box(i int) bool {
	t := s.text[i:]
	return strings.HasPrefix(t, "☐") || strings.HasPrefix(t, "☑") || strings.HasPrefix(t, "☒")
}

// amountAt says whether a number begins at i, with or without a currency before it.
func (s *scanner) amountAt(i int) bool {
	if s.digitAt(i) {
		return true
	}
	_, end := s.money(i)
	return end > 0 && s.digitAt(s.skipBlank(end))
}

func (s *scanner) blankAt(i int) bool {
	k, _ := s.kind(i)
	return k == blank
}

func (s *scanner) digitAt(i int) bool {
	return i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9'
}

// skipBlank is i past one blank.
func (s *scanner) skipBlank(i int) int {
	if i < len(s.text) {
		if k, n := s.kind(i); k == blank {
			return i + n
		}
	}
	return i
}
