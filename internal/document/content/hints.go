package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// nameHints is a set of purposes that the ID, the classes, the role and the tag of an
// element suggest.
type nameHints uint32

const (
	hintFooter         nameHints = 1 << iota
	hintMenu                     // menus, breadcrumbs, pagination
	hintHeader                   // the page's header
	hintSidebar                  // a column next to the text
	hintRelated                  // related content
	hintConsent                  // a consent banner or preference center
	hintConsentTool              // a widely used consent management tool
	hintForm                     // newsletter, search, login
	hintOverlay                  // content over the page: dialogs, tooltips
	hintSocial                   // share buttons
	hintLanguagePicker           // language and country pickers
	hintUtility                  // print, back to top, "was this helpful?", loading
	hintPromotion                // advertisements, calls to action
	hintScreenReader             // visible to screen readers only
	hintHidden                   // hidden by a class of a widely used style sheet
	hintNote                     // footnotes and endnotes; never dropped by name
	hintCookiePolicy             // text that a consent tool writes into a cookie policy; never dropped by name
)

// classOnlyHints holds the hints that only a class gives. In an ID, the same words usually
// name the anchor of a section about that subject.
const classOnlyHints = hintRelated | hintForm | hintSocial | hintLanguagePicker | hintUtility | hintPromotion

// hintsOfName returns the hints of one ID or class.
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

// isShownOnWideScreens reports whether a class list hides an element on narrow screens only:
// "d-none d-md-block", "hidden md:flex".
func isShownOnWideScreens(list string) bool {
	for _, s := range []string{"block", "flex", "grid", "inline", "table-cell"} {
		if strings.Contains(list, ":"+s) || strings.Contains(list, "-"+s) {
			return true
		}
	}
	return false
}

// eachWord calls f with each word of a name in lower case: "siteFooter--top" gives "site",
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
			if word { // an upper-case letter begins a word
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

// isUpper reports whether c is an ASCII upper-case letter.
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// hintsOf returns the hints of an element's ID, classes, role and tag. Class lists repeat
// on a page, so their hints are cached.
func (p *pruner) hintsOf(n *node) nameHints {
	var out nameHints
	for i := range n.attrs {
		switch n.attrs[i].key {
		case attrID: // an ID with more dashes is a slug of a heading
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
