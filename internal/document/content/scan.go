package content

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tokenKind is what the scanner found.
type tokenKind uint8

const (
	endOfPage tokenKind = iota
	textToken
	startToken
	endToken
	rawToken // the text of a script, style or another element without markup
)

// token is one piece of a page. Its strings are parts of the page, not copies.
type token struct {
	kind       tokenKind
	tag        atom.Atom // of a tag; of the element that a raw text is in
	text       string    // of a text, with its character references, or raw
	attributes string    // of a start tag, as written
	closed     bool      // a start tag that ends in "/>"
}

// scanner cuts a page into tags and text as the ExtractHTML standard does (section 13.2.5,
// tokenization), in one pass and with no memory of its own, whatever a stranger
// sends. What it leaves out: doctypes and comments, which say nothing.
type scanner struct {
	page string
	at   int
	raw  atom.Atom // the element without markup that was just opened
}

// next gives the next piece of the page.
func (s *scanner) next() token {
	if s.raw != 0 {
		tag := s.raw
		s.raw = 0
		if text := s.readRaw(tag); text != "" {
			return token{kind: rawToken, tag: tag, text: text}
		}
	}
	for s.at < len(s.page) {
		rest := s.page[s.at:]
		i := strings.IndexByte(rest, '<')
		switch {
		case i < 0:
			s.at = len(s.page)
			return token{kind: textToken, text: rest}
		case i > 0 && markup(rest[i:]):
			s.at += i
			return token{kind: textToken, text: rest[:i]}
		case i > 0 || !markup(rest): // a "<" that begins nothing is text
			n := i + 1
			for {
				j := strings.IndexByte(rest[n:], '<')
				if j < 0 {
					n = len(rest)
					break
				}
				if n += j; markup(rest[n:]) {
					break
				}
				n++
			}
			s.at += n
			return token{kind: textToken, text: rest[:n]}
		}
		switch c := rest[1]; {
		case c == '!':
			s.comment(rest)
		case c == '?':
			s.skipPast(">")
		case c == '/':
			if !letter(rest[2]) {
				s.skipPast(">")
				continue
			}
			return s.tag(2, endToken)
		default:
			return s.tag(1, startToken)
		}
	}
	return token{}
}

// markup says whether s, which begins with "<", begins a tag or a comment.
func markup(s string) bool {
	if len(s) < 2 {
		return false
	}
	return s[1] == '!' || s[1] == '?' || letter(s[1]) || s[1] == '/' && len(s) > 2
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func (s *scanner) skipPast(end string) {
	if i := strings.Index(s.page[s.at:], end); i >= 0 {
		s.at += i + len(end)
		return
	}
	s.at = len(s.page)
}

// comment skips a comment, a doctype or what is taken for one.
func (s *scanner) comment(rest string) {
	switch {
	case strings.HasPrefix(rest, "<!-->"):
		s.at += len("<!-->")
	case strings.HasPrefix(rest, "<!--->"):
		s.at += len("<!--->")
	case strings.HasPrefix(rest, "<!--"):
		s.at += len("<!--")
		for {
			i := strings.Index(s.page[s.at:], "--")
			if i < 0 {
				s.at = len(s.page)
				return
			}
			s.at += i + 1 // the second "-" may begin the end as well
			if end := s.page[s.at+1:]; strings.HasPrefix(end, ">") {
				s.at += 2
				return
			} else if strings.HasPrefix(end, "!>") {
				s.at += 3
				return
			}
		}
	default:
		s.skipPast(">")
	}
}

// tag reads a tag whose name begins from bytes on.
func (s *scanner) tag(from int, kind tokenKind) token {
	rest := s.page[s.at:]
	n := from
	for n < len(rest) && !space(rest[n]) && rest[n] != '/' && rest[n] != '>' {
		n++
	}
	end := tagEnd(rest, n)
	if end < 0 { // the page ends within the tag
		s.at = len(s.page)
		return token{}
	}
	s.at += end + 1
	t := token{kind: kind, tag: tagName(rest[from:n]), attributes: rest[n:end]}
	t.closed = strings.HasSuffix(t.attributes, "/")
	if kind == startToken && classes[t.tag]&rawText != 0 {
		s.raw = t.tag
	}
	return t
}

// tagName is the atom of a name; zero for one that ExtractHTML does not know.
func tagName(name string) atom.Atom {
	var lower [16]byte
	if len(name) > len(lower) {
		return 0
	}
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return atom.Lookup(lower[:len(name)])
}

// tagEnd is where the ">" of a tag is: not within a quoted value.
func tagEnd(s string, i int) int {
	for i < len(s) {
		switch s[i] {
		case '>':
			return i
		case '=':
			i++
			for i < len(s) && space(s[i]) {
				i++
			}
			if i < len(s) && (s[i] == '"' || s[i] == '\'') {
				j := strings.IndexByte(s[i+1:], s[i])
				if j < 0 {
					return -1
				}
				i += j + 2
				continue
			}
			for i < len(s) && !space(s[i]) && s[i] != '>' {
				i++
			}
		default:
			i++
		}
	}
	return -1
}

// readRaw reads up to the end tag of an element without markup, which it leaves.
func (s *scanner) readRaw(tag atom.Atom) string {
	if tag == atom.Plaintext {
		text := s.page[s.at:]
		s.at = len(s.page)
		return text
	}
	from, name := s.at, tag.String()
	for i := from; ; {
		j := strings.Index(s.page[i:], "</")
		if j < 0 {
			s.at = len(s.page)
			return s.page[from:]
		}
		i += j + 2
		end := i + len(name)
		if end < len(s.page) && strings.EqualFold(s.page[i:end], name) && (space(s.page[end]) || s.page[end] == '/' || s.page[end] == '>') {
			s.at = i - 2
			return s.page[from:s.at]
		}
	}
}

// eachAttribute gives the attributes of a tag, at most maxAttributes, with their
// names as written and their values as in the page.
func eachAttribute(s string, f func(name, value string)) {
	for i, n := 0, 0; n < maxAttributes; n++ {
		for i < len(s) && (space(s[i]) || s[i] == '/') {
			i++
		}
		if i >= len(s) {
			return
		}
		from := i
		for i++; i < len(s) && !space(s[i]) && s[i] != '/' && s[i] != '='; i++ {
		}
		name, value := s[from:i], ""
		j := i
		for j < len(s) && space(s[j]) {
			j++
		}
		if j < len(s) && s[j] == '=' {
			for j++; j < len(s) && space(s[j]); j++ {
			}
			i = j
			if j < len(s) && (s[j] == '"' || s[j] == '\'') {
				end := strings.IndexByte(s[j+1:], s[j])
				if end < 0 {
					end = len(s) - j - 1
				}
				value = s[j+1 : j+1+end]
				i = min(len(s), j+end+2)
			} else {
				for i < len(s) && !space(s[i]) {
					i++
				}
				value = s[j:i]
			}
		}
		f(name, value)
	}
}

// maxAttributes of a tag are read; the rest are a stranger's joke.
const maxAttributes = 64

// unescape resolves the character references of a text.
func unescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}

// unescapeValue resolves those of an attribute's value: only what ends in ";", so
// that "?a=1&copy=2" stays (ExtractHTML standard, 13.2.5.73).
func unescapeValue(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		end := strings.IndexByte(s[:min(len(s), 34)], ';')
		if end < 0 {
			b.WriteByte('&')
			s = s[1:]
		} else if ref := s[:end+1]; strings.LastIndexByte(ref, '&') > 0 || strings.ContainsAny(ref, "= /?") {
			b.WriteByte('&')
			s = s[1:]
		} else {
			b.WriteString(html.UnescapeString(ref))
			s = s[end+1:]
		}
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}
