package pdf

import "unicode/utf16"

// cmap maps the character codes of a font to text (ISO 32000-1, 9.7.5 and 9.10.3). The codes
// in chars and ranges are keys; see codeKey.
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

// maxCMapEntries bounds the entries of a CMap; two bytes have 65,536 codes.
const maxCMapEntries = 70_000

// readCMap parses a ToUnicode CMap. Malformed entries are skipped.
func readCMap(b []byte) *cmap {
	m := &cmap{chars: map[uint32]string{}}
	l := lexer{b: b}
	var stack []token
	for {
		t := l.next()
		if t.kind == endToken {
			return m
		}
		if t.kind != operatorToken {
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
			for i := 0; i+1 < len(stack) && len(m.chars) < maxCMapEntries; i += 2 {
				m.chars[codeKey(stack[i].str)] = decodeUTF16(stack[i+1].str)
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				m.addRange(stack[i], stack[i+1], stack[i+2])
			}
		}
		stack = stack[:0]
	}
}

// addSpace adds a code space range.
func (m *cmap) addSpace(low, high token) {
	n := len(low.str)
	if low.kind != stringToken || high.kind != stringToken || n == 0 || n > 4 || n != len(high.str) || len(m.spaces) > 100 {
		return
	}
	m.spaces = append(m.spaces, codeSpace{n, codeValue(low.str), codeValue(high.str)})
}

// addRange adds the text of a range of codes: an array with the text of each code, or the text
// of the first code.
func (m *cmap) addRange(low, high, to token) {
	if low.kind != stringToken || high.kind != stringToken || len(m.ranges)+len(m.chars) > maxCMapEntries {
		return
	}
	from, until := codeValue(low.str), codeValue(high.str)
	if until < from || until-from > maxCMapEntries {
		return
	}
	if to.kind == arrayToken {
		for i, t := range to.items {
			if uint32(i) > until-from || len(m.chars) > maxCMapEntries {
				return
			}
			m.chars[uint32(len(low.str))<<28|from+uint32(i)] = decodeUTF16(t.str)
		}
		return
	}
	if runes := []rune(decodeUTF16(to.str)); len(runes) > 0 {
		m.ranges = append(m.ranges, codeRange{uint32(len(low.str))<<28 | from, uint32(len(low.str))<<28 | until, runes})
	}
}

// codeKey combines a code with its length, so that <41> and <0041> differ.
func codeKey(s string) uint32 { return uint32(len(s))<<28 | codeValue(s) }

// codeValue returns the lower 28 bits of a big-endian character code of up to four bytes.
func codeValue(s string) uint32 {
	v := uint32(0)
	for i := 0; i < len(s) && i < 4; i++ {
		v = v<<8 | uint32(s[i])
	}
	return v & (1<<28 - 1)
}

// lookup returns the text of one code, and whether the CMap has it.
func (m *cmap) lookup(s string) (string, bool) {
	k := codeKey(s)
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

// codeLength returns the number of bytes of the code that s begins with. If no code space
// range contains it, the number is otherwise, or less at the end of s.
func (m *cmap) codeLength(s string, otherwise int) int {
	for _, sp := range m.spaces {
		if sp.length > len(s) {
			continue
		}
		if c := codeValue(s[:sp.length]); sp.low <= c && c <= sp.high {
			return sp.length
		}
	}
	return min(otherwise, len(s))
}

// decodeUTF16 decodes the big-endian UTF-16 of CMaps and text strings.
func decodeUTF16(s string) string {
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
