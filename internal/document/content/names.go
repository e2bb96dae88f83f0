package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// names are what an element's id, classes and role say that it is for, as bits.
type names uint32

const (
	namedFooter  names = 1 << iota
	namedMenu          // menus, breadcrumbs, pages of a list
	namedHeader        // of the page
	namedSide          // a column beside the text
	namedRelated       // other things that may interest
	namedConsent       // a consent banner or a preference centre
	namedWidget        // of a tool that many sites ask for consent with
	namedForm          // newsletter, search, login
	namedOver          // what lies over the page: dialogs, hints
	namedSocial        // share buttons and the like
	namedTongue        // language pickers
	namedTool          // print, back to top, "was this helpful?", loading
	namedPromo         // advertisements, calls to action
	namedUnseen        // shown to screen readers only
	namedHidden        // hidden by a class of a common style sheet
	namedPolicy        // what a cookie tool writes into a policy: it is text
)

// weakNames say something only as a class: as ids they are the names of a document's
// sections on just these things.
const weakNames = namedRelated | namedForm | namedSocial | namedTongue | namedTool | namedPromo

// nameWords name an element alone, whatever stands beside them in a class or an id.
var nameWords = table(map[names]string{
	namedFooter:  "footer colophon footernav pagefooter sitefooter fusszeile",
	namedMenu:    "nav navbar navigation navi menu menus menubar submenu megamenu subnav sidenav topnav mainnav sitenav breadcrumb breadcrumbs pagination pager sitemap hamburger",
	namedHeader:  "header masthead topbar banner",
	namedSide:    "sidebar aside rail",
	namedRelated: "related recommended recommendations teaser teasers",
	namedWidget: `onetrust cookiebanner cookieconsent cookiebar cookienotice cookielaw cybotcookiebotdialog didomi usercentrics truste osano klaro
		tarteaucitron axeptio cookiescript borlabscookie cmplz cookiefirst cookieyes cky cmpbox`,
	namedForm:   "newsletter subscribe signup login signin search searchbox searchform",
	namedOver:   "modal popup overlay lightbox toast tooltip popover offcanvas drawer",
	namedSocial: "share sharing social socials addtoany addthis sharethis",
	namedTool:   "comments respond disqus feedback helpful rating backtotop totop print loader loading spinner skeleton noprint toolbar",
	namedPromo:  "ad ads advert advertisement sponsor sponsored promo promotion cta upsell nojs outdated",
	namedUnseen: "sronly visuallyhidden screenreader offscreen skiplink skiplinks",
	namedPolicy: "cookiedeclaration",
})

// parts are words that name an element only together with others of one class or id.
type parts uint32

const (
	partCookie parts = 1 << iota
	partPrivacy
	partConsent
	partBanner
	partTongue
	partPick
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

var nameParts = table(map[parts]string{
	partCookie:   "cookie cookies",
	partPrivacy:  "privacy gdpr ccpa cc cmp iubenda termly",
	partConsent:  "consent",
	partBanner:   "banner bar popup modal message notification alert dialog overlay prompt manager preferences law window wall cs",
	partTongue:   "lang langs language languages locale country region",
	partPick:     "switch switcher select selector selection picker list dropdown chooser toggle",
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

// together are the parts that name an element if all of them are there.
var together = []struct {
	all parts
	is  names
}{
	{partCookie | partBanner, namedConsent},
	{partCookie | partConsent, namedConsent},
	{partPrivacy | partBanner, namedConsent},
	{partPrivacy | partConsent, namedConsent},
	{partConsent | partBanner, namedConsent},
	{partTongue | partPick, namedTongue},
	{partSR | partOnly, namedUnseen},
	{partVisually | partHidden, namedUnseen},
	{partScreen | partReader, namedUnseen},
	{partReader | partOnly, namedUnseen},
	{partSkip | partTo, namedUnseen},
	{partBack | partTop, namedTool},
	{partNo | partJS, namedPromo},
}

// table turns lists of words by meaning into meanings by word.
func table[K names | parts](lists map[K]string) map[string]K {
	m := map[string]K{}
	for k, list := range lists {
		for w := range strings.FieldsSeq(list) {
			m[w] |= k
		}
	}
	return m
}

// namesOf reads one id or class.
func namesOf(name string) names {
	var out names
	var has parts
	eachWord(name, func(w string) {
		out |= nameWords[w]
		has |= nameParts[w]
	})
	for _, t := range together {
		if has&t.all == t.all {
			out |= t.is
		}
	}
	if has&partPolicy != 0 && out&namedConsent == 0 && (has&partCookie != 0 || out&namedWidget != 0) {
		out |= namedPolicy
	}
	if has&partNo != 0 { // "not-sr-only"
		out &^= namedUnseen
	}
	return out
}

// hidingClasses hide an element at first, in the style sheets that many sites use.
var hidingClasses = map[string]bool{
	"hidden": true, "hide": true, "d-none": true, "is-hidden": true, "u-hidden": true, "js-hidden": true, "invisible": true, "displaynone": true, "displayNone": true, "display-none": true,
}

// shownElsewhere says whether a list of classes shows on wide screens what it hides
// on narrow ones: "d-none d-md-block", "hidden md:flex".
func shownElsewhere(list string) bool {
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
			word := letter(c) || c >= '0' && c <= '9'
			if word && !(i > from && upper(c) && !upper(s[i-1])) {
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

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// namesOf gives what an element's id, classes and role say; class lists repeat, so
// they are remembered.
func (p *pruner) namesOf(n *node) names {
	var out names
	for i := range n.attrs {
		switch n.attrs[i].key {
		case attrID: // a longer one is made of a heading's words
			if strings.Count(n.attrs[i].val, "-") < 4 {
				out |= namesOf(n.attrs[i].val) &^ weakNames
			}
		case attrClass:
			list := n.attrs[i].val
			got, known := p.lists[list]
			if !known {
				for class := range strings.FieldsSeq(list) {
					got |= namesOf(class)
					if hidingClasses[class] {
						got |= namedHidden
					}
				}
				if got&namedHidden != 0 && shownElsewhere(list) {
					got &^= namedHidden
				}
				p.lists[list] = got
			}
			out |= got
		case attrRole:
			out |= roles[n.attrs[i].val]
		}
	}
	switch n.tag {
	case atom.Nav:
		out |= namedMenu
	case atom.Footer:
		out |= namedFooter
	case atom.Header:
		out |= namedHeader
	case atom.Aside:
		out |= namedSide
	case atom.Dialog:
		out |= namedOver
	}
	return out
}

var roles = map[string]names{
	"navigation": namedMenu, "menu": namedMenu, "menubar": namedMenu, "banner": namedHeader, "contentinfo": namedFooter, "complementary": namedSide,
	"dialog": namedOver, "alertdialog": namedOver, "search": namedForm, "tooltip": namedOver, "toolbar": namedTool,
}
