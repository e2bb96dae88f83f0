package content

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// Bounds of a tree. They let every real page through, and keep what a hostile one
// costs below a few times its own size.
const (
	// maxNodes are kept; the text of what follows is kept without its elements.
	maxNodes = 150_000
	// maxWrappers is how deep elements that only wrap are kept, and maxDepth how deep
	// any is: below it, text belongs to the last element that was kept. Browsers stop at 512.
	maxWrappers = 200
	maxDepth    = 500
	// maxOpen elements are remembered until they are closed.
	maxOpen = 20_000
	// maxLook is how far down the open elements a match is looked for.
	maxLook = 512
	// maxStash bounds the scripts and data attributes that are kept aside, in number.
	maxStash = 200
	// minStash is the least length of a script or an attribute that may hold a document.
	minStash = 400
)

// tree is a page as it was built.
type tree struct {
	body  *node
	title string // of the title element
	lang  string // as declared
	base  string // of the base element
	// modified is when the page's metadata say that it was changed, as they write it.
	modified string
	// stash has the scripts and data attributes that may hold a document as JSON, and
	// unscripted what is shown where no scripts run.
	stash      []string
	unscripted []string
	// flat says that there was too much for a tree, and some text lost its elements.
	flat bool
	// shadows says that there are shadow roots in the tree.
	shadows bool
}

// open is an element that was not closed yet.
type open struct {
	node  *node // that children belong to
	tag   atom.Atom
	is    class
	kept  bool // node is this element's own
	ended bool // its end tag was seen, but blocks within it were open
}

type builder struct {
	tree
	arena  []node
	attrs  []attribute
	stack  []open
	opened map[atom.Atom]int // how many of a tag are in stack
	depth  int               // of kept elements
	nodes  int
	inSVG  bool
	linked bool            // the script that begins is linked data
	rest   strings.Builder // text beyond maxNodes
}

// build makes the tree of a page. It follows the rules of the ExtractHTML standard for
// what is left out or closed wrongly (section 13.2.6) as far as they decide which
// text belongs to which block, each step in constant time.
func build(page string) *tree {
	if !utf8.ValidString(page) {
		page = strings.ToValidUTF8(page, "\ufffd")
	}
	b := &builder{opened: map[atom.Atom]int{}}
	b.body = b.newNode(atom.Body)
	b.stack = append(b.stack, open{node: b.body, tag: atom.Body, kept: true})
	s := scanner{page: page}
	for {
		t := s.next()
		switch t.kind {
		case endOfPage:
			if b.rest.Len() > 0 {
				b.flat = true
				b.body.append(&node{isText: true, text: b.rest.String()})
			}
			if b.shadows {
				expose(b.body)
			}
			return &b.tree
		case textToken:
			b.text(unescape(t.text))
		case rawToken:
			b.raw(t)
		case startToken:
			b.start(t)
		case endToken:
			b.end(t.tag)
		}
	}
}

func (b *builder) newNode(tag atom.Atom) *node {
	if len(b.arena) == 0 {
		b.arena = make([]node, min(1024, 64+b.nodes))
	}
	n := &b.arena[0]
	b.arena = b.arena[1:]
	n.tag = tag
	b.nodes++
	return n
}

func (b *builder) top() *open { return &b.stack[len(b.stack)-1] }

func (b *builder) text(s string) {
	if b.inSVG {
		return
	}
	cur := b.top().node
	if cur.last == nil && cur.is&inline == 0 || cur.last != nil && !cur.last.isText && cur.last.is&inline == 0 {
		if s = strings.TrimLeft(s, " \n\t\r\f"); s == "" {
			return
		}
	}
	if b.full() {
		b.rest.WriteString(s)
		return
	}
	n := b.newNode(0)
	n.isText, n.text = true, strings.ReplaceAll(s, "\x00", "")
	cur.append(n)
}

// raw takes the text of an element without markup.
func (b *builder) raw(t token) {
	switch t.tag {
	case atom.Title:
		if b.title == "" && !b.inSVG {
			b.title = plain.CollapseSpace(unescape(t.text))
		}
	case atom.Textarea:
		b.text(unescape(t.text))
	case atom.Xmp, atom.Plaintext:
		b.text(t.text)
	case atom.Noscript, atom.Noframes:
		if len(t.text) >= minStash && len(b.unscripted) < maxStash {
			b.unscripted = append(b.unscripted, t.text)
		}
	case atom.Script:
		if b.linked {
			b.linkedData(t.text)
		}
		b.keepAside(t.text)
	}
}

func (b *builder) keepAside(s string) {
	if len(s) >= minStash && len(b.stash) < maxStash || len(b.stash) < maxPushes && strings.Contains(s[:min(len(s), minStash)], flightPush) {
		b.stash = append(b.stash, s)
	}
}

func (b *builder) full() bool { return b.nodes >= maxNodes }

func (b *builder) start(t token) {
	is := classes[t.tag]
	if b.inSVG {
		if is&block == 0 { // only a block ends a drawing that was left open
			return
		}
		b.end(atom.Svg)
	}
	switch t.tag {
	case atom.Html, atom.Head, atom.Body, atom.Meta, atom.Base, atom.Link, atom.Frame, atom.Frameset:
		b.head(t)
		return
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes, atom.Noembed, atom.Iframe:
		b.linked = t.tag == atom.Script && strings.Contains(strings.ToLower(t.attributes[:min(len(t.attributes), 200)]), "ld+json")
		return
	}
	b.imply(t.tag, is)
	if is&tablePart != 0 && b.look(atom.Table, barsTemplate) == 0 || t.tag == atom.Form && b.look(atom.Form, 0) > 0 {
		return // a cell without a table is nothing, nor is a form in a form
	}
	if b.full() && is&inline == 0 {
		b.rest.WriteByte('\n')
	}
	if room := maxOpen - len(b.stack); is&void == 0 && (room < 0 && is&structural == 0 || room < -maxDepth) {
		return // its text belongs to what is around it
	}
	o := open{node: b.top().node, tag: t.tag, is: is}
	if !b.full() && (b.depth < maxWrappers || b.depth < maxDepth && is&structural != 0) {
		n := b.newNode(t.tag)
		n.is, n.attrs = is, b.read(t)
		b.shadows = b.shadows || t.tag == atom.Template && n.has(attrShadow)
		o.node.append(n)
		o.node, o.kept = n, true
	}
	if is&void != 0 || t.closed && (t.tag == 0 || t.tag == atom.Svg) {
		return
	}
	b.stack = append(b.stack, o)
	b.opened[t.tag]++
	if o.kept {
		b.depth++
	}
	b.inSVG = t.tag == atom.Svg
}

// head takes what a page says of itself outside its text.
func (b *builder) head(t token) {
	attrs := b.read(t)
	n := node{attrs: attrs}
	switch t.tag {
	case atom.Html:
		if b.lang == "" {
			b.lang = n.attr(attrLang)
		}
	case atom.Body:
		if len(b.body.attrs) == 0 {
			b.body.attrs = attrs
		}
	case atom.Meta:
		if b.lang == "" && strings.EqualFold(n.attr(attrEquiv), "content-language") {
			b.lang = n.attr(attrContent)
		}
		b.modifiedBy(&n)
	case atom.Base:
		if b.base == "" {
			b.base = n.attr(attrHref)
		}
	}
}

// read gives the attributes of a tag that matter.
func (b *builder) read(t token) []attribute {
	if len(t.attributes) < 2 {
		return nil
	}
	from := len(b.attrs)
	eachAttribute(t.attributes, func(name, value string) {
		key := attrKeys[name]
		if key == 0 && !lower(name) {
			key = attrKeys[strings.ToLower(name)]
		}
		switch {
		case key == attrSrc && t.tag != atom.Img || key == attrContent && t.tag != atom.Meta:
		case key == attrSrc && strings.HasPrefix(value, "data:"):
		case key != 0:
			b.attrs = append(b.attrs, attribute{key, unescapeValue(value)})
		case len(value) >= minStash && (value[0] == '{' || value[0] == '['):
			b.keepAside(unescapeValue(value))
		}
	})
	out := b.attrs[from:len(b.attrs):len(b.attrs)]
	if cap(b.attrs)-len(b.attrs) < maxAttributes {
		b.attrs = make([]attribute, 0, 1024)
	}
	return out
}

func lower(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

// toText is a page's bytes as a string, without a byte order mark.
func toText(body []byte) string { return string(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))) }
