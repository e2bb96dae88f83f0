package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule says whether a line is a thematic break, an underline or a table's divider.
func rule(line string) bool {
	n := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '-', '=', '*', '_':
			n++
		case ' ', '|', ':':
		default:
			return false
		}
	}
	return n >= 2 && n*4 > len(line) || n >= 1 && strings.Contains(line, "|")
}

// definition says whether a line defines a link's target: [name]: target.
func definition(line string) bool {
	if line[0] != '[' {
		return false
	}
	i := strings.Index(line, "]:")
	return i > 0 && i < 200 && !strings.Contains(line[:i], "[[") && strings.Contains(line[i:min(len(line), i+16)], "/")
}

// hashes is the level of a heading that is marked by "#", or 0.
func hashes(line string) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// bold says whether a line is bold from end to end, perhaps in several parts.
func bold(line string) bool {
	if !strings.HasPrefix(line, "**") && !strings.HasPrefix(line, "__") || len(line) < 5 {
		return false
	}
	parts := strings.Split(line, line[:2])
	if len(parts)%2 == 0 || len(parts) > 9 {
		return false
	}
	for i := 0; i < len(parts); i += 2 { // what is outside the marks
		if strings.Trim(parts[i], " .:)") != "" {
			return false
		}
	}
	return true
}

// hasYear says whether a line has a number of four digits: it is a date, not a heading.
func hasYear(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			n = 0
		} else if n++; n == 4 {
			return true
		}
	}
	return false
}

// number is what an item of a list is numbered with.
type number struct {
	style byte // 0 none, else '1', 'a' or 'i' with the bracket's kind added
	value int  // as a decimal or a letter
	roman int  // as a Roman numeral, 0 if it is none
}

// marker takes the mark of a list's item off a line.
func marker(line string) (rest string, n number, ok bool) {
	r, size := utf8.DecodeRuneInString(line)
	switch r {
	case '-', '*', '+', '•', '·', '▪', '◦', '‣', '●', '○', '■', '□', '►', '▸', '➢', '✦', '–', '—', '\uf0b7':
		if after, found := strings.CutPrefix(line[size:], " "); found {
			return strings.TrimLeft(after, " "), n, true
		}
		return "", n, false
	}
	s, style := line, byte('.')
	if s[0] == '(' {
		s, style = s[1:], '('
	}
	i := 0
	for i < len(s) && i < 5 && isAlnum(s[i]) {
		i++
	}
	if i == 0 || i+1 >= len(s) || s[i+1] != ' ' || s[i] != ')' && (style == '(' || s[i] != '.') {
		return "", n, false
	}
	if s[i] == ')' && style == '.' {
		style = ')'
	}
	if n = numberOf(strings.ToLower(s[:i])); n.style == 0 {
		return "", n, false
	}
	n.style += style
	return strings.TrimLeft(s[i+2:], " "), n, true
}

// bareMarker says whether a line is the number of a list's item and nothing else.
func bareMarker(line string) bool {
	if len(line) < 2 || len(line) > 6 {
		return false
	}
	rest, n, ok := marker(line + " x")
	return ok && n.style != 0 && rest == "x"
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func numberOf(s string) number {
	if s[0] >= '0' && s[0] <= '9' {
		v := 0
		for i := 0; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' || v > 999 {
				return number{}
			}
			v = 10*v + int(s[i]-'0')
		}
		return number{style: 1, value: v}
	}
	n := number{roman: roman(s)}
	if len(s) == 1 {
		n.value = int(s[0]-'a') + 1
	}
	if n.value == 0 && n.roman == 0 {
		return number{}
	}
	n.style = 128
	return n
}

// roman reads a Roman numeral below forty in lower case, or gives 0.
func roman(s string) int {
	tens := len(s) - len(strings.TrimLeft(s, "x"))
	for i, unit := range [...]string{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"} {
		if tens <= 3 && s[tens:] == unit {
			return 10*tens + i
		}
	}
	return 0
}

func (n number) follows(m number) bool {
	return n.style == m.style && (n.value == m.value+1 && m.value > 0 || n.roman == m.roman+1 && m.roman > 0)
}

// lists finds the numbers that count the items of a list: those that go on from the
// item before at the same depth.
func (p *parser) lists() {
	last := map[int]int{} // indent to the last item there
	for i := range p.spans {
		s := &p.spans[i]
		if s.kind != ListItem {
			clear(last)
			continue
		}
		for d := range last {
			if d > s.indent {
				delete(last, d)
			}
		}
		if j, ok := last[s.indent]; ok && s.number.follows(p.spans[j].number) {
			s.counts, p.spans[j].counts = true, true
		}
		last[s.indent] = i
	}
}

// The bounds of a line that serves as a heading though it is not marked as one.
const (
	headWords = 10
	headBytes = 90
)

// servesAsHeading says whether a line of its own is in capitals, or numbered and short.
func servesAsHeading(s span, text string) bool {
	if s.kind == TableRow || s.counts || len(text) > headBytes || len(strings.Fields(text)) > headWords {
		return false
	}
	if s.kind == ListItem && s.number.style == 0 {
		return false
	}
	if end, _ := utf8.DecodeLastRuneInString(text); end != ')' && unicode.IsPunct(end) {
		return false
	}
	upper, lower := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	if upper >= 4 && lower == 0 && s.kind == Paragraph {
		return true
	}
	return s.kind == ListItem && s.number.value > 0 && s.number.style < 128 && titled(text) || s.kind == Paragraph && numbered(text)
}

// titled says whether what follows a number begins with a capital that is no month's.
func titled(text string) bool {
	_, rest, ok := strings.Cut(text, " ")
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && unicode.IsUpper(r) && !strings.ContainsAny(rest, "0123456789")
}

// numbered says whether a line begins like "4.2 Fees" or "Article 4".
func numbered(text string) bool {
	first, rest, _ := strings.Cut(text, " ")
	switch strings.ToLower(first) {
	case "article", "section", "artikel", "abschnitt", "artículo", "articolo", "artigo", "clause", "annex", "anlage", "annexe", "schedule", "appendix", "§":
		return rest != "" && len(strings.Fields(rest)) <= headWords
	}
	return strings.Trim(first, "0123456789.") == "" && strings.Contains(strings.Trim(first, "."), ".") && titled(text)
}
