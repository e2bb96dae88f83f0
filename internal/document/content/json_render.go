package content

import (
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// renderEmbedded builds a body element from each embedded JSON value that contains text:
// HTML, prose, or the rich text of a content management system.
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

// isMixedData reports whether the content root is a JSON object with several members of
// prose. Such members are usually unrelated, such as all texts of a site.
func isMixedData(root *node) bool {
	parts := 0
	for c := root.first; c != nil; c = c.next {
		if c.dropped == notDropped && c.jsonOrigin != 0 && c.prose() >= minProseWords*2 {
			parts++
		}
	}
	return root.jsonOrigin == fromObject && parts > 1
}

// Values of node.jsonOrigin. It is zero if a node was not built from JSON.
const (
	fromObject = 1 + iota // a JSON object
	fromArray             // a JSON array
)

// isMessageBundle reports whether an object maps names to the user interface messages of a
// site: it has more than maxTextMembers plain strings.
func (v *jsonNode) isMessageBundle() bool {
	n := 0
	for _, c := range v.list {
		if c.list == nil && c.text != "" && !isHTML(c.text) {
			n++
		}
	}
	return v.keys != nil && n > maxTextMembers
}

// isTitleMember reports whether a member is a short string that is the title of its object.
func (v *jsonNode) isTitleMember(i int) bool {
	c := v.list[i]
	if c.text == "" || len(c.text) > maxTitle || isHTML(c.text) {
		return false
	}
	switch strings.ToLower(v.keys[i]) {
	case "title", "heading", "headline", "question", "header":
		return true
	case "name": // only in a schema.org object, such as a question
		return v.member("@type") != nil
	}
	return false
}

// render builds the node of a value, or returns nil if the value holds no text.
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
	var title *node
	bundle := v.isMessageBundle()
	for i, c := range v.list {
		if bundle && c.list == nil && !isHTML(c.text) {
			continue
		}
		if v.keys != nil && title == nil && v.isTitleMember(i) {
			title = newElement(atom.H2, newText(c.text))
			continue
		}
		if m := d.render(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	if title != nil && !startsWithHeading(n, alphanumeric(title.first.text)) { // the title precedes the other members, whatever their order
		title.next, title.parent = n.first, n
		n.first = title
	}
	return n
}

// startsWithHeading reports whether the first line below n equals the heading.
func startsWithHeading(n *node, heading string) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	if n == nil {
		return false
	}
	line, _, _ := strings.Cut(n.text, "\n")
	return alphanumeric(line) == heading
}

// renderText builds a node from a string of HTML, Markdown or prose, or returns nil.
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

// looksLikeCode reports whether a string is source code or data: it has a function, or its
// first 4000 bytes have more than one brace, equals sign or bar for every 60 bytes. The
// numbers were chosen by hand.
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

// isHTML reports whether a string is a fragment of HTML: it is longer than 40 bytes,
// contains an end tag or a line break element, and is not a JSON object.
func isHTML(s string) bool {
	return len(s) > 40 && (strings.Contains(s, "</") || strings.Contains(s, "<br")) && !strings.HasPrefix(strings.TrimSpace(s), "{")
}
