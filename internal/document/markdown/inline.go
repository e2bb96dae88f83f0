package markdown

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// Bounds on how far the parser looks for a closing delimiter, in bytes, and how deep links
// nest. They keep parsing linear in the input.
const (
	maxLinkText   = 1000
	maxLinkTarget = 4000
	maxTagBytes   = 500
	maxLinkDepth  = 8
)

// inlineSpecial marks the bytes that parseSpecial handles. parseInline copies all others.
var inlineSpecial = func() (t [256]bool) {
	for _, c := range []byte("\\*_`~![<&\t\r\v\f ") {
		t[c] = true
	}
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	return t
}()

// writeInline writes a line without emphasis marks, images, tags, link targets and
// struck-out text. It returns the number of written bytes that are inside links.
func (p *parser) writeInline(s string) (links int) {
	return p.parseInline(s, 0)
}

// parseInline is writeInline for text inside depth links.
func (p *parser) parseInline(s string, depth int) (links int) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && !inlineSpecial[s[i]] {
			i++
		}
		p.out = append(p.out, s[from:i]...)
		if i == len(s) {
			break
		}
		n, linked := p.parseSpecial(s[i:], depth)
		i += n
		links += linked
	}
	return links
}

// parseSpecial handles the special byte at the beginning of s. It returns the number of
// bytes that it consumed and the number of written bytes that are inside links.
func (p *parser) parseSpecial(s string, depth int) (consumed, links int) {
	switch s[0] {
	case ' ', '\t', '\r', '\v', '\f':
		p.writeSpace()
	case '\\':
		if len(s) > 1 && s[1] > ' ' && s[1] < 0x7f && !isAlnum(s[1]) {
			p.out = append(p.out, s[1])
			return 2, 0
		}
		if len(s) > 1 { // a backslash at the end is a line break
			p.out = append(p.out, '\\')
		}
	case '*':
	case '`':
		return p.writeCodeSpan(s), 0
	case '_':
		n := countPrefix(s, '_')
		if p.endsWithWordChar() && startsWithWordChar(s[n:]) { // inside a word "_" is no mark
			p.out = append(p.out, s[:n]...)
		}
		return n, 0
	case '~':
		if len(s) > 1 && s[1] == '~' {
			if n := strikethroughLen(s); n > 0 {
				return n, 0
			}
			return 2, 0
		}
		p.out = append(p.out, '~')
	case '!':
		if len(s) > 1 && s[1] == '[' {
			if _, _, n := parseLink(s[1:]); n > 0 {
				p.writeSpace()
				return n + 1, 0
			}
		}
		p.out = append(p.out, '!')
	case '[':
		if text, target, n := parseLink(s); n > 0 && depth < maxLinkDepth {
			begin := len(p.out)
			if a := emailaddr.FromCloudflareURL(target); a != "" {
				p.out = append(p.out, a...)
			} else {
				p.parseInline(text, depth+1)
			}
			return n, max(0, len(p.out)-begin)
		}
		p.out = append(p.out, '[')
	case '<':
		return p.skipTag(s), 0
	case '&':
		if i := strings.IndexByte(s[:min(len(s), 12)], ';'); i > 1 {
			if u := html.UnescapeString(s[:i+1]); u != s[:i+1] {
				p.writeVerbatim(u)
				return i + 1, 0
			}
		}
		p.out = append(p.out, '&')
	default:
		return p.writeNonASCII(s), 0
	}
	return 1, 0
}

// strikethroughLen returns the length of the struck-out text that s begins with, including
// its marks, or 0. Struck-out text is not part of the document: "~~not~~" means that the
// word no longer applies.
func strikethroughLen(s string) int {
	if len(s) < 5 || s[2] == ' ' || s[2] == '~' {
		return 0
	}
	for i, end := 3, min(len(s), maxLinkTarget); i+1 < end; i++ {
		switch {
		case s[i-1] == '\\':
		case s[i] == '~' && s[i+1] == '~':
			return i + 2
		}
	}
	return 0
}

// countPrefix returns the number of bytes c at the beginning of s.
func countPrefix(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// startsWithWordChar reports whether s begins with a letter or digit.
func startsWithWordChar(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// endsWithWordChar reports whether the output ends with a letter or digit.
func (p *parser) endsWithWordChar() bool {
	r, _ := utf8.DecodeLastRune(p.out)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// writeCodeSpan writes the content of a code span and returns the length of the span.
func (p *parser) writeCodeSpan(s string) int {
	n := countPrefix(s, '`')
	for i, end := n, min(len(s), maxLinkTarget); i < end; {
		k := strings.IndexByte(s[i:end], '`')
		if k < 0 {
			break
		}
		i += k
		m := countPrefix(s[i:], '`')
		if m == n {
			p.writeVerbatim(s[n:i])
			return i + m
		}
		i += m
	}
	return n
}

// writeVerbatim writes text without parsing it. It collapses white space and removes
// invisible characters.
func (p *parser) writeVerbatim(s string) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			p.writeSpace()
			i++
		case c < utf8.RuneSelf:
			p.out = append(p.out, c)
			i++
		default:
			i += p.writeNonASCII(s[i:])
		}
	}
}

// writeSpace writes a space, except after another space and at the beginning of a block or
// cell.
func (p *parser) writeSpace() {
	if n := len(p.out); n > 0 && p.out[n-1] != ' ' && p.out[n-1] != '\n' && p.out[n-1] != '\t' {
		p.out = append(p.out, ' ')
	}
}

// writeNonASCII writes the character at the beginning of s and returns its length. It skips
// invisible characters: soft hyphen, zero width space, word joiner, byte order mark,
// directional marks and variation selector 16.
func (p *parser) writeNonASCII(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == 0xad, r == 0x200b, r == 0x200e, r == 0x200f, r == 0x2060, r == 0xfeff, r == 0xfe0f, r >= 0x202a && r <= 0x202e:
	case r == 0xa0, r == 0x202f, r >= 0x2000 && r <= 0x200a, r == 0x3000, r == 0x85, r == 0x2028, r == 0x2029:
		p.writeSpace()
	case r == utf8.RuneError && n <= 1:
		p.out = append(p.out, "\ufffd"...)
	default:
		p.out = append(p.out, s[:n]...)
	}
	return max(n, 1)
}

// parseLink parses [text](target) or [text][name] and returns its length n, or 0 if s does
// not begin with a link.
func parseLink(s string) (text, target string, n int) {
	end := closingBracket(s, '[', ']', maxLinkText)
	if end < 0 || end+1 >= len(s) {
		return "", "", 0
	}
	switch s[end+1] {
	case '(':
		last := closingBracket(s[end+1:], '(', ')', maxLinkTarget)
		if last < 0 { // the target contains an opening bracket
			last = strings.IndexByte(s[end+1:min(len(s), end+maxLinkTarget)], ')')
		}
		if last > 0 {
			return s[1:end], s[end+2 : end+1+last], end + last + 2
		}
	case '[':
		if last := closingBracket(s[end+1:], '[', ']', maxLinkText); last > 0 && end > 1 {
			return s[1:end], "", end + last + 2
		}
	}
	return "", "", 0
}

// closingBracket returns the index of the bracket that closes the one at s[0]. It returns -1
// if there is none in the first limit bytes, or if brackets nest deeper than maxLinkDepth.
func closingBracket(s string, open, closing byte, limit int) int {
	depth := 0
	for i := 0; i < len(s) && i < limit; i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			if depth++; depth > maxLinkDepth {
				return -1
			}
		case closing:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// skipTag skips an HTML tag or comment and returns its length. It writes the content of an
// autolink.
func (p *parser) skipTag(s string) int {
	if len(s) > 2 && (isAlnum(s[1]) && s[1] > '9' || s[1] == '/' || s[1] == '!') {
		if end := strings.IndexByte(s[:min(len(s), maxTagBytes)], '>'); end > 0 {
			inner := s[1:end]
			if target, _, _ := strings.Cut(inner, " "); strings.Contains(target, "://") || strings.Contains(inner, "@") {
				p.writeVerbatim(inner)
			} else if !isInlineTag(inner) {
				p.writeSpace()
			}
			return end + 1
		}
	}
	p.out = append(p.out, '<')
	return 1
}

// isInlineTag reports whether a tag is inline, so that it does not separate words.
func isInlineTag(inner string) bool {
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
