package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// richKinds are the names that content systems give to the parts of rich text
// (Contentful, Sanity, ProseMirror and its kin, Slate, Lexical, Editor.js), without
// case, "-" and "_".
var richKinds = map[string]atom.Atom{
	"document": atom.Div, "doc": atom.Div, "root": atom.Div, "richtext": atom.Div,
	"paragraph": atom.P, "p": atom.P, "normal": atom.P, "block": atom.P,
	"heading1": atom.H1, "heading2": atom.H2, "heading3": atom.H3, "heading4": atom.H4, "heading5": atom.H5, "heading6": atom.H6,
	"h1": atom.H1, "h2": atom.H2, "h3": atom.H3, "h4": atom.H4, "h5": atom.H5, "h6": atom.H6, "heading": atom.H2, "header": atom.H2,
	"unorderedlist": atom.Ul, "bulletlist": atom.Ul, "bulletedlist": atom.Ul, "ul": atom.Ul, "list": atom.Ul,
	"orderedlist": atom.Ol, "numberedlist": atom.Ol, "ol": atom.Ol,
	"listitem": atom.Li, "li": atom.Li, "listitemchild": atom.P,
	"blockquote": atom.Blockquote, "quote": atom.Blockquote,
	"table": atom.Table, "tablerow": atom.Tr, "tr": atom.Tr, "tablecell": atom.Td, "td": atom.Td, "tableheadercell": atom.Th, "tableheader": atom.Th, "th": atom.Th,
	"hyperlink": atom.A, "link": atom.A, "a": atom.A, "autolink": atom.A, "text": atom.Span, "span": atom.Span, "hardbreak": atom.Br, "linebreak": atom.Br,
}

var unmarked = strings.NewReplacer("-", "", "_", "")

// kindOf is the element that an object of rich text stands for; 0 for another object.
func kindOf(v *datum) atom.Atom {
	kind := richKinds[unmarked.Replace(strings.ToLower(v.str("nodeType", "type", "_type", "tag", "tagName")))]
	switch kind {
	case atom.P: // a block may say by its style what it is
		if v.get("listItem") != nil && v.str("listItem") != "" {
			return atom.Li
		}
		if k := richKinds[strings.ToLower(v.str("style"))]; k != 0 {
			return k
		}
	case atom.H2:
		if k := richKinds[v.str("tag")]; k != 0 {
			return k
		}
	case atom.Ul:
		if strings.HasPrefix(v.str("listType", "style", "format"), "number") || strings.HasPrefix(v.str("listType", "style", "format"), "ordered") {
			return atom.Ol
		}
	}
	return kind
}

// rich makes a node of an object of rich text; nil where it is none.
func (d *dataReader) rich(v *datum, depth int) *node {
	kind := kindOf(v)
	if kind == 0 || depth > maxNested {
		return nil
	}
	if kind == atom.Br {
		return element(kind)
	}
	var children *datum
	for _, name := range []string{"content", "children", "nodes", "items", "root"} {
		if c := v.get(name); c != nil && c.list != nil {
			children = c
			break
		}
	}
	data := v.get("data")
	text := v.str("text", "value")
	if text == "" && data != nil && children == nil {
		text = data.str("text")
	}
	if children == nil {
		switch {
		case text == "":
			return nil
		case markedUp(text):
			return element(kind, renderText(text))
		}
		return element(kind, textNode(text))
	}
	n := element(kind)
	if kind == atom.A {
		href := v.str("uri", "url", "href")
		if data != nil && href == "" {
			href = data.str("uri", "url", "href")
		}
		n.attrs = []attribute{{attrHref, href}}
	}
	for _, c := range children.list {
		var m *node
		switch {
		case c.list == nil && c.text != "":
			m = textNode(c.text)
		case c.keys != nil && kindOf(c) == 0 && c.str("text", "value") != "": // a leaf without a kind
			m = element(atom.Span, textNode(c.str("text", "value")))
		default:
			m = d.render(c, depth+1)
		}
		if m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	return n
}
