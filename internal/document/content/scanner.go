package content

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tokenKind is the kind of a token.
type tokenKind uint8

const (
	endOfPage tokenKind = iota
	textToken
	startToken
	endToken
	rawToken // the text of an element without markup, such as script or style
)

// token is one token of a page. Its strings are substrings of the page, not copies.
type token struct {
	kind        tokenKind
	tag         atom.Atom // of a tag, or of the element that contains a raw text
	text        string    // with character references unresolved
	attributes  string    // of a start tag, as written
	selfClosing bool      // a start tag that ends in "/>"
}

// scanner splits a page into tags and text as the HTML standard specifies (13.2.5,
// tokenization). It makes one pass and allocates nothing. It skips doctypes and comments.
type scanner struct {
	page      string
	at        int       // byte offset of the next token
	rawTextOf atom.Atom // the raw text element whose start tag was just read, or 0
}

// next returns the next token. At the end of the page its kind is endOfPage.
func (s *scanner) next() token {
	if s.rawTextOf != 0 {
		tag := s.rawTextOf
		s.rawTextOf = 0
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
		case i > 0 && startsMarkup(rest[i:]):
			s.at += i
			return token{kind: textToken, text: rest[:i]}
		case i > 0 || !startsMarkup(rest): // a "<" that begins no markup is text
			n := i + 1
			for {
				j := strings.IndexByte(rest[n:], '<')
				if j < 0 {
					n = len(rest)
					break
				}
				if n += j; startsMarkup(rest[n:]) {
					break
				}
				n++
			}
			s.at += n
			return token{kind: textToken, text: rest[:n]}
		}
		switch c := rest[1]; {
		case c == '!':
			s.skipComment(rest)
		case c == '?':
			s.skipPast(">")
		case c == '/':
			if !isLetter(rest[2]) {
				s.skipPast(">")
				continue
			}
			return s.readTag(2, endToken)
		default:
			return s.readTag(1, startToken)
		}
	}
	return token{}
}

// startsMarkup reports whether s, which begins with "<", begins a tag or a comment.
func startsMarkup(s string) bool {
	if len(s) < 2 {
		return false
	}
	return s[1] == '!' || s[1] == '?' || isLetter(s[1]) || s[1] == '/' && len(s) > 2
}

// isLetter reports whether c is an ASCII letter.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isSpace reports whether c is white space in HTML.
func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// skipPast advances past the next occurrence of end, or to the end of the page.
func (s *scanner) skipPast(end string) {
	if i := strings.Index(s.page[s.at:], end); i >= 0 {
		s.at += i + len(end)
		return
	}
	s.at = len(s.page)
}

// skipComment skips a comment, a doctype or a bogus comment.
func (s *scanner) skipComment(rest string) {
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
			s.at += i + 1 // the second "-" may begin the closing delimiter, as in "--->"
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

// readTag reads a tag whose name begins at offset from.
func (s *scanner) readTag(from int, kind tokenKind) token {
	rest := s.page[s.at:]
	n := from
	for n < len(rest) && !isSpace(rest[n]) && rest[n] != '/' && rest[n] != '>' {
		n++
	}
	end := tagEnd(rest, n)
	if end < 0 { // the page ends inside the tag
		s.at = len(s.page)
		return token{}
	}
	s.at += end + 1
	t := token{kind: kind, tag: lookupTag(rest[from:n]), attributes: rest[n:end]}
	t.selfClosing = strings.HasSuffix(t.attributes, "/")
	if kind == startToken && classOf(t.tag)&rawText != 0 {
		s.rawTextOf = t.tag
	}
	return t
}

// lookupTag returns the atom of a tag name, or 0 for an unknown one.
func lookupTag(name string) atom.Atom {
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

// tagEnd returns the index of the ">" that ends a tag, outside quoted values, or -1.
func tagEnd(s string, i int) int {
	for i < len(s) {
		switch s[i] {
		case '>':
			return i
		case '=':
			i++
			for i < len(s) && isSpace(s[i]) {
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
			for i < len(s) && !isSpace(s[i]) && s[i] != '>' {
				i++
			}
		default:
			i++
		}
	}
	return -1
}

// readRaw returns the text of a raw text element. It stops before the end tag.
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
		if end < len(s.page) && strings.EqualFold(s.page[i:end], name) && (isSpace(s.page[end]) || s.page[end] == '/' || s.page[end] == '>') {
			s.at = i - 2
			return s.page[from:s.at]
		}
	}
}

// unescape resolves the character references of a text.
func unescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return html.UnescapeString(s)
}
