package date

import "strings"

// minMonthName and maxMonthName bound the name of a month beside a year of two
// digits, in letters.
const minMonthName, maxMonthName = 3, 9

// reachShort is how far before a date of two digits a word is looked for, in bytes.
const reachShort = 24

// shortNamed reads 1-Mar-25 and 01/MAR/25: the same separator twice, and nothing
// beside it that makes it the part of a number; s[i:j] is the day.
func (c *scanner) shortNamed(i, j int) literal {
	s := c.s
	if j >= len(s) || s[j] != '-' && s[j] != '/' {
		return literal{}
	}
	k := j + 1
	for k < len(s) && k-j <= maxMonthName && isLatin(s[k]) {
		k++
	}
	if k-j <= minMonthName || k >= len(s) || s[k] != s[j] || !free(s, i) {
		return literal{}
	}
	y, end := shortYear(s, k+1)
	return literal{start: i, end: end, y: y, m: c.month(strings.ToLower(s[j+1 : k])), d: number(s[i:j]), short: true}
}

// revisions are the words, folded, after which two numbers with a slash between
// them are a month and a year: forms and leaflets are marked "Rev. 03/25".
var revisions = words(`rev revised revision stand`)

// shortMonth reads 03/25 after a word for a revision, where no word follows:
// anywhere else it is a ratio, a part of a date or one of several pages.
func (c *scanner) shortMonth(i, j int) literal {
	s := c.s
	if j-i != 2 || j >= len(s) || s[j] != '/' {
		return literal{}
	}
	y, end := shortYear(s, j+1)
	if y == 0 || !revisions[lastWord(strings.TrimRight(fold(valid(s[max(0, i-reachShort):i])), " .:*"))] {
		return literal{}
	}
	rest := strings.TrimLeft(s[end:min(len(s), end+8)], " *_")
	if w := firstWord(fold(valid(rest))); w != "" && !strings.ContainsAny(w[:1], ")],.;:|\n") && w[0] != '-' {
		return literal{}
	}
	return literal{start: i, end: end, y: y, m: number(s[i:j]), short: true}
}

// shortYear reads a year of two digits that ends a date; it is 0 where there is none.
func shortYear(s string, i int) (y, end int) {
	n, end := digits(s, i, 2)
	if end-i != 2 || end < len(s) && (isLatin(s[end]) || strings.IndexByte("-/_%#&+", s[end]) >= 0) {
		return 0, i
	}
	if end+1 < len(s) && s[end] == '.' && (digitAt(s, end+1) || isLatin(s[end+1])) {
		return 0, i
	}
	return 2000 + n, end
}

// numbers are words, folded, after which digits and letters are the number of a
// thing and no date.
var numbers = words(`no nr number part parts model item sku ref reference serial code id article art pn p/n form`)

// free says whether what begins at s[i] is no part of a longer number, and not said
// to be the number of a thing.
func free(s string, i int) bool {
	if i == 0 {
		return true
	}
	if isLatin(s[i-1]) || digitAt(s, i-1) || strings.IndexByte(".-/_,:#&+%", s[i-1]) >= 0 {
		return false
	}
	return !numbers[lastWord(strings.TrimRight(fold(valid(s[max(0, i-reachShort):i])), " .:#°*"))]
}
