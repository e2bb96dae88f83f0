package content

import "golang.org/x/net/html/atom"

// tagClass is a set of properties of a tag.
type tagClass uint32

const (
	inline     tagClass = 1 << iota // flows within a line
	void                            // has no content and no end tag
	block                           // begins a block, which closes an open paragraph
	heading                         // h1 to h6
	tablePart                       // valid inside a table only
	structural                      // determines the structure of the text; the others only wrap it
	rawText                         // contains text without markup
	cell                            // td, th, caption
	rowGroup                        // tbody and the like
	rowPart                         // closed by a new row
	term                            // dt, dd
	option                          // option or optgroup of a select

	// Scope boundaries: an end tag, or a start tag that implies one, does not close an open
	// element beyond a boundary (HTML standard, 13.2.4.2).
	endsScope          // for most end tags
	endsParagraphScope // for tags that close a paragraph
	endsListItemScope  // for the end tag of a list item
	endsNextItemScope  // for the start tag of a list item
	endsNextTermScope  // for the start tag of dt or dd
	endsTableScope     // for tags that close a table part
	endsCellScope      // for the start tag of a cell
	endsTemplateScope  // for every tag
)

// tagSlots is the number of slots of tables by tag, more than twice the number of tags that have a
// class.
const tagSlots = 512

// tagSlot returns the slot of a tag in a table with tagSlots slots.
func tagSlot(tag atom.Atom) uint32 { return uint32(tag) * 0x9e3779b1 >> 23 } // 2^32 / golden ratio; 9 bits

// classTable holds the tags of tagClasses by slot, with open addressing. Every tag of a page is looked
// up several times, and a lookup in the map takes four times as long.
var classTable = func() (t [tagSlots]struct {
	tag   atom.Atom
	class tagClass
}) {
	for tag, class := range tagClasses {
		i := tagSlot(tag)
		for t[i].tag != 0 {
			i = (i + 1) % tagSlots
		}
		t[i].tag, t[i].class = tag, class
	}
	return t
}()

// classOf returns the class of a tag. An unknown element has none.
func classOf(tag atom.Atom) tagClass {
	for i := tagSlot(tag); ; i = (i + 1) % tagSlots {
		if e := &classTable[i]; e.tag == tag || e.tag == 0 {
			return e.class
		}
	}
}

// tagClasses maps tags to their classes.
var tagClasses = func() map[atom.Atom]tagClass {
	m := map[atom.Atom]tagClass{}
	put := func(c tagClass, tags ...atom.Atom) {
		for _, t := range tags {
			m[t] |= c
		}
	}
	put(inline, atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn, atom.Em, atom.Font,
		atom.I, atom.Ins, atom.Kbd, atom.Label, atom.Mark, atom.Nobr, atom.Q, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub,
		atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr, atom.Img, atom.Button, atom.Slot, atom.Ruby, atom.Rt, atom.Rp, atom.Output, atom.Math, atom.Br)
	put(void, atom.Area, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Keygen, atom.Link, atom.Param, atom.Source, atom.Track, atom.Wbr,
		atom.Meta, atom.Base, atom.Frame)
	put(heading|block|structural, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	put(block, atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset,
		atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Section,
		atom.Summary, atom.Ul, atom.Pre, atom.Listing, atom.Table, atom.Hr, atom.Li, atom.Dd, atom.Dt, atom.Xmp, atom.Plaintext)
	put(tablePart|structural, atom.Caption, atom.Colgroup, atom.Col, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Td, atom.Th)
	put(structural, atom.P, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Table, atom.Pre, atom.Blockquote, atom.Br, atom.Hr, atom.A, atom.Nav,
		atom.Footer, atom.Header, atom.Aside, atom.Template, atom.Button, atom.Select, atom.Svg, atom.Textarea)
	put(rawText, atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Xmp, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext)
	put(cell, atom.Td, atom.Th, atom.Caption)
	put(rowGroup, atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption, atom.Colgroup)
	put(rowPart, atom.Tr, atom.Caption, atom.Colgroup)
	put(term, atom.Dd, atom.Dt)
	put(option, atom.Option, atom.Optgroup)

	put(endsScope|endsParagraphScope|endsListItemScope|endsNextItemScope|endsNextTermScope, atom.Td, atom.Th, atom.Caption, atom.Table, atom.Template, atom.Object, atom.Marquee, atom.Applet, atom.Svg)
	put(endsParagraphScope, atom.Button)
	put(endsListItemScope|endsNextItemScope|endsNextTermScope, atom.Ul, atom.Ol, atom.Menu, atom.Dir)
	// A new list item closes an open one, but not across blocks other than div and p.
	put(endsNextItemScope|endsNextTermScope, atom.Blockquote, atom.Section, atom.Article, atom.Aside, atom.Main, atom.Nav, atom.Header, atom.Footer, atom.Form, atom.Fieldset, atom.Dl,
		atom.Details, atom.Figure, atom.Center)
	put(endsNextTermScope, atom.Li)
	put(endsTableScope|endsCellScope, atom.Table, atom.Template)
	put(endsCellScope, atom.Tr)
	put(endsTemplateScope, atom.Template)
	return m
}()
