package content

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// Bounds of what is read of a page's data.
const (
	maxJSONValues  = 100_000  // in all
	maxJSONBytes   = 32 << 20 // bytes, those of values that were begun in vain included
	maxJSONDepth   = 200
	maxJSONStarts  = 40 // places in one script where a value may begin
	maxTextMembers = 25 // strings in one object of a text; more are a site's messages
	minProseWords  = 20 // words that make a string prose
)

// jsonNode is a value of JSON, whose members keep their order.
type jsonNode struct {
	text string
	keys []string    // of an object; nil for an array
	list []*jsonNode // members or elements; nil for a string
}

// renderEmbedded finds the texts in the JSON of scripts and attributes: strings of ExtractHTML or
// of prose, and the trees in which content systems keep rich text. Each value that
// has any is a body of its own.
func renderEmbedded(embedded []string) []*node {
	d := &jsonReader{}
	var out []*node
	if body := d.renderRSCPayload(embedded); body != nil {
		out = append(out, body)
	}
	for _, s := range embedded {
		if strings.Contains(s, rscPush) {
			continue
		}
		for _, v := range d.parseValues(s) {
			if n := d.render(v, 0); n != nil {
				out = append(out, newElement(atom.Body, n))
			}
		}
	}
	return out
}

// isMixedData says that below a place in a page's data several things stand that have
// nothing to do with each other, as in the texts of a whole site.
func isMixedData(root *node) bool {
	parts := 0
	for c := root.first; c != nil; c = c.next {
		if c.dropped == notDropped && c.jsonOrigin != 0 && c.prose() >= minProseWords*2 {
			parts++
		}
	}
	return root.jsonOrigin == fromObject && parts > 1
}

// What a node of a page's data was made of.
const (
	fromObject = 1 + iota // an object
	fromArray             // an array
)

// jsonReader counts what was read.
type jsonReader struct{ valueCount, bytesRead int }

// parseValues gives the JSON values of a script: all of it, or what it assigns, pushes or parses.
func (d *jsonReader) parseValues(s string) []*jsonNode {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	if s[0] == '{' || s[0] == '[' {
		if v, _ := d.decode(s); v != nil {
			return []*jsonNode{v}
		}
	}
	var out []*jsonNode
	for i, tries := 0, 0; i < len(s) && tries < maxJSONStarts; {
		j := strings.IndexAny(s[i:], "=(")
		if j < 0 {
			break
		}
		i += j + 1
		rest := strings.TrimLeft(s[i:], " \n\t\r")
		if rest == "" {
			break
		}
		quoted := s[i-1] == '(' && (rest[0] == '"' && strings.HasSuffix(s[:i], "JSON.parse("))
		if rest[0] != '{' && rest[0] != '[' && !quoted {
			continue
		}
		tries++
		v, n := d.decode(rest)
		if v == nil {
			continue
		}
		if quoted {
			v, _ = d.decode(v.text)
		}
		if v != nil && v.list != nil {
			out = append(out, v)
		}
		i = len(s) - len(rest) + n
	}
	return out
}

// decode reads one value at the beginning of s, and how long it was.
func (d *jsonReader) decode(s string) (*jsonNode, int) {
	if d.bytesRead > maxJSONBytes {
		return nil, 0
	}
	dec := json.NewDecoder(strings.NewReader(s))
	v := d.decodeNode(dec, 0)
	d.bytesRead += int(dec.InputOffset())
	return v, int(dec.InputOffset())
}

func (d *jsonReader) decodeNode(dec *json.Decoder, depth int) *jsonNode {
	if d.valueCount++; d.valueCount > maxJSONValues || depth > maxJSONDepth {
		return nil
	}
	t, err := dec.Token()
	if err != nil {
		return nil
	}
	switch t := t.(type) {
	case string:
		return &jsonNode{text: t}
	case json.Delim:
		v := &jsonNode{list: []*jsonNode{}}
		for dec.More() {
			if t == '{' {
				k, err := dec.Token()
				name, ok := k.(string)
				if err != nil || !ok {
					return nil
				}
				v.keys = append(v.keys, name)
			}
			c := d.decodeNode(dec, depth+1)
			if c == nil {
				return nil
			}
			v.list = append(v.list, c)
		}
		if _, err := dec.Token(); err != nil {
			return nil
		}
		return v
	}
	return &jsonNode{} // a number, a truth value or null says nothing
}

// member is the member of a name; nil if there is none.
func (v *jsonNode) member(name string) *jsonNode {
	for i, k := range v.keys {
		if k == name {
			return v.list[i]
		}
	}
	return nil
}

// firstString is the string of the first of these members that is one.
func (v *jsonNode) firstString(names ...string) string {
	for _, name := range names {
		if m := v.member(name); m != nil && m.text != "" {
			return m.text
		}
	}
	return ""
}

// isTitleMember says whether a member is a short string that heads what stands beside it.
func (v *jsonNode) isTitleMember(i int) bool {
	c := v.list[i]
	if c.text == "" || len(c.text) > maxTitle || isHTML(c.text) {
		return false
	}
	switch strings.ToLower(v.keys[i]) {
	case "title", "heading", "headline", "question", "header":
		return true
	case "name": // a question or a page as schema.org has them
		return v.member("@type") != nil
	}
	return false
}

// isMessageBundle says that an object holds the messages of a whole site by name, and no text.
func (v *jsonNode) isMessageBundle() bool {
	n := 0
	for _, c := range v.list {
		if c.list == nil && c.text != "" && !isHTML(c.text) {
			n++
		}
	}
	return v.keys != nil && n > maxTextMembers
}

// render makes nodes of a value; nil where there is no text in it.
func (d *jsonReader) render(v *jsonNode, depth int) *node {
	switch {
	case depth > maxJSONDepth:
		return nil
	case v.list == nil:
		return renderText(v.text)
	case v.keys != nil:
		if n := d.renderRichText(v, depth); n != nil {
			return n
		}
	}
	n := newElement(atom.Div)
	n.jsonOrigin = fromArray
	if v.keys != nil {
		n.jsonOrigin = fromObject
	}
	var head *node
	bundle := v.isMessageBundle()
	for i, c := range v.list {
		if bundle && c.list == nil && !isHTML(c.text) {
			continue
		}
		if v.keys != nil && head == nil && v.isTitleMember(i) {
			head = newElement(atom.H2, newText(c.text))
			continue
		}
		if m := d.render(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	if head != nil && !startsWithText(n, alphanumeric(head.first.text)) { // it stands above what it heads, whatever the order of the members
		head.next, head.parent = n.first, n
		n.first = head
	}
	return n
}

// startsWithText says whether the first text below n is a heading that was given.
func startsWithText(n *node, head string) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	if n == nil {
		return false
	}
	line, _, _ := strings.Cut(n.text, "\n")
	return alphanumeric(line) == head
}

// renderText makes nodes of a string that is ExtractHTML, Markdown or prose.
func renderText(s string) *node {
	if isHTML(s) {
		return newElement(atom.Div, buildTree(s).body.detachChildren()...)
	}
	if strings.HasPrefix(s, "http") || tokenize.CountWords(s) < minProseWords || looksLikeCode(s) {
		return nil
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.Contains(s, "](") || strings.Contains(s, "**") || strings.HasPrefix(s, "#") || strings.Contains(s, "\n#") {
		return newElement(atom.Div, &node{isText: true, isMarkdown: true, text: s})
	}
	n := newElement(atom.Div)
	for part := range strings.SplitSeq(s, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			n.append(newElement(atom.P, newText(part)))
		}
	}
	return n
}

// looksLikeCode says whether a string is a program or its data, by its share of signs.
func looksLikeCode(s string) bool {
	if strings.Contains(s, "function") && strings.Contains(s, "};") {
		return true
	}
	n := 0
	for _, c := range []byte(s[:min(len(s), 4000)]) {
		switch c {
		case '{', '}', '=', '|':
			n++
		}
	}
	return n*60 > min(len(s), 4000)
}

// isHTML says whether a string is ExtractHTML of some length.
func isHTML(s string) bool {
	return len(s) > 40 && (strings.Contains(s, "</") || strings.Contains(s, "<br")) && !strings.HasPrefix(strings.TrimSpace(s), "{")
}

func newElement(tag atom.Atom, children ...*node) *node {
	n := &node{tag: tag, class: tagClasses[tag]}
	for _, c := range children {
		n.append(c)
	}
	return n
}

func newText(s string) *node { return &node{isText: true, text: s} }
