package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// pruner finds what of a tree is no part of its document.
type pruner struct {
	tree      *tree
	page      string           // the page's address
	lists     map[string]names // of class lists that were read
	templates []*node          // that scripts may fill in
	concealed []*node          // hidden from sight at first
	pressed   []*node          // buttons that may be the heading of the block behind them
	words     int              // of the whole page
	prose     int              // of them, not links
	place     *node            // where the document's text spreads over several blocks
	title     string           // of a first heading that only screen readers see
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
	p.nameSections()
	body.resum()
	p.prose = body.prose()
	p.prune(body)
	p.place = p.narrow(body)
	p.single(body, map[uint64]*node{})
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

// restore puts a node back that was dropped. The fingerprints around it are those of
// resum, after all that is put back.
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
	all := p.tree.body.words
	for _, n := range p.concealed {
		if n.up.dropped == kept { // what another hidden block holds is counted with it
			all += n.words
		}
	}
	for _, n := range p.concealed {
		named := n.names | namesOf(n.attr(attrID))
		over := named&(namedConsent|namedWidget|namedOver) != 0
		switch {
		case n.words*10 > all*3 && (n.hasH1 || n.words > 300 && n.linkShare() < 0.3 && !over): // a page that is covered by a dialog, or shown by a script
			n.restore()
		case n.words < 8, n.linkShare() > 0.5, n.forms > 1, over, named&(namedMenu|namedForm|namedTool|namedPromo|namedFooter) != 0:
		case n.inLine() && n.words < minHidden:
		default:
			n.restore()
			n.revealed = true
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
	if n.words <= 4 && n.items == 1 && n.inner == n.words && upward(find(n, atom.A)) {
		return beside
	}
	if n.is&(heading|term) != 0 || n.oneOf(atom.Main, atom.Article, atom.P, atom.Li, atom.Td, atom.Th) {
		return kept
	}
	share, links, is := p.share(n), n.linkShare(), func(b names) bool { return n.names&b != 0 }
	switch {
	case n.forms > 0 && n.words < 120 && share < 0.35: // a newsletter box, a search, a contact form
		return beside
	case n.braces > 0 && n.braces*20 > n.words && share < 0.35: // a pattern that a script was to fill in
		return unshown
	case share < 0.5 && asksConsent(n):
		return consent
	case n.names == 0 || is(namedPolicy):
	case is(namedWidget), is(namedConsent) && (n.buttons > 0 || mentionsCookies(n)):
		if (share < 0.5 || !n.hasH1) && !(n.words > 100 && n.attr(attrRole) == "" && n.within(atom.Main, atom.Article)) {
			return consent
		}
	case is(namedFooter):
		if share < 0.6 && (n.words < 400 || links > 0.4) && !(links < 0.1 && n.tag != atom.Footer && n.prose() >= 5 && n.within(atom.Main, atom.Article)) {
			return menu
		}
	case is(namedMenu):
		if (n.tag == atom.Nav || n.attr(attrRole) == "navigation") && (share < 0.6 || !n.hasH1) || links > 0.4 || n.words < 30 && n.heads == 0 {
			return menu
		}
	case is(namedTongue) && (links > 0.3 || n.words < 30):
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
	case is(namedSide | namedRelated):
		if share < 0.2 && (links > 0.4 || n.words < 5) {
			return beside
		}
	case is(namedForm):
		if share < 0.2 && n.words < 150 && (n.forms > 0 || links > 0.5) {
			return beside
		}
	case is(namedOver):
		if dialog := n.tag == atom.Dialog || n.attr(attrRole) != ""; !n.hasH1 && (share < 0.5 && (dialog || n.words < 400) || dialog && mentionsCookies(n)) {
			return beside
		}
	case is(namedSocial | namedTool):
		if n.words < 60 && n.heads == 0 && (links > 0.3 || n.words < 15) {
			return beside
		}
	case is(namedPromo):
		if n.words < 100 && share < 0.1 && (links > 0 || n.buttons > 0 || n.heads == 0) {
			return beside
		}
	}
	return kept
}

// upward says whether a link leads to the top of its page, or nowhere by itself: "back
// to top", "expand all".
func upward(a *node) bool {
	if a == nil {
		return false
	}
	switch strings.ToLower(a.attr(attrHref)) {
	case "#", "#top", "#pagetop", "#page-top", "#header", "#page":
		return true
	}
	return false
}

// within says whether an element of one of these tags is around n.
func (n *node) within(tags ...atom.Atom) bool {
	for up := n.up; up != nil; up = up.up {
		if up.oneOf(tags...) {
			return true
		}
	}
	return false
}

// asksConsent says whether a block is a banner that asks to agree to cookies: a few
// sentences that begin with them, and something to press.
func asksConsent(n *node) bool {
	if n.words > 150 || n.words < 8 || n.buttons == 0 || n.heads > 1 || n.within(atom.Main, atom.Article) {
		return false
	}
	return mentionsCookies(n)
}

// mentionsCookies says whether a block begins with cookies.
func mentionsCookies(n *node) bool {
	return strings.Contains(strings.ToLower(beginning(n, 200)), "cookie")
}

// minTwin is how many words a block has that is not to stand twice.
const minTwin = 40

// single drops the blocks that are a copy of one before for another width of the
// screen: most of the page, the block's neighbour, or one whose class says so. Texts
// that a document repeats in another section stay.
func (p *pruner) single(n *node, seen map[uint64]*node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != kept || c.inLine() || c.words < minTwin || c.is&tablePart != 0 || c.tag == atom.P {
			continue
		}
		switch first := seen[c.sum]; {
		case first == nil:
			seen[c.sum] = c
		case !first.above(c) && first.dropped == kept && (p.share(c) > 0.3 || first.up == c.up || c.forSomeScreens() || first.forSomeScreens()):
			c.drop(beside)
			continue
		}
		p.single(c, seen)
	}
}

// forSomeScreens says whether a class of an element, or of the one around it, shows it
// on screens of some widths only.
func (n *node) forSomeScreens() bool {
	for range 2 {
		class := n.attr(attrClass)
		for _, w := range []string{"mobile", "desktop", "hide", "hidden", "show-", "visible-", "d-none"} {
			if strings.Contains(class, w) {
				return true
			}
		}
		if n = n.up; n == nil {
			return false
		}
	}
	return false
}

func (n *node) above(c *node) bool {
	for ; c != nil; c = c.up {
		if c == n {
			return true
		}
	}
	return false
}
