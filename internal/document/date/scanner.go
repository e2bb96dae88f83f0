package date

import (
	"strings"
	"unicode/utf8"
)

// maxLiterals bounds how many dates of one text are looked at: the first half of
// them from its beginning, the others from its end.
const maxLiterals = 400

// scanner finds the dates of one text.
type scanner struct {
	text     string
	language string
	order    dateOrder
	found    []dateLiteral
}

// scan finds all dates, in the order of the text. It looks at runs of digits
// only, so that a text without a year costs one pass over its bytes.
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
		case i < end: // part of the date before
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
			if l.month == 0 && i > 1 && (s[i-1] >= utf8.RuneSelf || s[i-2] >= utf8.RuneSelf) {
				l = c.eraDate(i, j)
			}
		case j-i == 3:
			l = c.eraDate(i, j)
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

// dateAroundYear reads the date whose year is s[i:j]; nothing before from belongs to it.
func (c *scanner) dateAroundYear(i, j, from int) dateLiteral {
	y := parseDigits(c.text[i:j])
	if strings.HasPrefix(c.text[j:], "'") || i > 0 && strings.IndexByte("/=&%@", c.text[i-1]) >= 0 && !digitBefore(c.text, i) {
		// part of an address
		return dateLiteral{}
	}
	thai := y > 2400 && y < 2700
	if thai { // Buddhist era
		y -= 543
	}
	if y < firstYear || y > lastYear {
		return dateLiteral{}
	}
	if l := c.yearFirstDate(y, i, j); l.isValid() {
		return l
	}
	if l := numericDateBeforeYear(c.text, y, i, j, from, c.order); l.isValid() {
		return l
	}
	l := c.namedDateBeforeYear(y, i, j, from, thai)
	if !l.isValid() && !thai {
		l = c.namedDateAfterYear(y, i, j)
	}
	return l
}
