package tokenize

import (
	"slices"
	"unicode/utf8"
)

// Fold appends the folded words of a text to dst, each after a space. This is the form of
// the vocabularies in other packages.
func Fold(dst []byte, text string) []byte {
	s := newTokenizer(text)
	return s.appendFolded(dst, false)
}

// FoldWithColumns is like Fold but includes Word.Column, as Word.Key does.
func FoldWithColumns(dst []byte, text string) []byte {
	s := newTokenizer(text)
	return s.appendFolded(dst, s.hasTab)
}

// appendFolded appends the folded words to dst, each after a space. It folds plain words itself:
// in contrast to next, it needs no offsets and so does not look at the punctuation after a word.
// That takes about half of the time.
func (s *tokenizer) appendFolded(dst []byte, columns bool) []byte {
	plain := !columns && !s.hasAt // a letter before an "@" can begin an e-mail address
	for {
		if plain {
			dst = s.appendPlainWords(dst)
		}
		if !s.next() {
			return dst
		}
		if columns {
			s.appendColumn()
		}
		dst = append(dst, ' ')
		dst = append(dst, s.fold...)
	}
}

// appendPlainWords folds words up to the first one that is not plain, and moves there. A word is
// plain if it consists of ASCII letters, and next would read just these letters. The loop has no
// branch that depends on the end of a word, because the processor could not predict it.
func (s *tokenizer) appendPlainWords(dst []byte) []byte {
	text, begin := s.text, s.nextStart
	dst = slices.Grow(dst, len(text)-begin+1) // a byte for each of the text, and a space
	out, n := dst[:cap(dst)], len(dst)
	out[n] = ' '
	n++
	i, inWord := begin, 0 // 1 within a word
	for ; i < len(text); i++ {
		c := plainBytes[text[i]]
		if c == 0 {
			if !s.isSeparatorAt(begin, i) {
				break
			}
			c = ' '
		}
		out[n] = c
		letter := int(c >> 6)
		n += letter | inWord // a space only after a word
		inWord = letter
	}
	if inWord == 0 {
		n-- // no word follows the last space
	}
	if i < len(text) {
		if letters, end := s.lettersToRead(begin, i, inWord == 1); letters > 0 {
			i, n = end-letters, n-letters-1
		}
	}
	s.nextStart = i
	return out[:n]
}

// isSeparatorAt reports whether the byte at i, which has no plain form, ends a word that begins at
// begin or later, and belongs to no other word.
func (s *tokenizer) isSeparatorAt(begin, i int) bool {
	text := s.text
	letters := s.lettersBefore(begin, i)
	switch c := text[i]; {
	case c != '.' && c != '\'' && c != '-' && c != '_':
		return false
	case letters == 0:
		return true
	case c == '.':
		return !s.isHostDot(i)
	case c == '\'':
		return i+1 == len(text) || text[i+1] < utf8.RuneSelf && asciiKinds[text[i+1]] != kindLetter
	}
	return !s.hasDigit || !hasIDLength(text[i-letters:])
}

// lettersToRead returns the letters, with their end, that next has to read again because of the byte
// at i: those of the word that it continues, and a currency code before a digit.
func (s *tokenizer) lettersToRead(begin, i int, inWord bool) (letters, end int) {
	if inWord {
		return s.lettersBefore(begin, i), i
	}
	if !s.digitAt(i) || i == begin || asciiKinds[s.text[i-1]&0x7f] != kindBlank {
		return 0, i
	}
	end = i - 1
	if letters = s.lettersBefore(begin, end); letters == 3 && currencyCodes[s.text[end-3:end]] {
		return letters, end
	}
	return 0, i
}

// lettersBefore returns the number of ASCII letters directly before i, from begin on.
func (s *tokenizer) lettersBefore(begin, i int) int {
	from := i
	for from > begin && plainBytes[s.text[from-1]] > ' ' {
		from--
	}
	return i - from
}

// plainBytes holds the ASCII letters in lower case, a space for the ASCII characters that always
// separate words, and 0 for other bytes.
var plainBytes = func() (t [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch k := asciiKinds[c]; {
		case k == kindLetter:
			t[c] = foldedASCII[c]
		case k == kindBlank, k == kindOther && c != '[' && c != '.' && c != '\'' && c != '-' && c != '_':
			t[c] = ' '
		}
	}
	return t
}()
