package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// richTextTags maps the node types of rich text formats (Contentful, Sanity Portable Text,
// ProseMirror and its derivatives, Slate, Lexical, Editor.js) to HTML tags. The names are in
// lower case, without "-" and "_".
var richTextTags = map[string]atom.Atom{
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

// nameSeparators removes the separators from a node type.
var nameSeparators = strings.NewReplacer("-", "", "_", "")

// richTextTag returns the tag for a rich text object, or 0 for any other object.
func richTextTag(v *jsonNode) atom.Atom {
	kind := richTextTags[nameSeparators.Replace(strings.ToLower(v.firstString("nodeType", "type", "_type", "tag", "tagName")))]
	switch kind {
	case atom.P: // the style of a block may make it a list item or a heading
		if v.member("listItem") != nil && v.firstString("listItem") != "" {
			return atom.Li
		}
		if k := richTextTags[strings.ToLower(v.firstString("style"))]; k != 0 {
			return k
		}
	case atom.H2:
		if k := richTextTags[v.firstString("tag")]; k != 0 {
			return k
		}
	case atom.Ul:
		if strings.HasPrefix(v.firstString("listType", "style", "format"), "number") || strings.HasPrefix(v.firstString("listType", "style", "format"), "ordered") {
			return atom.Ol
		}
	}
	return kind
}

// renderRichText builds the node of a rich text object, or returns nil for any other object.
func (d *jsonReader) renderRichText(v *jsonNode, depth int) *node {
	kind := richTextTag(v)
	if kind == 0 || depth > maxJSONDepth {
		return nil
	}
	if kind == atom.Br {
		return newElement(kind)
	}
	var children *jsonNode
	for _, name := range []string{"content", "children", "nodes", "items", "root"} {
		if c := v.member(name); c != nil && c.list != nil {
			children = c
			break
		}
	}
	data := v.member("data")
	text := v.firstString("text", "value")
	if text == "" && data != nil && children == nil {
		text = data.firstString("text")
	}
	if children == nil {
		switch {
		case text == "":
			return nil
		case isHTML(text):
			return newElement(kind, renderText(text))
		}
		return newElement(kind, newText(text))
	}
	n := newElement(kind)
	if kind == atom.A {
		href := v.firstString("uri", "url", "href")
		if data != nil && href == "" {
			href = data.firstString("uri", "url", "href")
		}
		n.attrs = []attribute{{attrHref, href}}
	}
	for _, c := range children.list {
		var m *node
		switch {
		case c.list == nil && c.text != "":
			m = newText(c.text)
		case c.keys != nil && richTextTag(c) == 0 && c.firstString("text", "value") != "": // a text leaf without a type
			m = newElement(atom.Span, newText(c.firstString("text", "value")))
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
