package plain

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds on how far a mark's other end is looked for, in bytes; they keep the
// parser linear.
const (
	linkReach   = 1000
	targetReach = 4000
	tagReach    = 500
	linkDepth   = 8
)

// special are the bytes that inline looks at; all others are copied.
var special = func() (t [256]bool) {
	for _, c := range []byte("\\*_`~![<&\t\r\v\f ") {
		t[c] = true
	}
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	return t
}()

// inline writes a line without marks, images, tags, link targets and what is struck out, and says how
// many bytes of it are links' texts.
func (p *parser) inline(s string) (links int) {
	return p.span(s, 0)
}

func (p *parser) span(s string, depth int) (links int) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && !special[s[i]] {
			i++
		}
		p.out = append(p.out, s[from:i]...)
		if i == len(s) {
			break
		}
		n, linked := p.mark(s[i:], depth)
		i += n
		links += linked
	}
	return links
}

// mark handles the special byte that s begins with and says how much it took.
func (p *parser) mark(s string, depth int) (taken, links int) {
	switch s[0] {
	case ' ', '\t', '\r', '\v', '\f':
		p.space()
	case '\\':
		if len(s) > 1 && s[1] > ' ' && s[1] < 0x7f && !isAlnum(s[1]) {
			p.out = append(p.out, s[1])
			return 2, 0
		}
		if len(s) > 1 { // at the end it breaks the line
			p.out = append(p.out, '\\')
		}
	case '*':
	case '`':
		return p.code(s), 0
	case '_':
		n := leading(s, '_')
		if p.afterWord() && wordAt(s[n:]) { // within a word it means nothing
			p.out = append(p.out, s[:n]...)
		}
		return n, 0
	case '~':
		if len(s) > 1 && s[1] == '~' {
			if n := struck(s); n > 0 {
				return n, 0
			}
			return 2, 0
		}
		p.out = append(p.out, '~')
	case '!':
		if len(s) > 1 && s[1] == '[' {
			if _, _, n := link(s[1:]); n > 0 {
				p.space()
				return n + 1, 0
			}
		}
		p.out = append(p.out, '!')
	case '[':
		if text, target, n := link(s); n > 0 && depth < linkDepth {
			begin := len(p.out)
			if a := FromCloudflareURL(target); a != "" {
				p.out = append(p.out, a...)
			} else {
				p.span(text, depth+1)
			}
			return n, max(0, len(p.out)-begin)
		}
		p.out = append(p.out, '[')
	case '<':
		return p.tag(s), 0
	case '&':
		if i := strings.IndexByte(s[:min(len(s), 12)], ';'); i > 1 {
			if u := html.UnescapeString(s[:i+1]); u != s[:i+1] {
				p.verbatim(u)
				return i + 1, 0
			}
		}
		p.out = append(p.out, '&')
	default:
		return p.wide(s), 0
	}
	return 1, 0
}

// struck says how long the text is that s begins with and that is struck out, with its
// marks, or 0. It is no part of the text: who reads "~~not~~" reads that it is gone.
func struck(s string) int {
	if len(s) < 5 || s[2] == ' ' || s[2] == '~' {
		return 0
	}
	for i, end := 3, min(len(s), targetReach); i+1 < end; i++ {
		switch {
		case s[i-1] == '\\':
		case s[i] == '~' && s[i+1] == '~':
			return i + 2
		}
	}
	return 0
}

// leading counts the bytes c that s begins with.
func leading(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

func wordAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func (p *parser) afterWord() bool {
	r, _ := utf8.DecodeLastRune(p.out)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// code reads a code span, whose text is as it stands.
func (p *parser) code(s string) int {
	n := leading(s, '`')
	for i, end := n, min(len(s), targetReach); i < end; {
		k := strings.IndexByte(s[i:end], '`')
		if k < 0 {
			break
		}
		i += k
		m := leading(s[i:], '`')
		if m == n {
			p.verbatim(s[n:i])
			return i + m
		}
		i += m
	}
	return n
}

// verbatim writes text as it stands, but for white space and what shows nothing.
func (p *parser) verbatim(s string) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			p.space()
			i++
		case c < utf8.RuneSelf:
			p.out = append(p.out, c)
			i++
		default:
			i += p.wide(s[i:])
		}
	}
}

// space writes one space, but none after another or at a block's or cell's beginning.
func (p *parser) space() {
	if n := len(p.out); n > 0 && p.out[n-1] != ' ' && p.out[n-1] != '\n' && p.out[n-1] != '\t' {
		p.out = append(p.out, ' ')
	}
}

// wide writes a character beyond ASCII; what shows nothing is left out: soft hyphen,
// zero width space, word joiner, byte order mark, marks of direction.
func (p *parser) wide(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == 0xad, r == 0x200b, r == 0x200e, r == 0x200f, r == 0x2060, r == 0xfeff, r == 0xfe0f, r >= 0x202a && r <= 0x202e:
	case r == 0xa0, r == 0x202f, r >= 0x2000 && r <= 0x200a, r == 0x3000, r == 0x85, r == 0x2028, r == 0x2029:
		p.space()
	case r == utf8.RuneError && n <= 1:
		p.out = append(p.out, "\ufffd"...)
	default:
		p.out = append(p.out, s[:n]...)
	}
	return max(n, 1)
}

// link reads [text](target) or [text][name]; n is 0 where s is neither.
func link(s string) (text, target string, n int) {
	end := closing(s, '[', ']', linkReach)
	if end < 0 || end+1 >= len(s) {
		return "", "", 0
	}
	switch s[end+1] {
	case '(':
		last := closing(s[end+1:], '(', ')', targetReach)
		if last < 0 { // it has an opening one of its own
			last = strings.IndexByte(s[end+1:min(len(s), end+targetReach)], ')')
		}
		if last > 0 {
			return s[1:end], s[end+2 : end+1+last], end + last + 2
		}
	case '[':
		if last := closing(s[end+1:], '[', ']', linkReach); last > 0 && end > 1 {
			return s[1:end], "", end + last + 2
		}
	}
	return "", "", 0
}

// closing is where the bracket that s begins with ends, or -1.
func closing(s string, open, shut byte, reach int) int {
	depth := 0
	for i := 0; i < len(s) && i < reach; i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			if depth++; depth > linkDepth {
				return -1
			}
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// tag leaves out an HTML tag or comment and keeps what an autolink shows.
func (p *parser) tag(s string) int {
	if len(s) > 2 && (isAlnum(s[1]) && s[1] > '9' || s[1] == '/' || s[1] == '!') {
		if end := strings.IndexByte(s[:min(len(s), tagReach)], '>'); end > 0 {
			inner := s[1:end]
			if address, _, _ := strings.Cut(inner, " "); strings.Contains(address, "://") || strings.Contains(inner, "@") {
				p.verbatim(inner)
			} else if !inlineTag(inner) {
				p.space()
			}
			return end + 1
		}
	}
	p.out = append(p.out, '<')
	return 1
}

func inlineTag(inner string) bool {
	name := strings.ToLower(strings.TrimLeft(inner, "/"))
	if i := strings.IndexAny(name, " />"); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "a", "b", "i", "u", "s", "em", "strong", "span", "sup", "sub", "small", "mark", "font", "abbr", "wbr", "ins", "code", "q":
		return true
	}
	return false
}
