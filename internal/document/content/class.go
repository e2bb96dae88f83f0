package content

import "golang.org/x/net/html/atom"

// class is what a tag is, as a set of bits.
type class uint32

const (
	inline     class = 1 << iota // stands within a line
	void                         // has nothing below it
	block                        // begins a block of its own: closes a paragraph that was left open
	heading                      // h1 to h6
	tablePart                    // means nothing outside a table
	structural                   // shapes the text; others only wrap it
	rawText                      // has text without tags in it
	cell                         // td, th, caption
	rowGroup                     // tbody and its like
	rowPart                      // what a new row closes
	term                         // dt, dd
	option                       // of a select

	// What hides an open element from an end tag or from what implies one (ExtractHTML
	// standard, 13.2.4.2).
	barsBlock    // from most end tags
	barsP        // from what closes a paragraph
	barsItem     // from the end tag of a list item
	barsLi       // from a next list item
	barsTerm     // from a next term
	barsTable    // from the end of a part of a table
	barsCell     // from a next cell
	barsTemplate // from everything
)

// classes of the tags; one that is not here is an element that ExtractHTML does not know.
var classes = func() map[atom.Atom]class {
	m := map[atom.Atom]class{}
	put := func(c class, tags ...atom.Atom) {
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

	put(barsBlock|barsP|barsItem|barsLi|barsTerm, atom.Td, atom.Th, atom.Caption, atom.Table, atom.Template, atom.Object, atom.Marquee, atom.Applet, atom.Svg)
	put(barsP, atom.Button)
	put(barsItem|barsLi|barsTerm, atom.Ul, atom.Ol, atom.Menu, atom.Dir)
	// A list item that was left open is closed by the next one, but not across
	// another block than a div or a paragraph.
	put(barsLi|barsTerm, atom.Blockquote, atom.Section, atom.Article, atom.Aside, atom.Main, atom.Nav, atom.Header, atom.Footer, atom.Form, atom.Fieldset, atom.Dl,
		atom.Details, atom.Figure, atom.Center)
	put(barsTerm, atom.Li)
	put(barsTable|barsCell, atom.Table, atom.Template)
	put(barsCell, atom.Tr)
	put(barsTemplate, atom.Template)
	return m
}()
