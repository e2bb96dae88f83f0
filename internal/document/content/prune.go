package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// pruner finds what of a tree is no part of its document.
type pruner struct {
	tree             *tree
	pageURL          string               // the page's address
	hintCache        map[string]nameHints // of class lists that were read
	templates        []*node              // that scripts may fill in
	hidden           []*node              // hidden from sight at first
	droppedButtons   []*node              // buttons that may be the heading of the block behind them
	pageWords        int                  // of the whole page
	pageProse        int                  // of them, not links
	contentRoot      *node                // where the document's text spreads over several blocks
	hiddenTitle      string               // of a first heading that only screen readers see
	documentHeadings []string             // the headings of several documents
}

func newPruner(t *tree, page string) *pruner {
	return &pruner{tree: t, pageURL: page, hintCache: map[string]nameHints{}}
}

// pruneToDocument drops all of a tree but its document.
func (p *pruner) pruneToDocument() {
	body := p.tree.body
	p.measure(body, false, false)
	p.pageWords = int(body.words)
	p.restoreCollapsed()
	p.restoreButtonHeadings()
	body.computeTextHash()
	p.pageProse = body.prose()
	p.dropBoilerplate(body)
	p.contentRoot = p.findContentRoot(body)
	p.dropDuplicates(body, map[uint64]*node{})
	p.dropOuterLinkLists(p.contentRoot)
	p.documentHeadings = p.selectDocument(p.contentRoot)
}

// drop takes a node out of the document and out of its ancestors' counts.
func (n *node) drop(why dropReason) {
	n.dropped = why
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, -1)
		if up.dropped != notDropped {
			return
		}
	}
}

// restore puts a node back that was dropped. The fingerprints around it are those of
// resum, after all that is put back.
func (n *node) restore() {
	n.dropped = notDropped
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, 1)
		if up.dropped != notDropped {
			return
		}
	}
}

// restoreCollapsed puts back what is hidden at first but is text: accordions, tabs, "read
// more". What stays hidden are menus, dialogs and the marks of a script.
func (p *pruner) restoreCollapsed() {
	all := p.tree.body.words
	for _, n := range p.hidden {
		if n.parent.dropped == notDropped { // what another hidden block holds is counted with it
			all += n.words
		}
	}
	for _, n := range p.hidden {
		hints := n.hints | hintsOfName(n.attr(attrID))
		isOverlay := hints&(hintConsent|hintConsentTool|hintOverlay) != 0
		switch {
		case n.words*10 > all*3 && (n.hasH1 || n.words > 300 && n.linkShare() < 0.3 && !isOverlay): // a page that is covered by a dialog, or shown by a script
			n.restore()
		case n.words < 8, n.linkShare() > 0.5, n.fields > 1, isOverlay, hints&(hintMenu|hintForm|hintUtility|hintPromotion|hintFooter) != 0:
		case n.isInline() && n.words < minTextWords:
		default:
			n.restore()
			n.wasCollapsed = true
		}
	}
}

// dropBoilerplate drops the page's own parts below n: menus, headers, footers, banners, and
// what lies over the page.
func (p *pruner) dropBoilerplate(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() {
			continue
		}
		if why := p.boilerplateReason(c); why != notDropped {
			c.drop(why)
			continue
		}
		if c.words > 0 {
			p.dropBoilerplate(c)
		}
	}
}

// proseShare is the share of the page's prose that n has.
func (p *pruner) proseShare(n *node) float64 {
	if p.pageProse == 0 {
		return 0
	}
	return float64(n.prose()) / float64(p.pageProse)
}

// boilerplateReason says why an element is a part of the page and not of its document. A name
// alone does not take away most of a document.
func (p *pruner) boilerplateReason(n *node) dropReason {
	if n.words <= 4 && n.links == 1 && n.fragmentLinkWords == n.words && isTopLink(findTag(n, atom.A)) {
		return aside
	}
	if n.class&(heading|term) != 0 || n.hasTag(atom.Main, atom.Article, atom.P, atom.Li, atom.Td, atom.Th) {
		return notDropped
	}
	share, links, is := p.proseShare(n), n.linkShare(), func(b nameHints) bool { return n.hints&b != 0 }
	switch {
	case n.fields > 0 && n.words < 120 && share < 0.35: // a newsletter box, a search, a contact form
		return aside
	case n.placeholders > 0 && n.placeholders*20 > n.words && share < 0.35: // a pattern that a script was to fill in
		return invisible
	case share < 0.5 && isConsentPrompt(n):
		return consentBanner
	case n.hints == 0 || is(hintCookiePolicy):
	case is(hintConsentTool), is(hintConsent) && (n.buttons > 0 || mentionsCookies(n)):
		if (share < 0.5 || !n.hasH1) && !(n.words > 100 && n.attr(attrRole) == "" && n.isInside(atom.Main, atom.Article)) {
			return consentBanner
		}
	case is(hintFooter):
		if share < 0.6 && (n.words < 400 || links > 0.4) && !(links < 0.1 && n.tag != atom.Footer && n.prose() >= 5 && n.isInside(atom.Main, atom.Article)) {
			return siteBoilerplate
		}
	case is(hintMenu):
		if (n.tag == atom.Nav || n.attr(attrRole) == "navigation") && (share < 0.6 || !n.hasH1) || links > 0.4 || n.words < 30 && n.headings == 0 {
			return siteBoilerplate
		}
	case is(hintLanguagePicker) && (links > 0.3 || n.words < 30):
		if n.words < 300 && share < 0.3 && !n.hasH1 {
			return siteBoilerplate
		}
	case is(hintHeader) && (n.tag == atom.Header || n.attr(attrRole) == "banner"):
		if !n.hasH1 && share < 0.25 && (links > 0.3 || n.words < 20 && n.headings == 0) {
			return siteBoilerplate
		}
	case is(hintHeader):
		if links > 0.6 && n.headings == 0 {
			return siteBoilerplate
		}
	case is(hintSidebar | hintRelated):
		if share < 0.2 && (links > 0.4 || n.words < 5) {
			return aside
		}
	case is(hintForm):
		if share < 0.2 && n.words < 150 && (n.fields > 0 || links > 0.5) {
			return aside
		}
	case is(hintOverlay):
		if dialog := n.tag == atom.Dialog || n.attr(attrRole) != ""; !n.hasH1 && (share < 0.5 && (dialog || n.words < 400) || dialog && mentionsCookies(n)) {
			return aside
		}
	case is(hintSocial | hintUtility):
		if n.words < 60 && n.headings == 0 && (links > 0.3 || n.words < 15) {
			return aside
		}
	case is(hintPromotion):
		if n.words < 100 && share < 0.1 && (links > 0 || n.buttons > 0 || n.headings == 0) {
			return aside
		}
	}
	return notDropped
}

// isTopLink says whether a link leads to the top of its page, or nowhere by itself: "back
// to top", "expand all".
func isTopLink(a *node) bool {
	if a == nil {
		return false
	}
	switch strings.ToLower(a.attr(attrHref)) {
	case "#", "#top", "#pagetop", "#page-top", "#header", "#page":
		return true
	}
	return false
}

// isInside says whether an element of one of these tags is around n.
func (n *node) isInside(tags ...atom.Atom) bool {
	for up := n.parent; up != nil; up = up.parent {
		if up.hasTag(tags...) {
			return true
		}
	}
	return false
}

// isConsentPrompt says whether a block is a banner that asks to agree to cookies: a few
// sentences that begin with them, and something to press.
func isConsentPrompt(n *node) bool {
	if n.words > 150 || n.words < 8 || n.buttons == 0 || n.headings > 1 || n.isInside(atom.Main, atom.Article) {
		return false
	}
	return mentionsCookies(n)
}

// mentionsCookies says whether a block begins with cookies.
func mentionsCookies(n *node) bool {
	return strings.Contains(strings.ToLower(textPrefix(n, 200)), "cookie")
}

// minDuplicateWords is how many words a block has that is not to stand twice.
const minDuplicateWords = 40

// dropDuplicates drops the blocks that are a copy of one before for another width of the
// screen: most of the page, the block's neighbour, or one whose class says so. Texts
// that a document repeats in another section stay.
func (p *pruner) dropDuplicates(n *node, seen map[uint64]*node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() || c.words < minDuplicateWords || c.class&tablePart != 0 || c.tag == atom.P {
			continue
		}
		switch first := seen[c.textHash]; {
		case first == nil:
			seen[c.textHash] = c
		case !first.isAncestorOf(c) && first.dropped == notDropped && (p.proseShare(c) > 0.3 || first.parent == c.parent || c.isResponsiveVariant() || first.isResponsiveVariant()):
			c.drop(aside)
			continue
		}
		p.dropDuplicates(c, seen)
	}
}

// isResponsiveVariant says whether a class of an element, or of the one around it, shows it
// on screens of some widths only.
func (n *node) isResponsiveVariant() bool {
	for range 2 {
		class := n.attr(attrClass)
		for _, w := range []string{"mobile", "desktop", "hide", "hidden", "show-", "visible-", "d-none"} {
			if strings.Contains(class, w) {
				return true
			}
		}
		if n = n.parent; n == nil {
			return false
		}
	}
	return false
}

func (n *node) isAncestorOf(c *node) bool {
	for ; c != nil; c = c.parent {
		if c == n {
			return true
		}
	}
	return false
}
