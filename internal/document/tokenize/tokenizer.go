package tokenize

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenizer finds words. A word is a run of letters and digits with the apostrophes
// within it; a number with its separators, sign and currency; one ideograph, kana or
// character of a script that is written without spaces.
type tokenizer struct {
	text       string
	at         int // where the next word's punctuation begins
	start, end int
	class      Class
	fold       []byte
	// Most texts have none, and nothing that needs them is looked for.
	hasAt, hasDigit, hasTab bool

	rowHasWord    bool  // there was a word in this row
	lastWordStart int   // where the last one itself began
	cell          int   // the column of its cell
	column        int16 // see Word
}

func newTokenizer(text string) tokenizer {
	return tokenizer{text: text, hasAt: strings.IndexByte(text, '@') >= 0, hasDigit: strings.IndexFunc(text, isDigit) >= 0, hasTab: strings.IndexByte(text, '\t') >= 0}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// next finds the next word; its fold, bounds and class are in the scanner.
func (s *tokenizer) next() bool {
	for i := s.at; i < len(s.text); {
		kind, size := s.wordKindAt(i)
		if kind == other || kind == blank {
			i += size
			continue
		}
		s.start, s.fold, s.class = s.at, s.fold[:0], Letters
		if s.hasTab {
			s.trackCell(i)
		}
		s.finishWord(s.readWord(i, kind, size))
		return true
	}
	return false
}

// trackCell notes in which cell of its row the word at i stands.
func (s *tokenizer) trackCell(i int) {
	cells := strings.Count(s.text[s.lastWordStart:i], "\t")
	empty := cells > 1 || cells == 1 && !s.rowHasWord
	s.lastWordStart, s.cell, s.rowHasWord = i, s.cell+cells, true
	s.column = 0
	if empty {
		s.column = int16(min(s.cell, math.MaxInt16))
	}
}

// appendColumn adds the column to a word's fold.
func (s *tokenizer) appendColumn() {
	if s.column > 0 {
		s.fold = strconv.AppendInt(append(s.fold, 1), int64(s.column), 10)
	}
}

// readWord reads the word at i and says where it ends.
func (s *tokenizer) readWord(i int, kind uint8, size int) int {
	switch kind {
	case unspaced:
		s.class = Character
		s.foldRune(i)
		i += size
		for i < len(s.text) { // the marks of the character
			r, n := utf8.DecodeRuneInString(s.text[i:])
			if !unicode.IsMark(r) {
				break
			}
			s.foldRune(i)
			i += n
		}
		return i
	case checkMark:
		r, _ := utf8.DecodeRuneInString(s.text[i:])
		s.class, s.fold = Symbol, append(s.fold, 0, checkMarkLetter(r))
		return i + size
	case comparison:
		sign := s.text[i : i+size]
		switch sign {
		case "<=":
			sign = "≤"
		case ">=":
			sign = "≥"
		}
		s.class, s.fold = Symbol, append(append(s.fold, 0), sign...)
		return i + size
	case emailPlaceholder:
		s.class, s.fold = ObfuscatedEmail, append(s.fold, '@')
		return i + size
	case currency:
		return s.readPrice(i, size)
	case digit:
		if n := s.readRandomID(i); n > 0 {
			return i + n
		}
		return s.readNumber(i)
	}
	if s.hasAt {
		if n := s.readEmailAddress(i); n > 0 {
			return i + n
		}
	}
	if s.hasDigit {
		if n := s.readRandomID(i); n > 0 {
			return i + n
		}
		if n := s.readCurrencyCode(i); n > 0 {
			return i + n
		}
	}
	return s.readLetters(i)
}

// finishWord ends the word whose core ends at i: the punctuation after it is the word's up
// to the next white space, and whole words of punctuation after that as well.
func (s *tokenizer) finishWord(i int) {
	s.end = i
	spaced := false
	for i < len(s.text) {
		kind, size := s.wordKindAt(i)
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

// isAloneInCell says whether a mark is all that its line or cell has; before or after words
// it is a bullet.
func (s *tokenizer) isAloneInCell(i, size int) bool {
	before, after := strings.TrimRight(s.text[:i], " "), strings.TrimLeft(s.text[i+size:], " ")
	return (before == "" || strings.HasSuffix(before, "\t")) && (after == "" || strings.HasPrefix(after, "\t"))
}

// isCheckbox says whether the mark at i is a box to tick, which says yes or no before words
// as well.
func (s *tokenizer) isCheckbox(i int) bool {
	t := s.text[i:]
	return strings.HasPrefix(t, "☐") || strings.HasPrefix(t, "☑") || strings.HasPrefix(t, "☒")
}

// amountAt says whether a number begins at i, with or without a currency before it.
func (s *tokenizer) amountAt(i int) bool {
	if s.digitAt(i) {
		return true
	}
	_, end := s.currencyAt(i)
	return end > 0 && s.digitAt(s.skipBlank(end))
}

func (s *tokenizer) blankAt(i int) bool {
	k, _ := s.kindAt(i)
	return k == blank
}

func (s *tokenizer) digitAt(i int) bool {
	return i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9'
}

// skipBlank is i past one blank.
func (s *tokenizer) skipBlank(i int) int {
	if i < len(s.text) {
		if k, n := s.kindAt(i); k == blank {
			return i + n
		}
	}
	return i
}
