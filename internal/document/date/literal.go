package date

import (
	"strings"
	"time"
	"unicode/utf8"
)

// dateLiteral is a date as it is written somewhere in a text.
type dateLiteral struct {
	start, end        int // bytes of the text
	year, month, day  int // day is 0 where only the month is named
	needsCue          bool
	dayMonthSwappable bool // day and month could be each other
}

// isBefore says whether a is an earlier day than b.
func (a dateLiteral) isBefore(b dateLiteral) bool { return a.sortKey() < b.sortKey() }

func (a dateLiteral) sortKey() int { return a.year*10000 + a.month*100 + a.day }

// time is the day, or the first of the month.
func (a dateLiteral) time() time.Time {
	return time.Date(a.year, time.Month(a.month), max(a.day, 1), 0, 0, 0, 0, time.UTC)
}

// Bounds of years. The web's documents begin in the nineties.
const (
	firstYear = 1990
	lastYear  = 2100
)

func (a dateLiteral) isValid() bool {
	if a.year < firstYear || a.year > lastYear || a.month < 1 || a.month > 12 || a.day < 0 || a.day > 31 {
		return false
	}
	return a.day == 0 || a.time().Day() == a.day
}

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

// yearFirstDate reads 2024-01-31, 2024/1/31, 2024. 1. 31., 2024年1月31日 and 2024-01.
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
	// A month alone needs both digits, and no spaces: 2024-01, 2024/01.
	if sep != '.' && at == j+3 && !digitAt(c.text, at) && (at == len(c.text) || strings.IndexByte("-/", c.text[at]) < 0) {
		return dateLiteral{start: i, end: at, year: y, month: m}
	}
	return dateLiteral{}
}

// shortNumericDate reads 01.04.23 and 3/15/24: two digits for the year, always the
// same separator, and no digit or dot beside it.
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
		return dateLiteral{} // an address or a section number
	}
	y := 2000 + parseDigits(s[at+1:end])
	l := assignDayMonth(a, b, sep, c.order)
	l.start, l.end, l.year, l.needsCue = i, end, y, true
	return l
}

// compactDate reads 20240131, in full.
func compactDate(s string, i, j int) dateLiteral {
	return dateLiteral{start: i, end: j, year: parseDigits(s[i : i+4]), month: parseDigits(s[i+4 : i+6]), day: parseDigits(s[i+6 : j]), needsCue: true}
}

func parseDigits(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

// digitBefore says whether a digit stands before s[i], a separator between.
func digitBefore(s string, i int) bool {
	return digitAt(s, i-1) || i > 1 && strings.IndexByte("./- ", s[i-1]) >= 0 && digitAt(s, i-2)
}

// readDigits reads up to most digits at s[i]; the number is 0 where there are none or more.
func readDigits(s string, i, maxDigits int) (n, end int) {
	j := i
	for digitAt(s, j) {
		j++
	}
	if j-i > maxDigits || j == i {
		return 0, j
	}
	return parseDigits(s[i:j]), j
}

// unicodeSeparators are other characters that stand for . - and /.
var unicodeSeparators = []struct {
	mark string
	sep  byte
}{{"–", '-'}, {"‑", '-'}, {"‐", '-'}, {"－", '-'}, {"．", '.'}, {"／", '/'}}

// readSeparator reads one of . - / with spaces around it.
func readSeparator(s string, i int) (sep byte, end int) {
	i = skipSpace(s, i)
	if i >= len(s) {
		return 0, i
	}
	for _, w := range unicodeSeparators {
		if strings.HasPrefix(s[i:], w.mark) {
			return w.sep, skipSpace(s, i+len(w.mark))
		}
	}
	if strings.IndexByte("./-", s[i]) < 0 {
		return 0, i
	}
	return s[i], skipSpace(s, i+1)
}

func skipSpace(s string, i int) int {
	for i < len(s) {
		switch {
		case s[i] == ' ' || s[i] == '\t':
			i++
		case strings.HasPrefix(s[i:], "\u00a0"):
			i += 2
		default:
			return i
		}
	}
	return i
}

// skipWord is where the first of words that s has at i ends.
func skipWord(s string, i int, words ...string) (int, bool) {
	for _, w := range words {
		if strings.HasPrefix(s[min(i, len(s)):], w) {
			return i + len(w), true
		}
	}
	if i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		return skipWord(s, skipSpace(s, i), words...)
	}
	return i, false
}

// withoutLinkTargets is a text without the addresses and titles of its links, whose
// dates are those of other things.
func withoutLinkTargets(s string) string {
	at := strings.Index(s, "](")
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for at >= 0 {
		b.WriteString(s[:at+1])
		s = s[at+2:]
		depth, i := 1, 0
		for ; i < len(s) && depth > 0 && s[i] != '\n'; i++ {
			switch s[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		s = s[i:]
		at = strings.Index(s, "](")
	}
	b.WriteString(s)
	return b.String()
}
