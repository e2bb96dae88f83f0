package plain

import "strings"

// common are the ends of names of hosts by which an address that is written from
// right to left is known.
var common = map[string]bool{
	"com": true, "org": true, "net": true, "de": true, "fr": true, "es": true, "it": true, "pt": true, "nl": true, "eu": true,
	"uk": true, "ch": true, "at": true, "be": true, "io": true, "co": true, "ai": true, "app": true, "dev": true,
}

// address reads an e-mail address at i and says how long it is, or 0. One that is
// written from right to left, as some sites do and turn it by style, is folded to
// what it shows.
func (s *scanner) address(i int) int {
	t := s.text[i:]
	at := 0
	for at < len(t) && at < 65 && (isAlnum(t[at]) || strings.IndexByte("._%+-", t[at]) >= 0) {
		at++
	}
	if at == 0 || at >= len(t) || t[at] != '@' {
		return 0
	}
	end := at + 1
	for end < len(t) && end < at+255 && (isAlnum(t[end]) || t[end] == '.' || t[end] == '-') {
		end++
	}
	for end > at && !isAlnum(t[end-1]) {
		end--
	}
	if end <= at+1 {
		return 0
	}
	local, host := strings.ToLower(t[:at]), strings.ToLower(t[at+1:end])
	if !strings.Contains(host, ".") {
		first, _, dotted := strings.Cut(local, ".")
		if !dotted || !common[reverse(first)] {
			return 0
		}
		local, host = reverse(host), reverse(local)
	}
	s.class = EmailAddress
	s.fold = append(append(append(s.fold, local...), '@'), host...)
	return end
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// The shapes of an identifier that is made anew at each request: hexadecimal of at
// least minHex digits, a UUID, or at least minMixed letters and digits. Letters and
// digits change places often in it, as they don't in an account's number.
const (
	minHex      = 16
	minHexTurns = 4
	minMixed    = 20
	minTurns    = 6
)

// identifier reads such an identifier at i and says how long it is, or 0. A wallet's
// or contract's address, which begins with 0x, is no such thing: it is text.
func (s *scanner) identifier(i int) int {
	t := s.text[i:]
	if len(t) < minHex || i > 0 && (isAlnum(s.text[i-1]) || strings.IndexByte("-_/.@", s.text[i-1]) >= 0) {
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
	case hex && turns >= minHexTurns && (dashes == 0 && n >= minHex || dashes == 4 && n == 36):
	case dashes <= 2 && n >= minMixed && upper > 0 && upper < letters && digits >= 3 && turns >= minTurns:
	default:
		return 0
	}
	s.class, s.fold = RandomID, append(s.fold, '#')
	return n
}
