package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// nameHints are what an element's id, classes and role say that it is for, as bits.
type nameHints uint32

const (
	hintFooter         nameHints = 1 << iota
	hintMenu                     // menus, breadcrumbs, pages of a list
	hintHeader                   // of the page
	hintSidebar                  // a column beside the text
	hintRelated                  // other things that may interest
	hintConsent                  // a consent banner or a preference centre
	hintConsentTool              // of a tool that many sites ask for consent with
	hintForm                     // newsletter, search, login
	hintOverlay                  // what lies over the page: dialogs, hints
	hintSocial                   // share buttons and the like
	hintLanguagePicker           // language pickers
	hintUtility                  // print, back to top, "was this helpful?", loading
	hintPromotion                // advertisements, calls to action
	hintScreenReader             // shown to screen readers only
	hintHidden                   // hidden by a class of a common style sheet
	hintCookiePolicy             // what a cookie tool writes into a policy: it is text
)

// classOnlyHints say something only as a class: as ids they are the names of a document's
// sections on just these things.
const classOnlyHints = hintRelated | hintForm | hintSocial | hintLanguagePicker | hintUtility | hintPromotion

// hintsOfName reads one id or class.
func hintsOfName(name string) nameHints {
	var out nameHints
	var has nameParts
	eachWord(name, func(w string) {
		out |= hintWords[w]
		has |= partWords[w]
	})
	for _, t := range partCombinations {
		if has&t.all == t.all {
			out |= t.is
		}
	}
	if has&partPolicy != 0 && out&hintConsent == 0 && (has&partCookie != 0 || out&hintConsentTool != 0) {
		out |= hintCookiePolicy
	}
	if has&partNo != 0 { // "not-sr-only"
		out &^= hintScreenReader
	}
	return out
}

// isShownOnWideScreens says whether a list of classes shows on wide screens what it hides
// on narrow ones: "d-none d-md-block", "hidden md:flex".
func isShownOnWideScreens(list string) bool {
	for _, s := range []string{"block", "flex", "grid", "inline", "table-cell"} {
		if strings.Contains(list, ":"+s) || strings.Contains(list, "-"+s) {
			return true
		}
	}
	return false
}

// eachWord gives the words of a name in lower case: "siteFooter--top" is "site",
// "footer" and "top".
func eachWord(s string, f func(string)) {
	from := 0
	for i := 0; i <= len(s); i++ {
		cut := i == len(s)
		if !cut {
			c := s[i]
			word := isLetter(c) || c >= '0' && c <= '9'
			if word && !(i > from && isUpper(c) && !isUpper(s[i-1])) {
				continue
			}
			if word { // a capital begins a word
				if i-from > 1 {
					f(strings.ToLower(s[from:i]))
				}
				from = i
				continue
			}
		}
		if i-from > 1 {
			f(strings.ToLower(s[from:i]))
		}
		from = i + 1
	}
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// hintsOf gives what an element's id, classes and role say; class lists repeat, so
// they are remembered.
func (p *pruner) hintsOf(n *node) nameHints {
	var out nameHints
	for i := range n.attrs {
		switch n.attrs[i].key {
		case attrID: // a longer one is made of a heading's words
			if strings.Count(n.attrs[i].val, "-") < 4 {
				out |= hintsOfName(n.attrs[i].val) &^ classOnlyHints
			}
		case attrClass:
			list := n.attrs[i].val
			got, known := p.hintCache[list]
			if !known {
				for class := range strings.FieldsSeq(list) {
					got |= hintsOfName(class)
					if hiddenClasses[class] {
						got |= hintHidden
					}
				}
				if got&hintHidden != 0 && isShownOnWideScreens(list) {
					got &^= hintHidden
				}
				p.hintCache[list] = got
			}
			out |= got
		case attrRole:
			out |= roleHints[n.attrs[i].val]
		}
	}
	switch n.tag {
	case atom.Nav:
		out |= hintMenu
	case atom.Footer:
		out |= hintFooter
	case atom.Header:
		out |= hintHeader
	case atom.Aside:
		out |= hintSidebar
	case atom.Dialog:
		out |= hintOverlay
	}
	return out
}
