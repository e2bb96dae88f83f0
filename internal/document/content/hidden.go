package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// restoreCollapsed restores hidden elements that contain text of the document: accordions,
// tabs, "read more". Menus, dialogs and short labels stay dropped. The thresholds were tuned
// by hand on the extraction fixtures.
func (p *pruner) restoreCollapsed() {
	pageWords := p.tree.body.words
	for _, n := range p.hidden {
		if n.parent.dropped == notDropped { // the words of nested hidden elements are part of the outer one's
			pageWords += n.words
		}
	}
	for _, n := range p.hidden {
		hints := n.hints | hintsOfName(n.attr(attrID))
		overlay := hints&(hintConsent|hintConsentTool|hintOverlay) != 0 && !isDialogDocument(n, hints, pageWords)
		switch {
		case isOpen(n, hints):
			n.restore()
		case n.words*10 > pageWords*3 && (n.hasH1 || n.words > 300 && n.linkShare() < 0.3 && !overlay): // a page behind a dialog, or a page that a script makes visible
			n.restore()
		// Labels, menus, forms and overlays stay hidden.
		case n.words == 0, n.fields > 1, overlay, hints&(hintMenu|hintForm|hintUtility|hintPromotion|hintFooter) != 0:
		case (n.words < 8 || n.linkShare() > 0.5) && !isPanel(n):
		case n.isInline() && n.words < minTextWords && (n.words < minInlinePanelWords || !isPanel(n)):
		default:
			n.restore()
			n.wasCollapsed = true
		}
	}
}

// minInlinePanelWords is the minimum length of the rest of a line that "read more" opens. A
// shorter one is the other label of the control. It was chosen by hand.
const minInlinePanelWords = 3

// isOpen reports whether an element with aria-hidden is visible all the same: the attribute
// hides it from screen readers only, which get other words instead. A block of several lines or
// with links is often a panel or a dialog that a script also hides.
func isOpen(n *node, hints nameHints) bool {
	if isHiddenByStyle(n) || isIconFont(n) || hints&(hintMenu|hintForm|hintUtility|hintPromotion|hintOverlay|hintConsent|hintConsentTool) != 0 {
		return false
	}
	return n.isInline() || n.hasTag(atom.P, atom.Li, atom.Td, atom.Th, atom.Dt, atom.Dd) || !n.hasBlock && n.links == 0 && n.fields == 0 && n.words > 0 && inContentFlow(n)
}

// isIconFont reports whether the text of an element is the name of an icon that a font shows.
func isIconFont(n *node) bool {
	class := n.attr(attrClass)
	return strings.Contains(class, "material-icons") || strings.Contains(class, "material-symbols")
}

// isPanel reports whether a control opens a hidden element: the heading or the button of an
// accordion before it, or "read more" before or after it. Its text counts even if it is short or a list of
// links.
func isPanel(n *node) bool {
	if isInside(n, atom.Nav, atom.Header, atom.Footer, atom.Form) {
		return false
	}
	for up, level := n, 0; up != nil && level < 2 && up.tag != atom.Body; up, level = up.parent, level+1 {
		if c := elementBefore(up); c != nil {
			if opensPanel(c) {
				return true
			}
			break
		}
	}
	if isOpenedByFragment(n) {
		return true
	}
	after := n.next
	for after != nil && after.isText {
		after = after.next
	}
	return after != nil && after.class&heading == 0 && after.headings == 0 && opensPanel(after)
}

// isOpenedByFragment reports whether a link near a hidden element leads to it: "read more".
func isOpenedByFragment(n *node) bool {
	id := n.attr(attrID)
	if id == "" || n.parent == nil {
		return false
	}
	found := false
	for c := n.parent.first; c != nil && !found; c = c.next {
		walk(c, func(a *node) bool {
			found = found || a.tag == atom.A && a.attr(attrHref) == "#"+id
			return !found && c.words < maxOpenerWords
		})
	}
	return found
}

// maxOpenerWords is the maximum length of a block that is searched for a link to the panel after
// it. It was chosen by hand.
const maxOpenerWords = 200

// elementBefore returns the last element before n among its siblings, or nil.
func elementBefore(n *node) *node {
	if n.parent == nil {
		return nil
	}
	var before *node
	for c := n.parent.first; c != nil && c != n; c = c.next {
		if !c.isText {
			before = c
		}
	}
	return before
}

// opensPanel reports whether an element is a heading, a button, or contains one that opens a
// panel.
func opensPanel(n *node) bool {
	if n.class&heading != 0 || n.hasTag(atom.Button, atom.Summary, atom.Dt) || n.headings > 0 && n.words < 30 {
		return true
	}
	found := false
	walk(n, func(c *node) bool {
		found = found || !c.isText && (c.has(attrAriaExpanded) || c.has(attrAriaControls) || c.tag == atom.Button || c.attr(attrRole) == "button" || c.tag == atom.A && isScriptLink(c))
		return !found
	})
	return found && n.words < 30
}

// isScriptLink reports whether a link only runs a script of its page.
func isScriptLink(a *node) bool {
	href := strings.ToLower(a.attr(attrHref))
	return href == "#" || href == "" || strings.HasPrefix(href, "javascript:")
}

// isHidden reports whether an element is hidden until the reader interacts with the page, or
// hidden from screen readers.
func isHidden(n *node) bool { return n.attr(attrAriaHidden) == "true" || isHiddenByStyle(n) }

// isHiddenByStyle reports whether an element is hidden until the reader interacts with the page.
func isHiddenByStyle(n *node) bool {
	if n.hints&hintHidden != 0 || n.has(attrHidden) {
		return true
	}
	style := n.attr(attrStyle)
	if len(style) < len("display:none") {
		return false
	}
	style = strings.ToLower(strings.ReplaceAll(style, " ", ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}
