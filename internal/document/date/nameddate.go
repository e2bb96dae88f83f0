package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// connectors are words that may stand between the parts of a date, folded.
var connectors = wordSet(`de del do da of d day the l al el
	anul an rok roku ar am nam nien thang ngay
	พ.ศ. พศ ค.ศ. พ ศ ค เดือน god godine year`)

// buddhistEraTerms are words that may stand between the month and a year of the Buddhist
// era, folded.
var buddhistEraTerms = wordSet(`b be e พุทธศักราช`)

// ordinalSuffixes are suffixes of a day, folded. A space or markup may separate them from
// the number.
var ordinalSuffixes = wordSet(`st nd rd th er ere eme e o a ste sup ro º ª °`)

// namedDateBeforeYear parses 31 January 2024, 31. Januar 2024, January 31, 2024, 31 de
// enero de 2024, January 2024, and 1 tháng 2 năm 2024. The text between i and j is the
// year. The parts may be separated by spaces, one line break, emphasis marks or a cell
// border.
func (c *scanner) namedDateBeforeYear(y, i, j, from int, thai bool) dateLiteral {
	t := reverseTokenizer{text: c.text, at: i, from: max(from, i-maxNamedDateBytes)}
	skipped := []map[string]bool{connectors}
	if thai {
		skipped = append(skipped, buddhistEraTerms)
	}
	w, m := c.previousMonth(&t, skipped...)
	if m > 0 {
		l := dateLiteral{start: w.start, end: j, year: y, month: m}
		again := t // two names of the same month: آب/أغسطس
		if w, m := c.previousMonth(&again); m == l.month {
			t, l.start = again, w.start
		}
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
	// 31 tháng 1 năm 2024: "tháng" (month) is a connector.
	if strings.Contains(fold(c.text[name.start:i]), "thang") {
		l := dateLiteral{start: w.start, end: j, year: y, month: w.number}
		if name.number > 0 && name.number <= 31 {
			l.day, l.start = name.number, name.start
		}
		return l
	}
	return dateLiteral{}
}

// maxNamedDateBytes bounds the length of the day and the month before a year. A Thai
// letter has three bytes.
const maxNamedDateBytes = 80

// previousMonth parses a month name of one or two words before the tokenizer's position.
// It skips words of the given sets. If there is no month, it returns the first word that
// is in no set.
func (c *scanner) previousMonth(t *reverseTokenizer, sets ...map[string]bool) (token, int) {
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

// isItemNumber reports whether a number is the number of a list item: "2. May 2018" at
// the beginning of a line, in a language that does not write a dot after the day.
func (c *scanner) isItemNumber(t token) bool {
	if dottedDayLanguages[c.language] || !strings.HasPrefix(strings.TrimLeft(c.text[t.start:], "0123456789"), ".") {
		return false
	}
	line := c.text[strings.LastIndexByte(c.text[:t.start], '\n')+1 : t.start]
	return strings.Trim(line, " \t") == ""
}

// namedDateAfterYear parses 2024. január 31., 2024 m. sausio 31 d., 2024. gada 31.
// janvārī and 2024 January 31. The day is required, because a year and "may" are not a
// date.
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

// hyphenatedNamedDate parses 2024-Jan-31.
func (c *scanner) hyphenatedNamedDate(y, i, j int) dateLiteral {
	if !strings.HasPrefix(c.text[j:], "-") {
		return dateLiteral{}
	}
	k := j + 1 + leadingWordLength(c.text[j+1:min(len(c.text), j+1+maxNamedDateBytes)])
	if k >= len(c.text) || c.text[k] != '-' {
		return dateLiteral{}
	}
	d, end := readDigits(c.text, k+1, 2)
	return dateLiteral{start: i, end: end, year: y, month: c.monthNumber(fold(c.text[j+1 : k])), day: d}
}

// leadingWordLength returns the length of the word at the beginning of s.
func leadingWordLength(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// monthNumber returns the number of a folded month name, or 0.
func (c *scanner) monthNumber(name string) int {
	if name == "" {
		return 0
	}
	if c.language == "hr" && strings.HasPrefix(name, "listopad") { // October in Croatian, November in Polish and Czech
		return 10
	}
	return monthNumbers[strings.TrimPrefix(name, "เดือน")] // เดือน ("month") is attached without a space
}
