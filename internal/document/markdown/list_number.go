package markdown

import (
	"strings"
	"unicode/utf8"
)

// listNumber is what an item of a list is numbered with.
type listNumber struct {
	style byte // 0 none, else '1', 'a' or 'i' with the bracket's kind added
	value int  // as a decimal or a letter
	roman int  // as a Roman numeral, 0 if it is none
}

// cutListMarker takes the mark of a list's item off a line.
func cutListMarker(line string) (rest string, n listNumber, ok bool) {
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
	if n = parseListNumber(strings.ToLower(s[:i])); n.style == 0 {
		return "", n, false
	}
	n.style += style
	return strings.TrimLeft(s[i+2:], " "), n, true
}

// isBareListNumber says whether a line is the number of a list's item and nothing else.
func isBareListNumber(line string) bool {
	if len(line) < 2 || len(line) > 6 {
		return false
	}
	rest, n, ok := cutListMarker(line + " x")
	return ok && n.style != 0 && rest == "x"
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func parseListNumber(s string) listNumber {
	if s[0] >= '0' && s[0] <= '9' {
		v := 0
		for i := 0; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' || v > 999 {
				return listNumber{}
			}
			v = 10*v + int(s[i]-'0')
		}
		return listNumber{style: 1, value: v}
	}
	n := listNumber{roman: parseRoman(s)}
	if len(s) == 1 {
		n.value = int(s[0]-'a') + 1
	}
	if n.value == 0 && n.roman == 0 {
		return listNumber{}
	}
	n.style = 128
	return n
}

// parseRoman reads a Roman numeral below forty in lower case, or gives 0.
func parseRoman(s string) int {
	tens := len(s) - len(strings.TrimLeft(s, "x"))
	for i, unit := range [...]string{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"} {
		if tens <= 3 && s[tens:] == unit {
			return 10*tens + i
		}
	}
	return 0
}

func (n listNumber) follows(m listNumber) bool {
	return n.style == m.style && (n.value == m.value+1 && m.value > 0 || n.roman == m.roman+1 && m.roman > 0)
}

// markSequences finds the numbers that count the items of a list: those that go on from the
// item before at the same depth.
func (p *parser) markSequences() {
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
			s.inSequence, p.spans[j].inSequence = true, true
		}
		last[s.indent] = i
	}
}
