package tokenize

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readNumber reads a number with its sign and currency and returns its end.
func (s *tokenizer) readNumber(i int) int {
	s.class = Number
	end, word := s.readDigits(i)
	if word {
		s.class = Letters
		return end
	}
	if n := s.skipSymbol(end, '%'); n > 0 {
		if c := s.signBefore(i); c != 0 {
			s.fold = append([]byte{c}, s.fold...)
		}
		s.fold = append(s.fold, '%')
		return n
	}
	if end < len(s.text) && s.text[end] == '+' {
		s.fold = append(s.fold, '+')
		return end + 1
	}
	if name, n := s.currencyAt(s.skipBlank(end)); n > 0 {
		// In "5 € 10" the sign belongs to the second number.
		if !s.digitAt(s.skipBlank(n)) || s.skipBlank(end) == end {
			s.fold = append(append(s.fold, ' '), name...)
			return n
		}
	}
	return end
}

// signBefore returns the sign of the percentage at i, or 0. White space, an opening
// parenthesis or nothing precedes the sign; after a number it would denote a range.
func (s *tokenizer) signBefore(i int) byte {
	before, sign := s.text[:i], byte('-')
	if strings.HasSuffix(before, "−") {
		before = before[:len(before)-len("−")]
	} else {
		if i == 0 || before[i-1] != '+' && before[i-1] != '-' {
			return 0
		}
		before, sign = before[:i-1], before[i-1]
	}
	if n := len(before); n > 0 && before[n-1] != ' ' && before[n-1] != '\t' && before[n-1] != '(' {
		return 0
	}
	before = strings.TrimRight(before, " (")
	if n := len(before); n > 0 && (before[n-1] == '%' || before[n-1] >= '0' && before[n-1] <= '9') {
		return 0
	}
	return sign
}

// foldMinus puts a minus sign before the folded number at i if the text has one there. White
// space, an opening parenthesis, a currency sign or nothing precedes the sign; after a number or
// a closing parenthesis it would denote a range or divide a telephone number.
func (s *tokenizer) foldMinus(i int) {
	if s.class != Number || i == 0 || len(s.fold) == 0 || s.fold[0] == '-' || s.fold[0] == '+' {
		return
	}
	if before := s.text[:i]; endsWithMinus(before) {
		s.fold = append([]byte{'-'}, s.fold...)
	}
}

// endsWithMinus reports whether a text ends with a minus sign, and not with the dash of a range
// or of a telephone number.
func endsWithMinus(text string) bool {
	sign, size := utf8.DecodeLastRuneInString(text)
	if sign != '-' && sign != '−' && sign != '–' {
		return false
	}
	before := text[:len(text)-size]
	if r, _ := utf8.DecodeLastRuneInString(before); before != "" && !strings.ContainsRune(" \t(", r) && !unicode.Is(unicode.Sc, r) {
		return false
	}
	before = strings.TrimRight(before, " (")
	return before == "" || strings.IndexByte("%)/.0123456789", before[len(before)-1]) < 0
}

// skipSymbol returns the end of the byte c at i, or after a space at i; 0 if there is none.
func (s *tokenizer) skipSymbol(i int, c byte) int {
	if i = s.skipBlank(i); i < len(s.text) && s.text[i] == c {
		return i + 1
	}
	return 0
}

// readDigits reads a number in any format, folds it with canonicalNumber and returns its
// end. If letters follow without a space, as in "1st", it reads a word instead, and word is
// true.
func (s *tokenizer) readDigits(i int) (end int, word bool) {
	begin := len(s.fold)
	first := i
	for i < len(s.text) {
		kind, size := s.kindAt(i)
		if kind == kindLetter {
			s.fold = s.fold[:begin]
			return s.readLetters(first), true
		}
		if kind != kindDigit {
			n := 1
			if c := s.text[i]; c != '.' && c != ',' {
				if n = apostropheLen(s.text[i:]); n == 0 {
					break
				}
			}
			if i+n >= len(s.text) {
				break
			}
			if k, _ := s.kindAt(i + n); k != kindDigit {
				break
			}
			if n > 1 {
				s.fold = append(s.fold, '\'')
			} else {
				s.fold = append(s.fold, s.text[i])
			}
			i += n
			continue
		}
		s.foldRune(i)
		i += size
	}
	s.fold = append(s.fold[:begin], canonicalNumber(s.fold[begin:])...)
	return i, false
}

// canonicalNumber normalizes a number: it removes thousands separators, a fraction of two
// zeros and the leading zero of two digits, and writes a decimal point. A single separator
// before three digits separates thousands. Dates and section numbers have more parts than a
// number; the result has the same parts, separated by points.
func canonicalNumber(b []byte) []byte {
	var parts [][]byte
	var seps []byte
	from := 0
	for i, c := range b {
		if c == '.' || c == ',' || c == '\'' {
			parts = append(parts, b[from:i])
			seps = append(seps, c)
			from = i + 1
		}
	}
	parts = append(parts, b[from:])
	if len(seps) == 0 {
		return trimLeadingZero(b)
	}
	groups := func(ps [][]byte) bool {
		for i, p := range ps {
			if i > 0 && len(p) != 3 || i == 0 && (len(p) == 0 || len(p) > 3 || p[0] == '0') {
				return false
			}
		}
		return true
	}
	last := len(seps) - 1
	one := bytes.Count(seps, seps[:1]) == len(seps)
	switch {
	case one && groups(parts):
		return bytes.Join(parts, nil)
	case len(seps) == 1 || !one && seps[last] != seps[0] && bytes.Count(seps[:last], seps[:1]) == last && groups(parts[:last+1]):
		whole := bytes.Join(parts[:last+1], nil)
		if f := string(parts[last+1]); f == "00" {
			return trimLeadingZero(whole)
		}
		return append(append(append([]byte(nil), whole...), '.'), parts[last+1]...)
	}
	for i := range parts {
		parts[i] = trimLeadingZero(parts[i])
	}
	return bytes.Join(parts, []byte("."))
}

// trimLeadingZero removes the leading zero of a two-digit number: a day is 05 or 5.
func trimLeadingZero(b []byte) []byte {
	if len(b) == 2 && b[0] == '0' {
		return b[1:]
	}
	return b
}
