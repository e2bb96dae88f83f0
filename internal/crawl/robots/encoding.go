package robots

import (
	"strings"
	"unicode/utf8"
)

// normalizePattern returns a pattern in the form in which patterns and paths are compared.
// A $ that is not the last character stands for itself.
func normalizePattern(s string) string {
	s, anchored := strings.CutSuffix(s, "$")
	if s = strings.ReplaceAll(normalize(s), "$", "%24"); anchored {
		s += "$"
	}
	return s
}

// normalizePath returns a path and query in the same form. The characters that are special
// in patterns are escaped, as RFC 9309 section 2.2.3 requires of a pattern for them.
func normalizePath(s string) string {
	s = normalize(s)
	if strings.ContainsAny(s, "*$") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "*", "%2A"), "$", "%24")
	}
	return s
}

const upperHexDigits = "0123456789ABCDEF"

// normalize makes two ways to write a path equal (RFC 9309 section 2.2.2): it escapes
// bytes that cannot be in a URL, undoes the escapes of unreserved characters, and writes
// other escapes in upper case.
func normalize(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] != '%' && !mustEscape(s[i])
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if escaped {
			c = hexValue(s[i+1])<<4 | hexValue(s[i+2])
			i += 2
		}
		if mustEscape(c) || escaped && !isUnreserved(c) {
			b = append(b, '%', upperHexDigits[c>>4], upperHexDigits[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// mustEscape reports whether a byte cannot be in a URL unescaped (RFC 3986, appendix A).
func mustEscape(c byte) bool {
	return c >= utf8.RuneSelf-1 || c <= ' ' || strings.IndexByte("\"<>\\^`{|}", c) >= 0
}

// queryEscapes are the escapes of reserved characters that have no meaning of their own in
// the value of a query parameter. There the RFC treats both forms as equal:
// ?u=https://a.b and ?u=https%3A%2F%2Fa.b.
var queryEscapes = strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%2C", ",", "%3B", ";", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%5B", "[", "%5D", "]")

// decodeQuery undoes queryEscapes in the query of a normalized path or pattern.
func decodeQuery(s string) string {
	i := strings.IndexByte(s, '?')
	if i < 0 || strings.IndexByte(s[i:], '%') < 0 {
		return s
	}
	return s[:i] + queryEscapes.Replace(s[i:])
}

// isUnreserved reports whether c is an unreserved character (RFC 3986 section 2.3).
func isUnreserved(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// isHex reports whether c is a hexadecimal digit.
func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// hexValue returns the value of a hexadecimal digit.
func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
