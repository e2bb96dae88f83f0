package content

import (
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/boilerplate"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// isConsentBanner reports whether an element with a consent hint is a banner. Inside the text
// of a page such a name is usually that of a section about cookies. There, a banner is a dialog
// or has a control that accepts or rejects cookies. An element with the page's first-level
// heading and at least half of its prose is no banner anywhere.
func isConsentBanner(n *node, share float64) bool {
	if share >= 0.5 && n.hasH1 {
		return false
	}
	if isDialog(n) || !inContentFlow(n) {
		return true
	}
	return n.words <= maxBannerWords && asksForDecision(n)
}

// maxBannerWords is the maximum length of a banner inside the text of a page. It was chosen by
// hand.
const maxBannerWords = 150

// isDialog reports whether an element is a dialog by its tag or role.
func isDialog(n *node) bool {
	role := n.attr(attrRole)
	return n.tag == atom.Dialog || role == "dialog" || role == "alertdialog"
}

// isConsentPrompt reports whether a block without a consent hint asks for consent to cookies:
// it has a button and a few sentences that mention cookies at the beginning. Next to a text
// block it must have a control that accepts or rejects cookies.
func isConsentPrompt(n *node) bool {
	if n.words > maxBannerWords || n.words < 8 || n.buttons == 0 || n.headings > 1 || isInside(n, atom.Main, atom.Article) || !mentionsCookies(n) {
		return false
	}
	return !inContentFlow(n) || asksForDecision(n)
}

// mentionsCookies reports whether the first 200 bytes of a block mention cookies.
func mentionsCookies(n *node) bool {
	return strings.Contains(strings.ToLower(textPrefix(n, 200)), "cookie")
}

// maxControlWords is the maximum length of the label of a control.
const maxControlWords = 6

// asksForDecision reports whether an element has a button or a link that accepts or rejects
// cookies. Buttons count although they are dropped.
func asksForDecision(n *node) bool {
	found := false
	walk(n, func(c *node) bool {
		switch {
		case found || c.isText:
			return false
		case (c.hasTag(atom.Button, atom.A, atom.Input) || c.attr(attrRole) == "button") && c.words <= maxControlWords:
			label := c.attr(attrValue)
			if label == "" {
				label = textOfControl(c)
			}
			found = boilerplate.IsConsentDecision(string(tokenize.Fold(nil, label)))
			return false
		}
		return true
	})
	return found
}

// textOfControl returns the text of a control, which is dropped itself.
func textOfControl(n *node) string {
	if n.isText {
		return n.text
	}
	return tokenize.CollapseSpace(allText(n))
}
