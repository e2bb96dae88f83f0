package content

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attribute is an attribute with its unescaped value.
type attribute struct {
	key attrKey
	val string
}

// attr returns the value of an attribute, or "".
func (n *node) attr(k attrKey) string {
	for i := range n.attrs {
		if n.attrs[i].key == k {
			return n.attrs[i].val
		}
	}
	return ""
}

// has reports whether the node has an attribute.
func (n *node) has(k attrKey) bool {
	for i := range n.attrs {
		if n.attrs[i].key == k {
			return true
		}
	}
	return false
}

// eachAttribute calls f for each of the first maxAttributes attributes of a start tag, with
// the name and the value as written in the page.
func eachAttribute(s string, f func(name, value string)) {
	for i, n := 0, 0; n < maxAttributes; n++ {
		for i < len(s) && (isSpace(s[i]) || s[i] == '/') {
			i++
		}
		if i >= len(s) {
			return
		}
		from := i
		for i++; i < len(s) && !isSpace(s[i]) && s[i] != '/' && s[i] != '='; i++ {
		}
		name, value := s[from:i], ""
		j := i
		for j < len(s) && isSpace(s[j]) {
			j++
		}
		if j < len(s) && s[j] == '=' {
			for j++; j < len(s) && isSpace(s[j]); j++ {
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
				for i < len(s) && !isSpace(s[i]) {
					i++
				}
				value = s[j:i]
			}
		}
		f(name, value)
	}
}

// maxAttributes bounds the number of attributes of a tag. Real tags have fewer; a hostile
// tag may have millions. It was chosen by hand.
const maxAttributes = 64

// unescapeAttribute resolves the character references in an attribute value that end in
// ";". Others stay as they are, as in "?a=1&copy=2" (HTML standard, 13.2.5.73).
func unescapeAttribute(s string) string {
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

// readAttributes returns the attributes of a tag that have an attrKey. It saves other
// attributes that hold JSON as embedded data.
func (b *treeBuilder) readAttributes(t token) []attribute {
	if len(t.attributes) < 2 {
		return nil
	}
	from := len(b.attrArena)
	eachAttribute(t.attributes, func(name, value string) {
		key := attrKeyOf(name)
		if key == 0 && !isLower(name) {
			key = attrKeyOf(strings.ToLower(name))
		}
		switch {
		case key == attrSrc && t.tag != atom.Img || key == attrContent && t.tag != atom.Meta:
		case key == attrSrc && strings.HasPrefix(value, "data:"):
		case key != 0:
			b.attrArena = append(b.attrArena, attribute{key, unescapeAttribute(value)})
		case len(value) >= minEmbeddedBytes && (value[0] == '{' || value[0] == '['):
			b.saveEmbedded(unescapeAttribute(value))
		}
	})
	out := b.attrArena[from:len(b.attrArena):len(b.attrArena)]
	if cap(b.attrArena)-len(b.attrArena) < maxAttributes {
		b.attrArena = make([]attribute, 0, 1024)
	}
	return out
}

// isLower reports whether s has no ASCII upper-case letter.
func isLower(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}
