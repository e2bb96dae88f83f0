package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// numericDateBeforeYear reads 31.01.2024, 1/31/2024, 31 - 01 - 2024, 23/6–2024 and
// 01/2024; s[i:j] is the year.
func numericDateBeforeYear(s string, y, i, j, from int, o dateOrder) dateLiteral {
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
			l := assignDayMonth(a, b, sep, o)
			l.start, l.end, l.year = first, j, y
			return l
		}
	}
	if sep == '-' || start > 0 && strings.IndexByte("./-,", s[start-1]) >= 0 { // 12-2024 is a number more often than a month
		return dateLiteral{}
	}
	return dateLiteral{start: start, end: j, year: y, month: b}
}

// readDigitsBefore reads one or two digits that end at s[end].
func readDigitsBefore(s string, end, from int) (n, start int) {
	start = end
	for start > from && digitAt(s, start-1) {
		start--
	}
	if end-start > 2 || end == start {
		return 0, start
	}
	return parseDigits(s[start:end]), start
}

// readSeparatorBefore reads one of . - / that ends at s[end], spaces around it.
func readSeparatorBefore(s string, end, from int) (sep byte, start int) {
	end = skipSpaceBefore(s, end, from)
	for _, w := range unicodeSeparators {
		if strings.HasSuffix(s[from:end], w.mark) {
			return w.sep, skipSpaceBefore(s, end-len(w.mark), from)
		}
	}
	if end <= from || strings.IndexByte("./-", s[end-1]) < 0 {
		return 0, end
	}
	return s[end-1], skipSpaceBefore(s, end-1, from)
}

func skipSpaceBefore(s string, end, from int) int {
	for end > from {
		switch {
		case s[end-1] == ' ' || s[end-1] == '\t':
			end--
		case strings.HasSuffix(s[from:end], "\u00a0"):
			end -= 2
		default:
			return end
		}
	}
	return end
}

// connectors are words between the parts of a date; they are skipped.
var connectors = wordSet(`de del do da of d day the l al el
	anul an rok roku ar am nam nien thang ngay
	พ.ศ. พศ ค.ศ. พ ศ ค เดือน god godine year`)

// buddhistEraTerms are words between a month and a year of the Buddhist era.
var buddhistEraTerms = wordSet(`b be e พุทธศักราช`)

// ordinalSuffixes are endings of a day's number where a space or markup parts them from it.
var ordinalSuffixes = wordSet(`st nd rd th er ere eme e o a ste sup ro º ª °`)

// namedDateBeforeYear reads 31 January 2024, 31. Januar 2024, January 31, 2024, 31 de enero
// de 2024, January 2024, and 1 tháng 2 năm 2024; s[i:j] is the year. What stands
// between may be spaces, one line break, marks of emphasis or a border of cells.
func (c *scanner) namedDateBeforeYear(y, i, j, from int, thai bool) dateLiteral {
	t := tokenizer{s: c.text, at: i, from: max(from, i-maxNamedDateBytes)}
	skipped := []map[string]bool{connectors}
	if thai {
		skipped = append(skipped, buddhistEraTerms)
	}
	w, m := c.previousMonth(&t, skipped...)
	if m > 0 {
		l := dateLiteral{start: w.start, end: j, year: y, month: m}
		again := t // two names of one month: آب/أغسطس
		if w, m := c.previousMonth(&again); m == l.month {
			t, l.start = again, w.start
		}
		t.mark()
		if d := t.previousExcept(connectors, ordinalSuffixes); d.number > 0 && d.number <= 31 && !c.isItemNumber(d) {
			l.day, l.start = d.number, d.start
		}
		return l
	}
	for ordinalSuffixes[w.folded] {
		w = t.previous()
	}
	if w.number == 0 || w.number > 31 {
		return dateLiteral{}
	}
	name := t.previousExcept(connectors)
	if m := c.monthNumber(name.folded); m > 0 { // January 31, 2024
		return dateLiteral{start: name.start, end: j, year: y, month: m, day: w.number}
	}
	// 31 tháng 1 năm 2024: the word for the month is a connector
	if strings.Contains(fold(c.text[name.start:i]), "thang") {
		l := dateLiteral{start: w.start, end: j, year: y, month: w.number}
		if name.number > 0 && name.number <= 31 {
			l.day, l.start = name.number, name.start
		}
		return l
	}
	return dateLiteral{}
}

// maxNamedDateBytes bounds the day and month before a year, in bytes. Thai has three to a letter.
const maxNamedDateBytes = 80

// previousMonth reads the name of a month, of one word or two, that ends a text but for
// words of the sets. If there is none, the token is the first word that is in no set.
func (c *scanner) previousMonth(t *tokenizer, sets ...map[string]bool) (token, int) {
	for range 6 {
		w := t.previous()
		if m := c.monthNumber(w.folded); m > 0 {
			return w, m
		}
		if twoWordMonthEndings[w.folded] {
			before := *t
			first := before.previous()
			if m := twoWordMonths[first.folded+" "+w.folded]; m > 0 {
				*t = before
				return first, m
			}
		}
		skip := false
		for _, set := range sets {
			skip = skip || w.folded != "" && set[w.folded]
		}
		if !skip {
			return w, 0
		}
	}
	return token{}, 0
}

// dottedDayLanguages are the languages that write a dot after the day: 1. Mai 2018.
var dottedDayLanguages = wordSet("de da no nb nn fi cs sk sl hr sr bs hu et lv is tr")

// isItemNumber says whether a number is that of a list's item: "2. May 2018" at the
// beginning of a line, in a language that writes no dot after a day.
func (c *scanner) isItemNumber(t token) bool {
	if dottedDayLanguages[c.language] || !strings.HasPrefix(strings.TrimLeft(c.text[t.start:], "0123456789"), ".") {
		return false
	}
	line := c.text[strings.LastIndexByte(c.text[:t.start], '\n')+1 : t.start]
	return strings.Trim(line, " \t") == ""
}

// namedDateAfterYear reads 2024. január 31., 2024 m. sausio 31 d., 2024. gada 31. janvārī and
// 2024 January 31. A day is asked for: a year and "may" are no date.
func (c *scanner) namedDateAfterYear(y, i, j int) dateLiteral {
	s := c.text[j:min(len(c.text), j+40)]
	var m, d, end int
	for at := 0; at < len(s) && (m == 0 || d == 0); {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case r == '.' || r == ',' || r == ' ' || r == '\u00a0':
			at += size
		case r >= '0' && r <= '9':
			if d, end = readDigits(s, at, 2); d == 0 {
				return dateLiteral{}
			}
			at = end
		case unicode.IsLetter(r):
			n := leadingWordLength(s[at:])
			w := fold(s[at : at+n])
			at += n
			if m == 0 {
				m = c.monthNumber(w)
			}
			if m == 0 && w != "m" && w != "gada" && w != "ev" && w != "metu" {
				return dateLiteral{}
			}
			end = at
		default:
			at = len(s)
		}
	}
	if m == 0 || d == 0 {
		return dateLiteral{}
	}
	return dateLiteral{start: i, end: j + end, year: y, month: m, day: d}
}

func leadingWordLength(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// monthNumber is the number of a month's name, folded.
func (c *scanner) monthNumber(name string) int {
	if name == "" {
		return 0
	}
	if c.language == "hr" && strings.HasPrefix(name, "listopad") { // November in Poland and Bohemia
		return 10
	}
	return monthNumbers[strings.TrimPrefix(name, "เดือน")] // "month", with no space in Thai
}

// token is a word or a number before the year.
type token struct {
	start  int
	folded string // empty for a number
	number int
}

// tokenizer reads words and numbers backwards.
type tokenizer struct {
	s        string
	at, from int
	last     int
}

// mark remembers the place, to which skipping goes back if it finds nothing.
func (t *tokenizer) mark() { t.last = t.at }

// previousExcept is the word before that is in none of the sets.
func (t *tokenizer) previousExcept(sets ...map[string]bool) token {
	for range 5 {
		w := t.previous()
		skip := false
		for _, set := range sets {
			skip = skip || w.folded != "" && set[w.folded]
		}
		if !skip {
			return w
		}
	}
	return token{}
}

// previous is the word or number before, and moves before it.
func (t *tokenizer) previous() token {
	feeds := 0
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.s[t.from:t.at])
		if r == '\n' {
			feeds++
		}
		if feeds > 1 || !strings.ContainsRune(" \t\r\n\u00a0\u2009\u202f.,،、|*_^~'’/-–<>", r) {
			break
		}
		t.at -= size
	}
	end := t.at
	if digitAt(t.s, end-1) && end > t.from {
		n, start := readDigitsBefore(t.s, end, t.from)
		t.at = start
		if start > 0 && (isLatin(t.s[start-1]) || digitAt(t.s, start-1) || start > 1 && strings.IndexByte(".,", t.s[start-1]) >= 0 && digitAt(t.s, start-2)) {
			return token{start: start}
		}
		return token{start: start, number: n}
	}
	for t.at > t.from {
		r, size := utf8.DecodeLastRuneInString(t.s[t.from:t.at])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != 'º' && r != '°' {
			break
		}
		t.at -= size
	}
	return token{start: t.at, folded: fold(t.s[t.at:end])}
}

func isLatin(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }

// wordSet makes a set of a list.
func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
