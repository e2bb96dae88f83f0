package plain

import (
	"bytes"
	"strings"
)

// digitOf is the value of a decimal digit in the scripts that are met, or -1.
func digitOf(r rune) rune {
	for _, zero := range [...]rune{0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50} {
		if r >= zero && r <= zero+9 {
			return r - zero
		}
	}
	return -1
}

// figure reads a number with its sign and currency.
func (s *scanner) figure(i int) int {
	s.class = Number
	end, word := s.digits(i)
	if word {
		s.class = Letters
		return end
	}
	if n := s.after(end, '%'); n > 0 {
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
	if name, n := s.money(s.skipBlank(end)); n > 0 {
		// "5 € 10": the sign before the second number is that number's.
		if !s.digitAt(s.skipBlank(n)) || s.skipBlank(end) == end {
			s.fold = append(append(s.fold, ' '), name...)
			return n
		}
	}
	return end
}

// signBefore is the plus or minus that a share at i has, or 0: nothing else stands
// before it, and no number, from which it would reach to this one.
func (s *scanner) signBefore(i int) byte {
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

// after is where the sign c ends that follows at i, perhaps after a blank, or 0.
func (s *scanner) after(i int, c byte) int {
	if i = s.skipBlank(i); i < len(s.text) && s.text[i] == c {
		return i + 1
	}
	return 0
}

// price reads a currency sign and the number after it.
func (s *scanner) price(i, size int) int {
	name, end := s.money(i)
	if end == 0 {
		end = i + size
	}
	at := s.skipBlank(end)
	if !s.digitAt(at) {
		s.class, s.fold = Symbol, append(s.fold, name...)
		return end
	}
	last, word := s.digits(at)
	if word {
		s.class, s.fold = Symbol, append(s.fold[:0], name...)
		return end
	}
	s.class, s.fold = Number, append(append(s.fold, ' '), name...)
	return last
}

// code reads a currency's code and the number after it: "EUR 5", "US$5".
func (s *scanner) code(i int) int {
	if c := s.text[i]; c < 'A' || c > 'Z' {
		return 0
	}
	_, end := s.money(i)
	if end == 0 || !s.digitAt(s.skipBlank(end)) {
		return 0
	}
	last := s.price(i, end-i)
	if s.class != Number {
		s.class, s.fold = Letters, s.fold[:0]
		return 0
	}
	return last - i
}

// dollars are the letters that stand before a dollar sign.
var dollars = map[string]string{"US": "usd", "A": "aud", "AU": "aud", "C": "cad", "CA": "cad", "HK": "hkd", "NZ": "nzd", "S": "sgd", "R": "brl"}

var codes = map[string]bool{
	"EUR": true, "USD": true, "GBP": true, "CHF": true, "AUD": true, "CAD": true, "NZD": true, "SEK": true, "NOK": true, "DKK": true,
	"PLN": true, "CZK": true, "HUF": true, "RON": true, "BRL": true, "INR": true, "JPY": true, "CNY": true, "RMB": true, "KRW": true,
	"SGD": true, "HKD": true, "TRY": true, "ZAR": true, "MXN": true, "ILS": true, "AED": true,
}

// money reads a currency's sign or code at i: its name, and where it ends, or 0.
func (s *scanner) money(i int) (name string, end int) {
	if i >= len(s.text) {
		return "", 0
	}
	if c := s.text[i]; c >= 'A' && c <= 'Z' {
		n := i
		for n < len(s.text) && n < i+4 && s.text[n] >= 'A' && s.text[n] <= 'Z' {
			n++
		}
		if n < len(s.text) && s.text[n] == '$' && dollars[s.text[i:n]] != "" {
			return dollars[s.text[i:n]], n + 1
		}
		if n-i == 3 && codes[s.text[i:n]] {
			if n < len(s.text) {
				if k, _ := s.kind(n); k == letter {
					return "", 0
				}
			}
			return strings.ToLower(s.text[i:n]), n
		}
		return "", 0
	}
	kind, size := s.kind(i)
	if kind != currency {
		return "", 0
	}
	switch sign := s.text[i : i+size]; sign {
	case "€":
		return "eur", i + size
	case "£":
		return "gbp", i + size
	default:
		return sign, i + size
	}
}

// digits reads a number and folds it to one form, whatever divides its thousands and
// its fraction. If letters go on from it, it is a word like "1st", and word is true.
func (s *scanner) digits(i int) (end int, word bool) {
	begin := len(s.fold)
	first := i
	for i < len(s.text) {
		kind, size := s.kind(i)
		if kind == letter {
			s.fold = s.fold[:begin]
			return s.letters(first), true
		}
		if kind != digit {
			n := 1
			if c := s.text[i]; c != '.' && c != ',' {
				if n = apostrophe(s.text[i:]); n == 0 {
					break
				}
			}
			if i+n >= len(s.text) {
				break
			}
			if k, _ := s.kind(i + n); k != digit {
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
		s.rune(i)
		i += size
	}
	s.fold = append(s.fold[:begin], canonical(s.fold[begin:])...)
	return i, false
}

// canonical is the one form of a number: no division of thousands, a point before the
// fraction, no fraction of two zeros, no zero before a single digit. A single divider
// before three digits divides thousands. What has more parts than a number, as dates
// and numbers of clauses have, keeps its parts.
func canonical(b []byte) []byte {
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
		return short(b)
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
			return short(whole)
		}
		return append(append(append([]byte(nil), whole...), '.'), parts[last+1]...)
	}
	for i := range parts {
		parts[i] = short(parts[i])
	}
	return bytes.Join(parts, []byte("."))
}

// short is a number of two digits without its zero: the fifth is 05 or 5.
func short(b []byte) []byte {
	if len(b) == 2 && b[0] == '0' {
		return b[1:]
	}
	return b
}
