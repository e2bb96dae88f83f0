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

// hintWords name an element alone, whatever stands beside them in a class or an id.
var hintWords = invertWordLists(map[nameHints]string{
	hintFooter:  "footer colophon footernav pagefooter sitefooter fusszeile",
	hintMenu:    "nav navbar navigation navi menu menus menubar submenu megamenu subnav sidenav topnav mainnav sitenav breadcrumb breadcrumbs pagination pager sitemap hamburger",
	hintHeader:  "header masthead topbar banner",
	hintSidebar: "sidebar aside rail",
	hintRelated: "related recommended recommendations teaser teasers",
	hintConsentTool: `onetrust cookiebanner cookieconsent cookiebar cookienotice cookielaw cybotcookiebotdialog didomi usercentrics truste osano klaro
		tarteaucitron axeptio cookiescript borlabscookie cmplz cookiefirst cookieyes cky cmpbox`,
	hintForm:         "newsletter subscribe signup login signin search searchbox searchform",
	hintOverlay:      "modal popup overlay lightbox toast tooltip popover offcanvas drawer",
	hintSocial:       "share sharing social socials addtoany addthis sharethis",
	hintUtility:      "comments respond disqus feedback helpful rating backtotop totop print loader loading spinner skeleton noprint toolbar",
	hintPromotion:    "ad ads advert advertisement sponsor sponsored promo promotion cta upsell nojs outdated",
	hintScreenReader: "sronly visuallyhidden screenreader offscreen skiplink skiplinks",
	hintCookiePolicy: "cookiedeclaration",
})

// nameParts are words that name an element only together with others of one class or id.
type nameParts uint32

const (
	partCookie nameParts = 1 << iota
	partPrivacy
	partConsent
	partBanner
	partLanguage
	partPicker
	partSR
	partOnly
	partVisually
	partHidden
	partScreen
	partReader
	partPolicy
	partBack
	partTop
	partNo
	partSkip
	partTo
	partJS
)

var partWords = invertWordLists(map[nameParts]string{
	partCookie:   "cookie cookies",
	partPrivacy:  "privacy gdpr ccpa cc cmp iubenda termly",
	partConsent:  "consent",
	partBanner:   "banner bar popup modal message notification alert dialog overlay prompt manager preferences law window wall cs",
	partLanguage: "lang langs language languages locale country region",
	partPicker:   "switch switcher select selector selection picker list dropdown chooser toggle",
	partSR:       "sr",
	partOnly:     "only",
	partVisually: "visually a11y element assistive",
	partHidden:   "hidden invisible",
	partScreen:   "screen",
	partReader:   "reader",
	partPolicy:   "policy declaration document",
	partBack:     "back",
	partTop:      "top",
	partNo:       "no not",
	partSkip:     "skip",
	partTo:       "to link links content",
	partJS:       "js javascript",
})

// partCombinations are the parts that name an element if all of them are there.
var partCombinations = []struct {
	all nameParts
	is  nameHints
}{
	{partCookie | partBanner, hintConsent},
	{partCookie | partConsent, hintConsent},
	{partPrivacy | partBanner, hintConsent},
	{partPrivacy | partConsent, hintConsent},
	{partConsent | partBanner, hintConsent},
	{partLanguage | partPicker, hintLanguagePicker},
	{partSR | partOnly, hintScreenReader},
	{partVisually | partHidden, hintScreenReader},
	{partScreen | partReader, hintScreenReader},
	{partReader | partOnly, hintScreenReader},
	{partSkip | partTo, hintScreenReader},
	{partBack | partTop, hintUtility},
	{partNo | partJS, hintPromotion},
}

// invertWordLists turns lists of words by meaning into meanings by word.
func invertWordLists[K nameHints | nameParts](lists map[K]string) map[string]K {
	m := map[string]K{}
	for k, list := range lists {
		for w := range strings.FieldsSeq(list) {
			m[w] |= k
		}
	}
	return m
}

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

// hiddenClasses hide an element at first, in the style sheets that many sites use.
var hiddenClasses = map[string]bool{
	"hidden": true, "hide": true, "d-none": true, "is-hidden": true, "u-hidden": true, "js-hidden": true, "invisible": true, "displaynone": true, "displayNone": true, "display-none": true,
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

var roleHints = map[string]nameHints{
	"navigation": hintMenu, "menu": hintMenu, "menubar": hintMenu, "banner": hintHeader, "contentinfo": hintFooter, "complementary": hintSidebar,
	"dialog": hintOverlay, "alertdialog": hintOverlay, "search": hintForm, "tooltip": hintOverlay, "toolbar": hintUtility,
}
