package tokenize

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenizer splits a text into words. A word is a run of letters and digits with the
// apostrophes inside; a number with its separators, sign and currency; or one character of
// a script without spaces.
type tokenizer struct {
	text      string
	nextStart int // start of the leading punctuation of the next word

	// The current word; see Word.
	start, end int
	class      Class
	fold       []byte // the folded word
	column     int16

	// Set if the text contains an "@", an ASCII digit or a tab. If not, checks are skipped.
	hasAt, hasDigit, hasTab bool

	// State of trackCell.
	rowHasWord    bool // the current row has a word
	lastWordStart int  // start of the last word, without punctuation
	cell          int  // column of that word
}

// newTokenizer returns a tokenizer at the beginning of a text.
func newTokenizer(text string) tokenizer {
	return tokenizer{text: text, hasAt: strings.IndexByte(text, '@') >= 0, hasDigit: hasDigit(text), hasTab: strings.IndexByte(text, '\t') >= 0}
}

// hasDigit reports whether a text contains an ASCII digit.
func hasDigit(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i]-'0' <= 9 {
			return true
		}
	}
	return false
}

// next advances to the next word and sets its fields. It returns false at the end of the
// text.
func (s *tokenizer) next() bool {
	for i := s.nextStart; i < len(s.text); {
		kind, size := s.wordKindAt(i)
		if kind == kindOther || kind == kindBlank {
			i += size
			continue
		}
		s.start, s.fold, s.class = s.nextStart, s.fold[:0], Letters
		if s.hasTab {
			s.trackCell(i)
		}
		s.finishWord(s.readWord(i, kind, size))
		return true
	}
	return false
}

// trackCell sets the column of the word at i.
func (s *tokenizer) trackCell(i int) {
	cells := strings.Count(s.text[s.lastWordStart:i], "\t")
	empty := cells > 1 || cells == 1 && !s.rowHasWord
	s.lastWordStart, s.cell, s.rowHasWord = i, s.cell+cells, true
	s.column = 0
	if empty {
		s.column = int16(min(s.cell, math.MaxInt16))
	}
}

// appendColumn appends the column, if it is not 0, to the folded word.
func (s *tokenizer) appendColumn() {
	if s.column > 0 {
		s.fold = strconv.AppendInt(append(s.fold, 1), int64(s.column), 10)
	}
}

// readWord reads the word at i, whose first character has this kind and size. It returns
// the end of the word.
func (s *tokenizer) readWord(i int, kind charKind, size int) int {
	switch kind {
	case kindUnspaced:
		s.class = Character
		s.foldRune(i)
		i += size
		for i < len(s.text) { // combining marks
			r, n := utf8.DecodeRuneInString(s.text[i:])
			if !unicode.IsMark(r) {
				break
			}
			s.foldRune(i)
			i += n
		}
		return i
	case kindCheckMark:
		r, _ := utf8.DecodeRuneInString(s.text[i:])
		s.class, s.fold = Symbol, append(s.fold, 0, checkMarkLetter(r))
		return i + size
	case kindArrow:
		s.class, s.fold = Symbol, append(append(s.fold, 0), s.text[i:i+size]...)
		return i + size
	case kindComparison:
		sign := s.text[i : i+size]
		switch sign {
		case "<=":
			sign = "≤"
		case ">=":
			sign = "≥"
		}
		s.class, s.fold = Symbol, append(append(s.fold, 0), sign...)
		return i + size
	case kindEmailPlaceholder:
		s.class, s.fold = ObfuscatedEmail, append(s.fold, '@')
		return i + size
	case kindCurrency:
		end := s.readPrice(i, size)
		s.foldMinus(i)
		return end
	case kindDigit:
		if n := s.readRandomID(i); n > 0 {
			return i + n
		}
		end := s.readNumber(i)
		s.foldMinus(i)
		return end
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

// finishWord sets the end of a word and the start of the next one. i is the end of the word
// without punctuation. Punctuation up to the next white space belongs to the word, and so
// does punctuation that stands alone between spaces.
func (s *tokenizer) finishWord(i int) {
	s.end = i
	spaced := false
	for i < len(s.text) {
		kind, size := s.wordKindAt(i)
		switch kind {
		case kindBlank:
			i += size
			s.nextStart, spaced = i, true
		case kindOther:
			if i += size; !spaced || i == len(s.text) || s.blankAt(i) {
				s.end = i
			}
		default:
			if !spaced {
				s.end, s.nextStart = i, i
			}
			return
		}
	}
	s.nextStart = len(s.text)
}

// isAloneInCell reports whether the mark at i is the only content of its line or cell. A
// mark next to words is a bullet.
func (s *tokenizer) isAloneInCell(i, size int) bool {
	before, after := strings.TrimRight(s.text[:i], " "), strings.TrimLeft(s.text[i+size:], " ")
	return (before == "" || strings.HasSuffix(before, "\t")) && (after == "" || strings.HasPrefix(after, "\t"))
}

// isCross reports whether the mark at i is a cross that means no, also next to words. A check
// mark next to words is usually a bullet, so its absence does not count.
func (s *tokenizer) isCross(i int) bool {
	t := s.text[i:]
	if r, _ := utf8.DecodeRuneInString(t); strings.ContainsRune("✗✘❌👎🔴🚫⛔", r) {
		return true
	}
	beginsLine := strings.TrimRight(s.text[:i], " ") == "" || strings.HasSuffix(s.text[:i], "\t")
	return beginsLine && (strings.HasPrefix(t, "✕ ") || strings.HasPrefix(t, "✖ "))
}

// isMeaningfulArrow reports whether the arrow at i stands between words, before a number, or
// alone in a cell of a row. Elsewhere it decorates a link or a button.
func (s *tokenizer) isMeaningfulArrow(i, size int) bool {
	before, after := strings.TrimRight(s.text[:i], " "), strings.TrimLeft(s.text[i+size:], " ")
	startsCell, endsCell := before == "" || strings.HasSuffix(before, "\t"), after == "" || strings.HasPrefix(after, "\t")
	if startsCell && endsCell {
		return s.hasTab
	}
	r, _ := utf8.DecodeRuneInString(s.text[i:])
	decorates := r == '▲' || r == '▼' || r == '◀' // also mark what can be opened
	return !startsCell && !endsCell && !decorates || !endsCell && s.amountAt(i+size+len(s.text[i+size:])-len(after))
}

// isLeftArrow reports whether an arrow to the left in ASCII stands between words at i.
func (s *tokenizer) isLeftArrow(i int) bool {
	t := s.text[i:]
	if !strings.HasPrefix(t, "<- ") && !strings.HasPrefix(t, "<= ") || i == 0 || !s.blankAt(i-1) {
		return false
	}
	return s.isMeaningfulArrow(i, len("<-"))
}

// isCheckbox reports whether the mark at i is a checkbox, which also has a meaning next to
// words.
func (s *tokenizer) isCheckbox(i int) bool {
	t := s.text[i:]
	return strings.HasPrefix(t, "☐") || strings.HasPrefix(t, "☑") || strings.HasPrefix(t, "☒")
}

// amountAt reports whether a number begins at i, with or without a currency.
func (s *tokenizer) amountAt(i int) bool {
	if s.digitAt(i) {
		return true
	}
	_, end := s.currencyAt(i)
	return end > 0 && s.digitAt(s.skipBlank(end))
}

// blankAt reports whether the character at i is white space.
func (s *tokenizer) blankAt(i int) bool {
	k, _ := s.kindAt(i)
	return k == kindBlank
}

// digitAt reports whether the byte at i is an ASCII digit.
func (s *tokenizer) digitAt(i int) bool {
	return i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9'
}

// skipBlank returns i, or the end of the white space character at i.
func (s *tokenizer) skipBlank(i int) int {
	if i < len(s.text) {
		if k, n := s.kindAt(i); k == kindBlank {
			return i + n
		}
	}
	return i
}
