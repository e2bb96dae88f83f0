package date

import "strings"

// yearFirstDate parses 2024-01-31, 2024/1/31, 2024. 1. 31., 2024年1月31日 and 2024-01.
func (c *scanner) yearFirstDate(y, i, j int) dateLiteral {
	if i > 0 && (c.text[i-1] == '.' || c.text[i-1] == '-' || c.text[i-1] == '/') && digitBefore(c.text, i) {
		return dateLiteral{}
	}
	if l := cjkDate(c.text, y, i, j); l.isValid() {
		return l
	}
	sep, at := readSeparator(c.text, j)
	if sep == 0 {
		return dateLiteral{}
	}
	m, at := readDigits(c.text, at, 2)
	if m == 0 {
		return dateLiteral{}
	}
	if sep2, next := readSeparator(c.text, at); sep2 == sep {
		if d, end := readDigits(c.text, next, 2); d > 0 && !digitAt(c.text, end) {
			if sep == '.' && end < len(c.text) && c.text[end] == '.' { // 2024. 1. 31.
				end++
			}
			return dateLiteral{start: i, end: end, year: y, month: m, day: d}
		}
	}
	// A month without a day needs two digits and no spaces: 2024-01, 2024/01.
	if sep != '.' && at == j+3 && !digitAt(c.text, at) && (at == len(c.text) || strings.IndexByte("-/", c.text[at]) < 0) {
		return dateLiteral{start: i, end: at, year: y, month: m}
	}
	return dateLiteral{}
}

// shortNumericDate parses 01.04.23 and 3/15/24: a year of two digits, the same separator
// twice, and no digit or dot next to it.
func (c *scanner) shortNumericDate(i int) dateLiteral {
	s := c.text
	if i > 0 && (digitBefore(s, i) || strings.IndexByte(".-/,:", s[i-1]) >= 0) {
		return dateLiteral{}
	}
	a, at := readDigits(s, i, 2)
	if at >= len(s) || strings.IndexByte("./-", s[at]) < 0 {
		return dateLiteral{}
	}
	sep := s[at]
	b, at := readDigits(s, at+1, 2)
	if b == 0 || at >= len(s) || s[at] != sep || !digitAt(s, at+1) || !digitAt(s, at+2) || digitAt(s, at+3) {
		return dateLiteral{}
	}
	end := at + 3
	if end+1 < len(s) && strings.IndexByte("./-", s[end]) >= 0 && digitAt(s, end+1) {
		return dateLiteral{} // an IP address or a section number
	}
	y := 2000 + parseDigits(s[at+1:end])
	l := assignDayMonth(a, b, sep)
	l.start, l.end, l.year, l.needsCue = i, end, y, true
	return l
}

// compactDate parses 20240131.
func compactDate(s string, i, j int) dateLiteral {
	return dateLiteral{start: i, end: j, year: parseDigits(s[i : i+4]), month: parseDigits(s[i+4 : i+6]), day: parseDigits(s[i+6 : j]), needsCue: true, compact: true}
}

// numericDateBeforeYear parses 31.01.2024, 1/31/2024, 31 - 01 - 2024, 23/6–2024 and
// 01/2024; s[i:j] is the year.
func numericDateBeforeYear(s string, y, i, j, from int) dateLiteral {
	sep, at := readSeparatorBefore(s, i, from)
	if sep == 0 {
		return dateLiteral{}
	}
	b, start := readDigitsBefore(s, at, from)
	if b == 0 {
		return dateLiteral{}
	}
	if sep1, at := readSeparatorBefore(s, start, from); sep1 != 0 {
		if a, first := readDigitsBefore(s, at, from); a > 0 && (first == from || !digitBefore(s, first)) {
			l := assignDayMonth(a, b, sep)
			l.start, l.end, l.year = first, j, y
			return l
		}
	}
	if sep == '-' || start > 0 && strings.IndexByte("./-,", s[start-1]) >= 0 { // 12-2024 is more often a number than a month
		return dateLiteral{}
	}
	return dateLiteral{start: start, end: j, year: y, month: b}
}
