package pdf

import (
	"unicode/utf16"
)

// cmap maps the character codes of a font to text (ISO 32000-1, 9.7.5 and 9.10.3).
type cmap struct {
	spaces []codeSpace
	chars  map[uint32]string
	ranges []codeRange
}

// codeSpace is a range of codes of the same length.
type codeSpace struct {
	length    int // bytes
	low, high uint32
}

// codeRange maps consecutive codes to consecutive characters.
type codeRange struct {
	low, high uint32
	to        []rune // text of low; the last rune increases with the code
}

// maxMapped bounds the entries of a CMap; two bytes have 65,536 codes.
const maxMapped = 70_000

// readCMap parses a ToUnicode CMap.
func readCMap(b []byte) *cmap {
	m := &cmap{chars: map[uint32]string{}}
	l := lexer{b: b}
	var stack []token
	for {
		t := l.next()
		if t.kind == end {
			return m
		}
		if t.kind != operator {
			if len(stack) < 1024 {
				stack = append(stack, t)
			}
			continue
		}
		switch t.str {
		case "endcodespacerange":
			for i := 0; i+1 < len(stack); i += 2 {
				m.addSpace(stack[i], stack[i+1])
			}
		case "endbfchar":
			for i := 0; i+1 < len(stack) && len(m.chars) < maxMapped; i += 2 {
				m.chars[key(stack[i].str)] = utf16Text(stack[i+1].str)
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				m.addRange(stack[i], stack[i+1], stack[i+2])
			}
		}
		stack = stack[:0]
	}
}

func (m *cmap) addSpace(low, high token) {
	n := len(low.str)
	if low.kind != text || high.kind != text || n == 0 || n > 4 || n != len(high.str) || len(m.spaces) > 100 {
		return
	}
	m.spaces = append(m.spaces, codeSpace{n, code(low.str), code(high.str)})
}

func (m *cmap) addRange(low, high, to token) {
	if low.kind != text || high.kind != text || len(m.ranges)+len(m.chars) > maxMapped {
		return
	}
	from, until := code(low.str), code(high.str)
	if until < from || until-from > maxMapped {
		return
	}
	if to.kind == array {
		for i, t := range to.items {
			if uint32(i) > until-from || len(m.chars) > maxMapped {
				return
			}
			m.chars[uint32(len(low.str))<<28|from+uint32(i)] = utf16Text(t.str)
		}
		return
	}
	if runes := []rune(utf16Text(to.str)); len(runes) > 0 {
		m.ranges = append(m.ranges, codeRange{uint32(len(low.str))<<28 | from, uint32(len(low.str))<<28 | until, runes})
	}
}

// key combines a code with its length, so that <41> and <0041> differ.
func key(s string) uint32 { return uint32(len(s))<<28 | code(s) }

// code returns the value of a big-endian character code.
func code(s string) uint32 {
	v := uint32(0)
	for i := 0; i < len(s) && i < 4; i++ {
		v = v<<8 | uint32(s[i])
	}
	return v & (1<<28 - 1)
}

// lookup returns the text of one code.
func (m *cmap) lookup(s string) (string, bool) {
	k := key(s)
	if t, ok := m.chars[k]; ok {
		return t, true
	}
	for _, r := range m.ranges {
		if r.low <= k && k <= r.high {
			runes := append([]rune(nil), r.to...)
			runes[len(runes)-1] += rune(k - r.low)
			return string(runes), true
		}
	}
	return "", false
}

// length returns the number of bytes of the code that s begins with.
func (m *cmap) length(s string, otherwise int) int {
	for _, sp := range m.spaces {
		if sp.length > len(s) {
			continue
		}
		if c := code(s[:sp.length]); sp.low <= c && c <= sp.high {
			return sp.length
		}
	}
	return min(otherwise, len(s))
}

// utf16Text decodes the big-endian UTF-16 of CMaps and text strings.
func utf16Text(s string) string {
	if len(s) == 1 { // invalid, but some writers emit it
		return string(rune(s[0]))
	}
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	if len(u) > 0 && u[0] == 0xfeff {
		u = u[1:]
	}
	return string(utf16.Decode(u))
}
