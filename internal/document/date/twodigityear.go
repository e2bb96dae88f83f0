package date

import "strings"

// minMonthName and maxMonthName bound the length of a month name in a date with a year of
// two digits, in letters.
const minMonthName, maxMonthName = 3, 9

// shortDateContext is the length of the text before a short date in which the preceding
// word is looked up, in bytes.
const shortDateContext = 24

// shortNamedDate parses 1-Mar-25, 01/MAR/25 and 01/Mar/2025: the same separator twice, and nothing
// next to it that makes it part of a number. The text between i and j is the day.
func (c *scanner) shortNamedDate(i, j int) dateLiteral {
	s := c.text
	if j >= len(s) || s[j] != '-' && s[j] != '/' {
		return dateLiteral{}
	}
	k := j + 1
	for k < len(s) && k-j <= maxMonthName && isASCIILetter(s[k]) {
		k++
	}
	if k-j <= minMonthName || k >= len(s) || s[k] != s[j] || !startsDate(s, i) {
		return dateLiteral{}
	}
	y, end := twoDigitYear(s, k+1)
	if n, after := readDigits(s, k+1, 4); after == k+5 {
		y, end = n, after
	}
	return dateLiteral{start: i, end: end, year: y, month: c.monthNumber(strings.ToLower(s[j+1 : k])), day: parseDigits(s[i:j]), needsCue: true}
}

// apostropheDate parses 5 January '24 and Jan '24. The text between i and j is the year.
func (c *scanner) apostropheDate(i, j, from int) dateLiteral {
	if j-i != 2 || !strings.HasSuffix(c.text[:i], "'") && !strings.HasSuffix(c.text[:i], "’") {
		return dateLiteral{}
	}
	y, end := twoDigitYear(c.text, i)
	if y == 0 {
		return dateLiteral{}
	}
	l := c.namedDateBeforeYear(y, i, end, from, false)
	l.needsCue = true
	return l
}

// revisionTerms are folded words after which two numbers with a slash are a month and a
// year. Forms and leaflets are marked "Rev. 03/25".
var revisionTerms = wordSet(`rev revised revision stand`)

// revisionMonth parses 03/25 after a revision term if no word follows. In any other context
// the two numbers are a ratio, a part of a date or a page number.
func (c *scanner) revisionMonth(i, j int) dateLiteral {
	s := c.text
	if j-i != 2 || j >= len(s) || s[j] != '/' {
		return dateLiteral{}
	}
	y, end := twoDigitYear(s, j+1)
	if y == 0 || !revisionTerms[lastWord(strings.TrimRight(fold(trimPartialRunes(s[max(0, i-shortDateContext):i])), " .:*"))] {
		return dateLiteral{}
	}
	rest := strings.TrimLeft(s[end:min(len(s), end+8)], " *_")
	if w := firstWord(fold(trimPartialRunes(rest))); w != "" && !strings.ContainsAny(w[:1], ")],.;:|\n") && w[0] != '-' {
		return dateLiteral{}
	}
	return dateLiteral{start: i, end: end, year: y, month: parseDigits(s[i:j]), needsCue: true}
}

// twoDigitYear parses a year of two digits at s[i], the end of a date. It returns the year
// in the 2000s, or 0 if there is none.
func twoDigitYear(s string, i int) (y, end int) {
	n, end := readDigits(s, i, 2)
	if end-i != 2 || end < len(s) && (isASCIILetter(s[end]) || strings.IndexByte("-/_%#&+", s[end]) >= 0) {
		return 0, i
	}
	if end+1 < len(s) && s[end] == '.' && (digitAt(s, end+1) || isASCIILetter(s[end+1])) {
		return 0, i
	}
	return 2000 + n, end
}

// identifierTerms are folded words after which digits and letters are an identifier and
// not a date.
var identifierTerms = wordSet(`no nr number part parts model item sku ref reference serial code id article art pn p/n form`)

// startsDate reports whether a date may begin at s[i]: it is not inside a longer number
// and not after an identifier term.
func startsDate(s string, i int) bool {
	if i == 0 {
		return true
	}
	if isASCIILetter(s[i-1]) || digitAt(s, i-1) || strings.IndexByte(".-/_,:#&+%", s[i-1]) >= 0 {
		return false
	}
	return !identifierTerms[lastWord(strings.TrimRight(fold(trimPartialRunes(s[max(0, i-shortDateContext):i])), " .:#°*"))]
}
