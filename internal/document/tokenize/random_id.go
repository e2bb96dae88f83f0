package tokenize

import "strings"

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// The shapes of an identifier that is made anew at each request: hexadecimal of at
// least minHexLen digits, a UUID, or at least minMixedLen letters and digits. Letters and
// digits change places often in it, as they don't in an account's number.
const (
	minHexLen            = 16
	minHexAlternations   = 4
	minMixedLen          = 20
	minMixedAlternations = 6
)

// readRandomID reads such an identifier at i and says how long it is, or 0. A wallet's
// or contract's address, which begins with 0x, is no such thing: it is text.
func (s *tokenizer) readRandomID(i int) int {
	t := s.text[i:]
	if len(t) < minHexLen || i > 0 && (isAlnum(s.text[i-1]) || strings.IndexByte("-_/.@", s.text[i-1]) >= 0) {
		return 0
	}
	// Most words end or have no digit long before.
	n, digits, letters, upper, turns, hex, dashes := 0, 0, 0, 0, 0, true, 0
	prev := byte(0)
	for n < len(t) && n < 200 {
		c := t[n]
		kind := byte(0)
		switch {
		case c >= '0' && c <= '9':
			digits++
			kind = 'd'
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
			kind = 'l'
			if c <= 'Z' {
				upper++
				kind = 'u'
			}
			if c|0x20 > 'f' {
				hex = false
			}
		case (c == '-' || c == '_') && n > 0:
			dashes++
			kind = prev
		}
		if kind == 0 {
			break
		}
		if prev != 0 && kind != prev {
			turns++
		}
		prev = kind
		n++
		if n == 9 && digits == 0 && !hex {
			return 0
		}
	}
	if n < len(t) && (t[n] == '@' || t[n] >= 0x80 || t[n] == '/' || t[n] == '.' && n+1 < len(t) && isAlnum(t[n+1])) || digits == 0 || letters == 0 || strings.HasPrefix(t, "0x") {
		return 0
	}
	switch {
	case hex && turns >= minHexAlternations && (dashes == 0 && n >= minHexLen || dashes == 4 && n == 36):
	case dashes <= 2 && n >= minMixedLen && upper > 0 && upper < letters && digits >= 3 && turns >= minMixedAlternations:
	default:
		return 0
	}
	s.class, s.fold = RandomID, append(s.fold, '#')
	return n
}
