package content

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// Bounds of a tree. Real pages stay below them. They limit the memory for a hostile page
// to a few times its size. Unless a comment names a source, they were chosen by hand.
const (
	// maxNodes bounds the number of nodes. The text of later nodes is kept without its
	// elements.
	maxNodes = 150_000
	// Beyond maxWrapperDepth the tree has no nodes for elements without structure, and
	// beyond maxDepth none at all. Their text goes to the parent. Browsers limit the depth
	// to 512.
	maxWrapperDepth = 200
	maxDepth        = 500
	// maxOpenElements bounds the stack of open elements.
	maxOpenElements = 20_000
	// maxStackSearch bounds the number of stack entries that findOpen examines.
	maxStackSearch = 512
	// maxEmbedded bounds the number of scripts and data attributes that are saved.
	maxEmbedded = 200
	// minEmbeddedBytes is the minimum length of a script or attribute that is saved.
	minEmbeddedBytes = 400
)

// tree is a parsed page with its metadata.
type tree struct {
	body     *node
	title    string // text of the title element
	lang     string // declared language, as written
	baseHref string // href of the base element
	// modified is the modification time in the page's metadata, as written.
	modified string
	// embedded holds the scripts and data attributes that may contain a document as JSON.
	embedded []string
	// noscripts holds the content for browsers without scripts.
	noscripts []string
	// flattened is set if the page exceeded the bounds and part of its text lost its elements.
	flattened bool
	// hasShadowRoots is set if the tree contains declarative shadow roots.
	hasShadowRoots bool
}

// openElement is an entry of the stack of open elements.
type openElement struct {
	node       *node // the node that gets the children
	tag        atom.Atom
	class      tagClass
	ownsNode   bool // node was created for this element; false if the element has no node
	endTagSeen bool // the end tag was read while blocks inside the element were open
}

// treeBuilder builds a tree from the tokens of a page.
type treeBuilder struct {
	tree
	nodeArena []node       // unused nodes of the last chunk
	chunks    []*nodeChunk // all chunks
	attrArena []attribute
	stack     []openElement
	openCount [tagSlots]int32 // elements in stack by the slot of their tag
	depth     int             // number of nodes that the open elements own
	nodeCount int
	inSVG     bool
	inJSONLD  bool            // the current script is JSON-LD
	overflow  strings.Builder // text after maxNodes
}

// buildTree parses a page. It implements the rules of the HTML standard for omitted and
// misnested tags (13.2.6) as far as they decide which text belongs to which block. The time
// per token is bounded.
func buildTree(page string) *tree { return &newTreeBuilder(page).tree }

// newTreeBuilder returns the builder of the tree of a page, when it is done.
func newTreeBuilder(page string) *treeBuilder {
	if !utf8.ValidString(page) {
		page = strings.ToValidUTF8(page, "\ufffd")
	}
	b := &treeBuilder{}
	b.body = b.newNode(atom.Body)
	b.stack = append(b.stack, openElement{node: b.body, tag: atom.Body, ownsNode: true})
	s := scanner{page: page}
	for {
		t := s.next()
		switch t.kind {
		case endOfPage:
			if b.overflow.Len() > 0 {
				b.flattened = true
				b.body.append(&node{isText: true, text: b.overflow.String()})
			}
			if b.hasShadowRoots {
				exposeShadowRoots(b.body)
			}
			return b
		case textToken:
			b.addText(unescape(t.text))
		case rawToken:
			b.addRawText(t)
		case startToken:
			b.startTag(t)
		case endToken:
			b.endTag(t.tag)
		}
	}
}

// top returns the innermost open element.
func (b *treeBuilder) top() *openElement { return &b.stack[len(b.stack)-1] }

// addText adds a text to the innermost open element. White space between blocks is dropped.
func (b *treeBuilder) addText(s string) {
	if b.inSVG {
		return
	}
	cur := b.top().node
	if cur.last == nil && cur.class&inline == 0 || cur.last != nil && !cur.last.isText && cur.last.class&inline == 0 {
		if s = strings.TrimLeft(s, " \n\t\r\f"); s == "" {
			return
		}
	}
	if b.isFull() {
		b.overflow.WriteString(s)
		return
	}
	n := b.newNode(0)
	n.isText, n.text = true, strings.ReplaceAll(s, "\x00", "")
	cur.append(n)
}

// addRawText processes the text of an element without markup.
func (b *treeBuilder) addRawText(t token) {
	switch t.tag {
	case atom.Title:
		switch top := b.top().node; {
		case b.inSVG && top.tag == atom.Svg && top.first == nil && !b.isFull():
			n := b.newNode(0)
			n.isText, n.text = true, unescape(t.text)
			top.append(n)
		case b.title == "" && !b.inSVG:
			b.title = tokenize.CollapseSpace(unescape(t.text))
		}
	case atom.Textarea:
		b.addText(unescape(t.text))
	case atom.Xmp, atom.Plaintext:
		b.addText(t.text)
	case atom.Noscript, atom.Noframes:
		if len(t.text) >= minEmbeddedBytes && len(b.noscripts) < maxEmbedded {
			b.noscripts = append(b.noscripts, t.text)
		}
	case atom.Script:
		if b.inJSONLD {
			b.readJSONLD(t.text)
		}
		b.saveEmbedded(t.text)
	}
}

// saveEmbedded saves a script or attribute that may contain a document.
func (b *treeBuilder) saveEmbedded(s string) {
	if len(s) >= minEmbeddedBytes && len(b.embedded) < maxEmbedded || len(b.embedded) < maxRSCPushes && strings.Contains(s[:min(len(s), minEmbeddedBytes)], rscPush) {
		b.embedded = append(b.embedded, s)
	}
}

// isFull reports whether the tree has reached maxNodes.
func (b *treeBuilder) isFull() bool { return b.nodeCount >= maxNodes }

// startTag processes a start tag.
func (b *treeBuilder) startTag(t token) {
	class := classOf(t.tag)
	if b.inSVG {
		if class&block == 0 { // only a block ends an unclosed svg element
			return
		}
		b.endTag(atom.Svg)
	}
	switch t.tag {
	case atom.Html, atom.Head, atom.Body, atom.Meta, atom.Base, atom.Link, atom.Frame, atom.Frameset:
		b.readMetadata(t)
		return
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes, atom.Noembed, atom.Iframe:
		b.inJSONLD = t.tag == atom.Script && strings.Contains(strings.ToLower(t.attributes[:min(len(t.attributes), 200)]), "ld+json")
		return
	}
	b.closeImplied(t.tag, class)
	if class&tablePart != 0 && b.findOpen(atom.Table, endsTemplateScope) == 0 || t.tag == atom.Form && b.findOpen(atom.Form, 0) > 0 {
		return // a table part outside a table and a form inside a form are ignored
	}
	if b.isFull() && class&inline == 0 {
		b.overflow.WriteByte('\n')
	}
	if spare := maxOpenElements - len(b.stack); class&void == 0 && (spare < 0 && class&structural == 0 || spare < -maxDepth) {
		return // the text goes to the enclosing element
	}
	elem := openElement{node: b.top().node, tag: t.tag, class: class}
	if !b.isFull() && (b.depth < maxWrapperDepth || b.depth < maxDepth && class&structural != 0) {
		n := b.newNode(t.tag)
		n.class, n.attrs = class, b.readAttributes(t)
		b.hasShadowRoots = b.hasShadowRoots || t.tag == atom.Template && n.has(attrShadowRootMode)
		elem.node.append(n)
		elem.node, elem.ownsNode = n, true
	}
	if class&void != 0 || t.selfClosing && (t.tag == 0 || t.tag == atom.Svg) {
		return
	}
	b.stack = append(b.stack, elem)
	b.openCount[tagSlot(t.tag)]++
	if elem.ownsNode {
		b.depth++
	}
	b.inSVG = t.tag == atom.Svg
}

// trimByteOrderMark returns a page as a string, without a UTF-8 byte order mark.
func trimByteOrderMark(body []byte) string {
	return string(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}
