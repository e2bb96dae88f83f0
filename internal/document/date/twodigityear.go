package date

import "strings"

// minMonthName and maxMonthName bound the name of a month beside a year of two
// digits, in letters.
const minMonthName, maxMonthName = 3, 9

// shortDateContext is how far before a date of two digits a word is looked for, in bytes.
const shortDateContext = 24

// shortNamedDate reads 1-Mar-25 and 01/MAR/25: the same separator twice, and nothing
// beside it that makes it the part of a number; s[i:j] is the day.
func (c *scanner) shortNamedDate(i, j int) dateLiteral {
	s := c.text
	if j >= len(s) || s[j] != '-' && s[j] != '/' {
		return dateLiteral{}
	}
	k := j + 1
	for k < len(s) && k-j <= maxMonthName && isLatin(s[k]) {
		k++
	}
	if k-j <= minMonthName || k >= len(s) || s[k] != s[j] || !startsDate(s, i) {
		return dateLiteral{}
	}
	y, end := twoDigitYear(s, k+1)
	return dateLiteral{start: i, end: end, year: y, month: c.monthNumber(strings.ToLower(s[j+1 : k])), day: parseDigits(s[i:j]), needsCue: true}
}

// revisionTerms are the words, folded, after which two numbers with a slash between
// them are a month and a year: forms and leaflets are marked "Rev. 03/25".
var revisionTerms = wordSet(`rev revised revision stand`)

// revisionMonth reads 03/25 after a word for a revision, where no word follows:
// anywhere else it is a ratio, a part of a date or one of several pages.
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

// twoDigitYear reads a year of two digits that ends a date; it is 0 where there is none.
func twoDigitYear(s string, i int) (y, end int) {
	n, end := readDigits(s, i, 2)
	if end-i != 2 || end < len(s) && (isLatin(s[end]) || strings.IndexByte("-/_%#&+", s[end]) >= 0) {
		return 0, i
	}
	if end+1 < len(s) && s[end] == '.' && (digitAt(s, end+1) || isLatin(s[end+1])) {
		return 0, i
	}
	return 2000 + n, end
}

// identifierTerms are words, folded, after which digits and letters are the number of a
// thing and no date.
var identifierTerms = wordSet(`no nr number part parts model item sku ref reference serial code id article art pn p/n form`)

// startsDate says whether what begins at s[i] is no part of a longer number, and not said
// to be the number of a thing.
func startsDate(s string, i int) bool {
	if i == 0 {
		return true
	}
	if isLatin(s[i-1]) || digitAt(s, i-1) || strings.IndexByte(".-/_,:#&+%", s[i-1]) >= 0 {
		return false
	}
	return !identifierTerms[lastWord(strings.TrimRight(fold(trimPartialRunes(s[max(0, i-shortDateContext):i])), " .:#°*"))]
}
