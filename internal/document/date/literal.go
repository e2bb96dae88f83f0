package date

import (
	"strings"
	"time"
	"unicode/utf8"
)

// literal is a date as it is written somewhere in a text.
type literal struct {
	start, end int // bytes of the text
	y, m, d    int // d is 0 where only the month is named
	short      bool
	swappable  bool // day and month could be each other
}

// before says whether a is an earlier day than b.
func (a literal) before(b literal) bool { return a.ordinal() < b.ordinal() }

func (a literal) ordinal() int { return a.y*10000 + a.m*100 + a.d }

// time is the day, or the first of the month.
func (a literal) time() time.Time {
	return time.Date(a.y, time.Month(a.m), max(a.d, 1), 0, 0, 0, 0, time.UTC)
}

// Bounds of years. The web's documents begin in the nineties.
const (
	firstYear = 1990
	lastYear  = 2100
)

func (a literal) valid() bool {
	if a.y < firstYear || a.y > lastYear || a.m < 1 || a.m > 12 || a.d < 0 || a.d > 31 {
		return false
	}
	return a.d == 0 || a.time().Day() == a.d
}

// maxLiterals bounds how many dates of one text are looked at: the first half of
// them from its beginning, the others from its end.
const maxLiterals = 400

// scanner finds the dates of one text.
type scanner struct {
	s        string
	language string
	order    order
	found    []literal
}

// scan finds all dates, in the order of the text. It looks at runs of digits
// only, so that a text without a year costs one pass over its bytes.
func (c *scanner) scan() []literal {
	s, end := c.s, 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		j := i + 1
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		var l literal
		switch {
		case i < end: // part of the date before
		case j-i == 4:
			l = c.aroundYear(i, j, end)
		case j-i <= 2:
			l = c.shortNumeric(i)
			if l.m == 0 {
				l = c.shortNamed(i, j)
			}
			if l.m == 0 {
				l = c.shortMonth(i, j)
			}
			if l.m == 0 && i > 1 && (s[i-1] >= utf8.RuneSelf || s[i-2] >= utf8.RuneSelf) {
				l = c.eraYear(i, j)
			}
		case j-i == 3:
			l = c.eraYear(i, j)
		case j-i == 8:
			l = compact(s, i, j)
		}
		if l.valid() {
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
		c.ideographs()
	}
	return c.found
}

// aroundYear reads the date whose year is s[i:j]; nothing before from belongs to it.
func (c *scanner) aroundYear(i, j, from int) literal {
	y := number(c.s[i:j])
	if strings.HasPrefix(c.s[j:], "'") || i > 0 && strings.IndexByte("/=&%@", c.s[i-1]) >= 0 && !digitBefore(c.s, i) {
		// part of an address
		return literal{}
	}
	thai := y > 2400 && y < 2700
	if thai { // Buddhist era
		y -= 543
	}
	if y < firstYear || y > lastYear {
		return literal{}
	}
	if l := c.yearFirst(y, i, j); l.valid() {
		return l
	}
	if l := numericBefore(c.s, y, i, j, from, c.order); l.valid() {
		return l
	}
	l := c.namedBefore(y, i, j, from, thai)
	if !l.valid() && !thai {
		l = c.monthAfter(y, i, j)
	}
	return l
}

// yearFirst reads 2024-01-31, 2024/1/31, 2024. 1. 31., 2024年1月31日 and 2024-01.
func (c *scanner) yearFirst(y, i, j int) literal {
	if i > 0 && (c.s[i-1] == '.' || c.s[i-1] == '-' || c.s[i-1] == '/') && digitBefore(c.s, i) {
		return literal{}
	}
	if l := wide(c.s, y, i, j); l.valid() {
		return l
	}
	sep, at := separator(c.s, j)
	if sep == 0 {
		return literal{}
	}
	m, at := digits(c.s, at, 2)
	if m == 0 {
		return literal{}
	}
	if sep2, next := separator(c.s, at); sep2 == sep {
		if d, end := digits(c.s, next, 2); d > 0 && !digitAt(c.s, end) {
			if sep == '.' && end < len(c.s) && c.s[end] == '.' { // 2024. 1. 31.
				end++
			}
			return literal{start: i, end: end, y: y, m: m, d: d}
		}
	}
	// A month alone needs both digits, and no spaces: 2024-01, 2024/01.
	if sep != '.' && at == j+3 && !digitAt(c.s, at) && (at == len(c.s) || strings.IndexByte("-/", c.s[at]) < 0) {
		return literal{start: i, end: at, y: y, m: m}
	}
	return literal{}
}

// shortNumeric reads 01.04.23 and 3/15/24: two digits for the year, always the
// same separator, and no digit or dot beside it.
func (c *scanner) shortNumeric(i int) literal {
	s := c.s
	if i > 0 && (digitBefore(s, i) || strings.IndexByte(".-/,:", s[i-1]) >= 0) {
		return literal{}
	}
	a, at := digits(s, i, 2)
	if at >= len(s) || strings.IndexByte("./-", s[at]) < 0 {
		return literal{}
	}
	sep := s[at]
	b, at := digits(s, at+1, 2)
	if b == 0 || at >= len(s) || s[at] != sep || !digitAt(s, at+1) || !digitAt(s, at+2) || digitAt(s, at+3) {
		return literal{}
	}
	end := at + 3
	if end+1 < len(s) && strings.IndexByte("./-", s[end]) >= 0 && digitAt(s, end+1) {
		return literal{} // an address or a section number
	}
	y := 2000 + number(s[at+1:end])
	l := arrange(a, b, sep, c.order)
	l.start, l.end, l.y, l.short = i, end, y, true
	return l
}

// compact reads 20240131, in full.
func compact(s string, i, j int) literal {
	return literal{start: i, end: j, y: number(s[i : i+4]), m: number(s[i+4 : i+6]), d: number(s[i+6 : j]), short: true}
}

func number(s string) int {
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

// digits reads up to most digits at s[i]; the number is 0 where there are none or more.
func digits(s string, i, most int) (n, end int) {
	j := i
	for digitAt(s, j) {
		j++
	}
	if j-i > most || j == i {
		return 0, j
	}
	return number(s[i:j]), j
}

// wideSeparators are other characters that stand for . - and /.
var wideSeparators = []struct {
	mark string
	sep  byte
}{{"–", '-'}, {"‑", '-'}, {"‐", '-'}, {"－", '-'}, {"．", '.'}, {"／", '/'}}

// separator reads one of . - / with spaces around it.
func separator(s string, i int) (sep byte, end int) {
	i = skipSpace(s, i)
	if i >= len(s) {
		return 0, i
	}
	for _, w := range wideSeparators {
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

// after is where the first of words that s has at i ends.
func after(s string, i int, words ...string) (int, bool) {
	for _, w := range words {
		if strings.HasPrefix(s[min(i, len(s)):], w) {
			return i + len(w), true
		}
	}
	if i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		return after(s, skipSpace(s, i), words...)
	}
	return i, false
}

// withoutTargets is a text without the addresses and titles of its links, whose
// dates are those of other things.
func withoutTargets(s string) string {
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
