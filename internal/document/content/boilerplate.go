package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

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
