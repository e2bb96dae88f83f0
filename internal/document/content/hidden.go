package content

import "strings"

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
		case n.words*10 > pageWords*3 && (n.hasH1 || n.words > 300 && n.linkShare() < 0.3 && !overlay): // a page behind a dialog, or a page that a script makes visible
			n.restore()
		// Labels, menus, forms and overlays stay hidden.
		case n.words < 8, n.linkShare() > 0.5, n.fields > 1, overlay, hints&(hintMenu|hintForm|hintUtility|hintPromotion|hintFooter) != 0:
		case n.isInline() && n.words < minTextWords:
		default:
			n.restore()
			n.wasCollapsed = true
		}
	}
}

// isHidden reports whether an element is hidden until the reader interacts with the page.
func (n *node) isHidden() bool {
	if n.hints&hintHidden != 0 || n.has(attrHidden) || n.attr(attrAriaHidden) == "true" {
		return true
	}
	style := n.attr(attrStyle)
	if len(style) < len("display:none") {
		return false
	}
	style = strings.ToLower(strings.ReplaceAll(style, " ", ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}
