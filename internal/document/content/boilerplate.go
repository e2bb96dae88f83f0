package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// dropBoilerplate drops the site's boilerplate below n: menus, headers, footers,
// banners and overlays.
func (p *pruner) dropBoilerplate(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() {
			continue
		}
		if reason := p.boilerplateReason(c); reason != notDropped {
			c.drop(reason)
			continue
		}
		if c.words > 0 {
			p.dropBoilerplate(c)
		}
	}
}

// boilerplateReason returns why an element is boilerplate, or notDropped. It examines the
// element's content first and then its name hints. A name alone never drops most of a
// page's prose: the thresholds on the prose share guard against misleading class names.
//
// The thresholds in this file are word counts and shares (0 to 1). They were tuned by hand
// on the extraction fixtures and the evaluation data.
func (p *pruner) boilerplateReason(n *node) dropReason {
	if n.words <= 4 && n.links == 1 && n.fragmentLinkWords == n.words && isTopLink(findTag(n, atom.A)) {
		return aside
	}
	if n.class&(heading|term) != 0 || n.hasTag(atom.Main, atom.Article, atom.P, atom.Li, atom.Td, atom.Th) || n.hinted(hintNote) {
		return notDropped
	}
	share := p.proseShare(n)
	switch {
	case n.fields > 0 && n.words < 120 && share < 0.35 && !hasProseAroundForm(n): // a newsletter, search or contact form
		return form
	case n.placeholders > 0 && n.placeholders*20 > n.words && share < 0.35: // a client-side template without its values
		return unfilled
	case share < 0.5 && isConsentPrompt(n):
		return consentBanner
	case n.hints == 0 || n.hinted(hintCookiePolicy):
		return notDropped
	}
	return hintedReason(n, share)
}

// hintedReason returns why an element with name hints is boilerplate, or notDropped.
// share is its share of the page's prose. The first hint that applies decides.
func hintedReason(n *node, share float64) dropReason {
	switch {
	case n.hinted(hintConsentTool), n.hinted(hintConsent) && (n.buttons > 0 || mentionsCookies(n)):
		return dropIf(isConsentBanner(n, share), consentBanner)
	case isProseInFlow(n) && !n.hinted(hintFooter|hintForm|hintOverlay):
		return notDropped
	case n.hinted(hintFooter):
		return dropIf(isSiteFooter(n, share), siteBoilerplate)
	case n.hinted(hintMenu):
		return dropIf(isMenu(n, share), siteBoilerplate)
	case n.hinted(hintLanguagePicker) && isShortOrLinked(n):
		return dropIf(n.words < 300 && share < 0.3 && !n.hasH1, siteBoilerplate)
	case n.hinted(hintHeader):
		return dropIf(isSiteHeader(n, share), siteBoilerplate)
	case n.hinted(hintSidebar | hintRelated):
		return dropIf(isSidebar(n, share), aside)
	case n.hinted(hintForm):
		return dropIf(isSmallForm(n, share) && !hasProseAroundForm(n), form)
	case n.hinted(hintOverlay):
		return dropIf(isOverlay(n, share), aside)
	case n.hinted(hintSocial | hintUtility):
		return dropIf(isUtility(n), aside)
	case n.hinted(hintPromotion):
		return dropIf(isPromotion(n, share), aside)
	}
	return notDropped
}

// dropIf returns reason if cond is true, else notDropped.
func dropIf(cond bool, reason dropReason) dropReason {
	if cond {
		return reason
	}
	return notDropped
}

// hinted reports whether an element has any of the hints.
func (n *node) hinted(hints nameHints) bool { return n.hints&hints != 0 }

// isSiteFooter reports whether an element with a footer hint is the site's footer. Prose
// inside the main element is not: it may be the last section of the document.
func isSiteFooter(n *node, share float64) bool {
	links := n.linkShare()
	if links < 0.1 && n.prose() >= minFlowWords && (isInside(n, atom.Main, atom.Article) || n.tag == atom.Footer && isInside(n, atom.Section)) && !isCopyrightLine(n) {
		return false
	}
	return share < 0.6 && (n.words < 400 || links > 0.4)
}

// isMenu reports whether an element with a menu hint is a menu: a navigation element
// without most of the page's prose, mostly links, or short and without a heading.
func isMenu(n *node, share float64) bool {
	return (n.tag == atom.Nav || n.attr(attrRole) == "navigation") && (share < 0.6 || !n.hasH1) || n.linkShare() > 0.4 || n.words < 30 && n.headings == 0
}

// isSiteHeader reports whether an element with a header hint is the site's header. The
// element or role is stronger evidence than a class name.
func isSiteHeader(n *node, share float64) bool {
	links := n.linkShare()
	if n.tag == atom.Header || n.attr(attrRole) == "banner" {
		return !n.hasH1 && share < 0.25 && (links > 0.3 || n.words < 20 && n.headings == 0)
	}
	return links > 0.6 && n.headings == 0
}

// isShortOrLinked reports whether an element is a label or partly links. Other elements
// with a language hint may be text about languages and countries.
func isShortOrLinked(n *node) bool { return n.linkShare() > 0.3 || n.words < 30 }

// isSidebar reports whether an element with a sidebar or related hint is links or
// nearly empty.
func isSidebar(n *node, share float64) bool {
	return share < 0.2 && (n.linkShare() > 0.4 || n.words < 5)
}

// isSmallForm reports whether an element with a form hint is a small form.
func isSmallForm(n *node, share float64) bool {
	return share < 0.2 && n.words < 150 && (n.fields > 0 || n.linkShare() > 0.5)
}

// isUtility reports whether an element with a social or utility hint is a few buttons
// or links.
func isUtility(n *node) bool {
	return n.words < 60 && n.headings == 0 && (n.linkShare() > 0.3 || n.words < 15)
}

// isPromotion reports whether an element with a promotion hint is an advertisement or
// a call to action.
func isPromotion(n *node, share float64) bool {
	return n.words < 100 && share < 0.1 && (n.linkShare() > 0 || n.buttons > 0 || n.headings == 0)
}

// isOverlay reports whether an element with an overlay hint is a dialog or a tooltip over
// the page. With a first-level heading it is the document in a dialog.
func isOverlay(n *node, share float64) bool {
	dialog := n.tag == atom.Dialog || n.attr(attrRole) != ""
	return !n.hasH1 && (share < 0.5 && (dialog || n.words < 400) || dialog && mentionsCookies(n))
}

// isTopLink reports whether a link leads to the top of its page or only runs a script:
// "back to top", "expand all".
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

// isInside reports whether n has an ancestor with one of the tags.
func isInside(n *node, tags ...atom.Atom) bool {
	for up := n.parent; up != nil; up = up.parent {
		if up.hasTag(tags...) {
			return true
		}
	}
	return false
}

// hasProseAroundForm reports whether an element with a form in the text has prose of its own:
// a section on opting out that ends in the form. Its form alone is dropped.
func hasProseAroundForm(n *node) bool {
	return proseOutsideForms(n) >= minFormProse && inContentFlow(n)
}

// minFormProse is the minimum length of paragraphs that are text and not the introduction of a
// form. It was chosen by hand.
const minFormProse = 12

// proseOutsideForms returns the number of words of the paragraphs and lists of n that have no
// text field.
func proseOutsideForms(n *node) int {
	if n.fields == 0 {
		if n.hasTag(atom.P, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote) {
			return n.prose()
		}
	}
	words := 0
	for c := n.first; c != nil; c = c.next {
		if c.dropped == notDropped && !c.isText {
			words += proseOutsideForms(c)
		}
	}
	return words
}
