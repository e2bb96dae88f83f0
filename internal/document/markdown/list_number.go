package markdown

import (
	"strings"
	"unicode/utf8"
)

// listNumber is the number of a list item. A letter such as "i" has both values.
type listNumber struct {
	style byte // decimalStyle or letterStyle, plus the byte of the delimiter; 0 if there is no number
	value int  // as a decimal number or a position in the alphabet; 0 if it is neither
	roman int  // as a Roman numeral; 0 if it is not one
}

// Styles of list numbers. The distance between them exceeds the bytes of the delimiters.
const (
	decimalStyle = 1
	letterStyle  = 128 // letters and Roman numerals
)

// cutListMarker removes the marker of a list item from a line, which must not be empty. It
// returns the rest of the line, and the number if the marker is not a bullet.
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

// isBareListNumber reports whether a line consists only of a list number.
func isBareListNumber(line string) bool {
	if len(line) < 2 || len(line) > 6 {
		return false
	}
	rest, n, ok := cutListMarker(line + " x")
	return ok && n.style != 0 && rest == "x"
}

// isAlnum reports whether c is an ASCII letter or digit.
func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// parseListNumber parses a number of up to four digits, a letter or a Roman numeral.
func parseListNumber(s string) listNumber {
	if s[0] >= '0' && s[0] <= '9' {
		v := 0
		for i := 0; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' || v > 999 {
				return listNumber{}
			}
			v = 10*v + int(s[i]-'0')
		}
		return listNumber{style: decimalStyle, value: v}
	}
	n := listNumber{roman: parseRoman(s)}
	if len(s) == 1 {
		n.value = int(s[0]-'a') + 1
	}
	if n.value == 0 && n.roman == 0 {
		return listNumber{}
	}
	n.style = letterStyle
	return n
}

// parseRoman parses a lower-case Roman numeral below 40; it returns 0 for anything else.
func parseRoman(s string) int {
	tens := len(s) - len(strings.TrimLeft(s, "x"))
	for i, unit := range [...]string{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"} {
		if tens <= 3 && s[tens:] == unit {
			return 10*tens + i
		}
	}
	return 0
}

// follows reports whether n is the next number after m in the same style.
func (n listNumber) follows(m listNumber) bool {
	return n.style == m.style && (n.value == m.value+1 && m.value > 0 || n.roman == m.roman+1 && m.roman > 0)
}

// markSequences marks the list items whose numbers continue those of an adjacent item at the
// same indentation.
func (p *parser) markSequences() {
	last := map[int]int{} // index of the last item by indentation
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
