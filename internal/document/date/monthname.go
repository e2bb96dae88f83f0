package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// numericBefore reads 31.01.2024, 1/31/2024, 31 - 01 - 2024, 23/6–2024 and
// 01/2024; s[i:j] is the year.
func numericBefore(s string, y, i, j, from int, o order) literal {
	sep, at := separatorBefore(s, i, from)
	if sep == 0 {
		return literal{}
	}
	b, start := digitsBefore(s, at, from)
	if b == 0 {
		return literal{}
	}
	if sep1, at := separatorBefore(s, start, from); sep1 != 0 {
		if a, first := digitsBefore(s, at, from); a > 0 && (first == from || !digitBefore(s, first)) {
			l := arrange(a, b, sep, o)
			l.start, l.end, l.y = first, j, y
			return l
		}
	}
	if sep == '-' || start > 0 && strings.IndexByte("./-,", s[start-1]) >= 0 { // 12-2024 is a number more often than a month
		return literal{}
	}
	return literal{start: start, end: j, y: y, m: b}
}

// digitsBefore reads one or two digits that end at s[end].
func digitsBefore(s string, end, from int) (n, start int) {
	start = end
	for start > from && digitAt(s, start-1) {
		start--
	}
	if end-start > 2 || end == start {
		return 0, start
	}
	return number(s[start:end]), start
}

// separatorBefore reads one of . - / that ends at s[end], spaces around it.
func separatorBefore(s string, end, from int) (sep byte, start int) {
	end = trimSpace(s, end, from)
	for _, w := range wideSeparators {
		if strings.HasSuffix(s[from:end], w.mark) {
			return w.sep, trimSpace(s, end-len(w.mark), from)
		}
	}
	if end <= from || strings.IndexByte("./-", s[end-1]) < 0 {
		return 0, end
	}
	return s[end-1], trimSpace(s, end-1, from)
}

func trimSpace(s string, end, from int) int {
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
var connectors = words(`de del do da of d day the l al el
	anul an rok roku ar am nam nien thang ngay
	พ.ศ. พศ ค.ศ. พ ศ ค เดือน god godine year`)

// buddhist are words between a month and a year of the Buddhist era.
var buddhist = words(`b be e พุทธศักราช`)

// ordinals are endings of a day's number where a space or markup parts them from it.
var ordinals = words(`st nd rd th er ere eme e o a ste sup ro º ª °`)

// namedBefore reads 31 January 2024, 31. Januar 2024, January 31, 2024, 31 de enero
// de 2024, January 2024, and 1 tháng 2 năm 2024; s[i:j] is the year. What stands
// between may be spaces, one line break, marks of emphasis or a border of cells.
func (c *scanner) namedBefore(y, i, j, from int, thai bool) literal {
	t := tokens{s: c.s, at: i, from: max(from, i-reachNamed)}
	skipped := []map[string]bool{connectors}
	if thai {
		skipped = append(skipped, buddhist)
	}
	w, m := c.lastMonth(&t, skipped...)
	if m > 0 {
		l := literal{start: w.start, end: j, y: y, m: m}
		again := t // two names of one month: آب/أغسطس
		if w, m := c.lastMonth(&again); m == l.m {
			t, l.start = again, w.start
		}
		t.mark()
		if d := t.skipping(connectors, ordinals); d.n > 0 && d.n <= 31 && !c.numbering(d) {
			l.d, l.start = d.n, d.start
		}
		return l
	}
	for ordinals[w.folded] {
		w = t.previous()
	}
	if w.n == 0 || w.n > 31 {
		return literal{}
	}
	name := t.skipping(connectors)
	if m := c.month(name.folded); m > 0 { // January 31, 2024
		return literal{start: name.start, end: j, y: y, m: m, d: w.n}
	}
	// 31 tháng 1 năm 2024: the word for the month is a connector
	if strings.Contains(fold(c.s[name.start:i]), "thang") {
		l := literal{start: w.start, end: j, y: y, m: w.n}
		if name.n > 0 && name.n <= 31 {
			l.d, l.start = name.n, name.start
		}
		return l
	}
	return literal{}
}

// reachNamed bounds the day and month before a year, in bytes. Thai has three to a letter.
const reachNamed = 80

// lastMonth reads the name of a month, of one word or two, that ends a text but for
// words of the sets. If there is none, the token is the first word that is in no set.
func (c *scanner) lastMonth(t *tokens, sets ...map[string]bool) (token, int) {
	for range 6 {
		w := t.previous()
		if m := c.month(w.folded); m > 0 {
			return w, m
		}
		if longEnds[w.folded] {
			before := *t
			first := before.previous()
			if m := longMonths[first.folded+" "+w.folded]; m > 0 {
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

// dotted are the languages that write a dot after the day: 1. Mai 2018.
var dotted = words("de da no nb nn fi cs sk sl hr sr bs hu et lv is tr")

// numbering says whether a number is that of a list's item: "2. May 2018" at the
// beginning of a line, in a language that writes no dot after a day.
func (c *scanner) numbering(t token) bool {
	if dotted[c.language] || !strings.HasPrefix(strings.TrimLeft(c.s[t.start:], "0123456789"), ".") {
		return false
	}
	line := c.s[strings.LastIndexByte(c.s[:t.start], '\n')+1 : t.start]
	return strings.Trim(line, " \t") == ""
}

// monthAfter reads 2024. január 31., 2024 m. sausio 31 d., 2024. gada 31. janvārī and
// 2024 January 31. A day is asked for: a year and "may" are no date.
func (c *scanner) monthAfter(y, i, j int) literal {
	s := c.s[j:min(len(c.s), j+40)]
	var m, d, end int
	for at := 0; at < len(s) && (m == 0 || d == 0); {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case r == '.' || r == ',' || r == ' ' || r == '\u00a0':
			at += size
		case r >= '0' && r <= '9':
			if d, end = digits(s, at, 2); d == 0 {
				return literal{}
			}
			at = end
		case unicode.IsLetter(r):
			n := wordLength(s[at:])
			w := fold(s[at : at+n])
			at += n
			if m == 0 {
				m = c.month(w)
			}
			if m == 0 && w != "m" && w != "gada" && w != "ev" && w != "metu" {
				return literal{}
			}
			end = at
		default:
			at = len(s)
		}
	}
	if m == 0 || d == 0 {
		return literal{}
	}
	return literal{start: i, end: j + end, y: y, m: m, d: d}
}

func wordLength(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// month is the number of a month's name, folded.
func (c *scanner) month(name string) int {
	if name == "" {
		return 0
	}
	if c.language == "hr" && strings.HasPrefix(name, "listopad") { // November in Poland and Bohemia
		return 10
	}
	return months[strings.TrimPrefix(name, "เดือน")] // "month", with no space in Thai
}

// token is a word or a number before the year.
type token struct {
	start  int
	folded string // empty for a number
	n      int
}

// tokens reads words and numbers backwards.
type tokens struct {
	s        string
	at, from int
	last     int
}

// mark remembers the place, to which skipping goes back if it finds nothing.
func (t *tokens) mark() { t.last = t.at }

// skipping is the word before that is in none of the sets.
func (t *tokens) skipping(sets ...map[string]bool) token {
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
func (t *tokens) previous() token {
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
		n, start := digitsBefore(t.s, end, t.from)
		t.at = start
		if start > 0 && (isLatin(t.s[start-1]) || digitAt(t.s, start-1) || start > 1 && strings.IndexByte(".,", t.s[start-1]) >= 0 && digitAt(t.s, start-2)) {
			return token{start: start}
		}
		return token{start: start, n: n}
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

// words makes a set of a list.
func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
