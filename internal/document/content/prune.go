package content

import "golang.org/x/net/html/atom"

// pruner finds what of a tree is no part of its document.
type pruner struct {
	tree      *tree
	page      string           // the page's address
	lists     map[string]names // of class lists that were read
	templates []*node          // that scripts may fill in
	concealed []*node          // hidden from sight at first
	words     int              // of the whole page
	prose     int              // of them, not links
	place     *node            // where the document's text spreads over several blocks
	documents []string         // the headings of several documents
}

func newPruner(t *tree, page string) *pruner {
	return &pruner{tree: t, page: page, lists: map[string]names{}}
}

// document drops all of a tree but its document.
func (p *pruner) document() {
	body := p.tree.body
	p.measure(body, false, false)
	p.words = int(body.words)
	p.reveal()
	p.prose = body.prose()
	p.prune(body)
	p.place = p.narrow(body)
	p.trim(p.place)
	p.documents = p.several(p.place)
}

// drop takes a node out of the document and out of its ancestors' counts.
func (n *node) drop(why reason) {
	n.dropped = why
	for up := n.up; up != nil; up = up.up {
		up.add(n, -1)
		if up.dropped != kept {
			return
		}
	}
}

// restore puts a node back that was dropped.
func (n *node) restore() {
	n.dropped = kept
	for up := n.up; up != nil; up = up.up {
		up.add(n, 1)
		if up.dropped != kept {
			return
		}
	}
}

// reveal puts back what is hidden at first but is text: accordions, tabs, "read
// more". What stays hidden are menus, dialogs and the marks of a script.
func (p *pruner) reveal() {
	for _, n := range p.concealed {
		switch {
		case n.words < 8, n.linkShare() > 0.5, n.names&(namedConsent|namedMenu|namedOver|namedForm|namedTool|namedPromo|namedFooter) != 0, n.forms > 1:
		case n.inLine() && n.words < minHidden:
		default:
			n.restore()
		}
	}
}

// prune drops the page's own parts below n: menus, headers, footers, banners, and
// what lies over the page.
func (p *pruner) prune(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != kept || c.inLine() {
			continue
		}
		if why := p.chrome(c); why != kept {
			c.drop(why)
			continue
		}
		if c.words > 0 {
			p.prune(c)
		}
	}
}

// share is the share of the page's prose that n has.
func (p *pruner) share(n *node) float64 {
	if p.prose == 0 {
		return 0
	}
	return float64(n.prose()) / float64(p.prose)
}

// chrome says why an element is a part of the page and not of its document. A name
// alone does not take away most of a document.
func (p *pruner) chrome(n *node) reason {
	if n.is&(heading|term) != 0 || n.oneOf(atom.Main, atom.Article, atom.P, atom.Li, atom.Td, atom.Th) {
		return kept
	}
	share, links, is := p.share(n), n.linkShare(), func(b names) bool { return n.names&b != 0 }
	switch {
	case n.forms > 0 && n.words < 120 && share < 0.35: // a newsletter box, a search, a contact form
		return beside
	case n.braces > 0 && n.braces*20 > n.words && share < 0.35: // a pattern that a script was to fill in
		return unshown
	case n.names == 0:
	case is(namedPolicy):
		return kept
	case is(namedConsent):
		if share < 0.5 {
			return consent
		}
	case is(namedFooter):
		if share < 0.6 && (n.words < 400 || links > 0.4) {
			return menu
		}
	case is(namedMenu):
		if n.tag == atom.Nav && share < 0.6 || links > 0.4 || n.words < 5 || n.attr(attrRole) == "navigation" && share < 0.3 {
			return menu
		}
	case is(namedTongue):
		if n.words < 300 && share < 0.3 && !n.hasH1 {
			return menu
		}
	case is(namedHeader) && (n.tag == atom.Header || n.attr(attrRole) == "banner"):
		if !n.hasH1 && share < 0.25 && (links > 0.3 || n.words < 20 && n.heads == 0) {
			return menu
		}
	case is(namedHeader):
		if links > 0.6 && n.heads == 0 {
			return menu
		}
	case is(namedSide):
		if share < 0.2 && (links > 0.4 || n.words < 5) {
			return beside
		}
	case is(namedForm):
		if share < 0.2 && n.words < 150 && (n.forms > 0 || links > 0.5) {
			return beside
		}
	case is(namedOver):
		if share < 0.5 && (n.tag == atom.Dialog || n.attr(attrRole) != "" || n.words < 400) {
			return beside
		}
	case is(namedSocial | namedTool):
		if n.words < 60 && n.heads == 0 && (links > 0.3 || n.words < 15) {
			return beside
		}
	case is(namedPromo):
		if n.words < 100 && share < 0.1 {
			return beside
		}
	}
	return kept
}
