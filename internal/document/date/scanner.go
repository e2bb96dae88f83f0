package date

import (
	"strings"
	"unicode/utf8"
)

// maxLiterals is half of the maximum number of dates of one text. At the maximum, only the
// first and the last maxLiterals/2 dates are kept. It was chosen by hand.
const maxLiterals = 400

// scanner finds the date literals of one text.
type scanner struct {
	text     string
	language string
	found    []dateLiteral
}

// scan returns the dates of the text, in text order. It examines runs of digits and the
// character for "year", so that a text without a date costs only a pass over its bytes.
func (c *scanner) scan() []dateLiteral {
	s, end := c.text, 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		j := i + 1
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		var l dateLiteral
		switch {
		case i < end: // part of the previous date
		case j-i == 4:
			l = c.dateAroundYear(i, j, end)
		case j-i <= 2:
			l = c.shortNumericDate(i)
			if l.month == 0 {
				l = c.shortNamedDate(i, j)
			}
			if l.month == 0 {
				l = c.revisionMonth(i, j)
			}
			if l.month == 0 {
				l = c.apostropheDate(i, j, end)
			}
			if l.month == 0 && i > 1 && (s[i-1] >= utf8.RuneSelf || s[i-2] >= utf8.RuneSelf) {
				l = c.eraDate(i, j)
			}
		case j-i == 3:
			if l = c.eraDate(i, j); l.month == 0 {
				l = c.minguoYear(i, j)
			}
		case j-i == 8:
			l = compactDate(s, i, j)
		}
		if l.isValid() {
			c.found = append(c.found, l)
			end = l.end
			if len(c.found) == 2*maxLiterals { // keep those at both ends
				c.found = append(c.found[:maxLiterals/2], c.found[2*maxLiterals-maxLiterals/2:]...)
			}
			j = max(j, end)
		}
		i = j - 1
	}
	if strings.Contains(s, "年") {
		c.scanIdeographs()
	}
	return c.found
}

// dateAroundYear parses the date whose year is the text between i and j. The date begins
// at from or later.
func (c *scanner) dateAroundYear(i, j, from int) dateLiteral {
	y := parseDigits(c.text[i:j])
	if strings.HasPrefix(c.text[j:], "'") || i > 0 && strings.IndexByte("/=&%@", c.text[i-1]) >= 0 && !digitBefore(c.text, i) {
		// Part of a URL.
		return dateLiteral{}
	}
	thai := y > 2400 && y < 2700
	if thai { // the Buddhist era
		y -= 543
	}
	if y < firstYear || y > lastYear {
		return dateLiteral{}
	}
	if l := c.yearFirstDate(y, i, j); l.isValid() {
		return l
	}
	if l := numericDateBeforeYear(c.text, y, i, j, from); l.isValid() {
		return l
	}
	l := c.namedDateBeforeYear(y, i, j, from, thai)
	if !l.isValid() && !thai {
		if l = c.hyphenatedNamedDate(y, i, j); !l.isValid() {
			l = c.namedDateAfterYear(y, i, j)
		}
	}
	return l
}
