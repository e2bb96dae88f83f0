package content

import "bytes"

// markdownSpecial marks the bytes that may have a meaning anywhere in a Markdown line.
var markdownSpecial = func() (t [256]bool) {
	for _, c := range []byte("\\*_`[]<&~|") {
		t[c] = true
	}
	return
}()

// needsEscape reports whether the special byte at i needs a backslash.
func (w *lineWriter) needsEscape(s string, i int) bool {
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	switch s[i] {
	case '<':
		return isLetter(next) || next == '/' || next == '!' || next == '?'
	case '&':
		return isLetter(next) || next == '#'
	case '~':
		return next == '~' || i > 0 && s[i-1] == '~'
	case '|':
		return w.inCell
	}
	return true
}

// blockEscapeOffset returns the offset at which a line needs a backslash, or -1. Without it
// the line would begin a heading, list, quote, thematic break or fence.
func blockEscapeOffset(s []byte) int {
	if len(s) == 0 {
		return -1
	}
	switch c := s[0]; {
	case c == '>':
		return 0
	case c == '-' || c == '+' || c == '=':
		if len(s) == 1 || s[1] == ' ' || s[1] == c {
			return 0
		}
	case c == '#':
		if t := bytes.TrimLeft(s, "#"); len(s)-len(t) <= 6 && (len(t) == 0 || t[0] == ' ') {
			return 0
		}
	case c == '~' && bytes.HasPrefix(s, []byte("~~~")):
		return 0
	case c >= '0' && c <= '9':
		n := 1
		for n < len(s) && n < 10 && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n < len(s) && (s[n] == '.' || s[n] == ')') && (n+1 == len(s) || s[n+1] == ' ') {
			return n
		}
	}
	return -1
}
