package content

import (
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

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
