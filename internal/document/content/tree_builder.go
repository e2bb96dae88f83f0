package content

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// Bounds of a tree. They let every real page through, and keep what a hostile one
// costs below a few times its own size.
const (
	// maxNodes are kept; the text of what follows is kept without its elements.
	maxNodes = 150_000
	// maxWrapperDepth is how deep elements that only wrap are kept, and maxDepth how deep
	// any is: below it, text belongs to the last element that was kept. Browsers stop at 512.
	maxWrapperDepth = 200
	maxDepth        = 500
	// maxOpenElements elements are remembered until they are closed.
	maxOpenElements = 20_000
	// maxStackSearch is how far down the open elements a match is looked for.
	maxStackSearch = 512
	// maxEmbedded bounds the scripts and data attributes that are kept aside, in number.
	maxEmbedded = 200
	// minEmbeddedBytes is the least length of a script or an attribute that may hold a document.
	minEmbeddedBytes = 400
)

// tree is a page as it was built.
type tree struct {
	body     *node
	title    string // of the title element
	lang     string // as declared
	baseHref string // of the base element
	// modified is when the page's metadata say that it was changed, as they write it.
	modified string
	// embedded has the scripts and data attributes that may hold a document as JSON, and
	// unscripted what is shown where no scripts run.
	embedded  []string
	noscripts []string
	// flattened says that there was too much for a tree, and some text lost its elements.
	flattened bool
	// hasShadowRoots says that there are shadow roots in the tree.
	hasShadowRoots bool
}

// openElement is an element that was not closed yet.
type openElement struct {
	node       *node // that children belong to
	tag        atom.Atom
	class      tagClass
	ownsNode   bool // node is this element's own
	endTagSeen bool // its end tag was seen, but blocks within it were open
}

type treeBuilder struct {
	tree
	nodeArena []node
	attrArena []attribute
	stack     []openElement
	openCount map[atom.Atom]int // how many of a tag are in stack
	depth     int               // of kept elements
	nodeCount int
	inSVG     bool
	inJSONLD  bool            // the script that begins is linked data
	overflow  strings.Builder // text beyond maxNodes
}

// buildTree makes the tree of a page. It follows the rules of the ExtractHTML standard for
// what is left out or closed wrongly (section 13.2.6) as far as they decide which
// text belongs to which block, each step in constant time.
func buildTree(page string) *tree {
	if !utf8.ValidString(page) {
		page = strings.ToValidUTF8(page, "\ufffd")
	}
	b := &treeBuilder{openCount: map[atom.Atom]int{}}
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
			return &b.tree
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

func (b *treeBuilder) newNode(tag atom.Atom) *node {
	if len(b.nodeArena) == 0 {
		b.nodeArena = make([]node, min(1024, 64+b.nodeCount))
	}
	n := &b.nodeArena[0]
	b.nodeArena = b.nodeArena[1:]
	n.tag = tag
	b.nodeCount++
	return n
}

func (b *treeBuilder) top() *openElement { return &b.stack[len(b.stack)-1] }

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

// addRawText takes the text of an element without markup.
func (b *treeBuilder) addRawText(t token) {
	switch t.tag {
	case atom.Title:
		if b.title == "" && !b.inSVG {
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

func (b *treeBuilder) saveEmbedded(s string) {
	if len(s) >= minEmbeddedBytes && len(b.embedded) < maxEmbedded || len(b.embedded) < maxRSCPushes && strings.Contains(s[:min(len(s), minEmbeddedBytes)], rscPush) {
		b.embedded = append(b.embedded, s)
	}
}

func (b *treeBuilder) isFull() bool { return b.nodeCount >= maxNodes }

func (b *treeBuilder) startTag(t token) {
	class := tagClasses[t.tag]
	if b.inSVG {
		if class&block == 0 { // only a block ends a drawing that was left open
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
		return // a cell without a table is nothing, nor is a form in a form
	}
	if b.isFull() && class&inline == 0 {
		b.overflow.WriteByte('\n')
	}
	if spare := maxOpenElements - len(b.stack); class&void == 0 && (spare < 0 && class&structural == 0 || spare < -maxDepth) {
		return // its text belongs to what is around it
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
	b.openCount[t.tag]++
	if elem.ownsNode {
		b.depth++
	}
	b.inSVG = t.tag == atom.Svg
}

// trimByteOrderMark is a page's bytes as a string, without a byte order mark.
func trimByteOrderMark(body []byte) string {
	return string(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}
