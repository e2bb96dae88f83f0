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
	namedSide          // a column beside the text; related things
	namedConsent       // a consent banner or a preference centre
	namedForm          // newsletter, search, login
	namedOver          // what lies over the page: dialogs, hints
	namedSocial        // share buttons and the like
	namedTongue        // language pickers
	namedTool          // print, back to top, "was this helpful?", loading
	namedPromo         // advertisements, calls to action
	namedToc           // a list of the document's own headings
	namedUnseen        // shown to screen readers only
	namedPolicy        // what a cookie tool writes into a policy: it is text
)

// single words that name an element alone.
var nameWords = map[string]names{
	"footer": namedFooter, "colophon": namedFooter, "footernav": namedFooter, "pagefooter": namedFooter, "sitefooter": namedFooter, "fuss": namedFooter, "fusszeile": namedFooter,
	"nav": namedMenu, "navbar": namedMenu, "navigation": namedMenu, "menu": namedMenu, "menus": namedMenu, "menubar": namedMenu, "submenu": namedMenu, "megamenu": namedMenu,
	"subnav": namedMenu, "sidenav": namedMenu, "topnav": namedMenu, "mainnav": namedMenu, "sitenav": namedMenu, "navi": namedMenu, "breadcrumb": namedMenu, "breadcrumbs": namedMenu,
	"pagination": namedMenu, "pager": namedMenu, "skiplink": namedUnseen, "skiplinks": namedUnseen, "sitemap": namedMenu, "hamburger": namedMenu,
	"header": namedHeader, "masthead": namedHeader, "topbar": namedHeader, "banner": namedHeader,
	"sidebar": namedSide, "aside": namedSide, "rail": namedSide, "related": namedSide, "recommended": namedSide, "recommendations": namedSide, "teaser": namedSide, "teasers": namedSide,
	"onetrust": namedConsent, "cookiebanner": namedConsent, "cookieconsent": namedConsent, "cookiebar": namedConsent, "cookienotice": namedConsent, "cookielaw": namedConsent,
	"cybotcookiebotdialog": namedConsent, "didomi": namedConsent, "usercentrics": namedConsent, "truste": namedConsent, "osano": namedConsent, "klaro": namedConsent,
	"tarteaucitron": namedConsent, "axeptio": namedConsent, "cookiescript": namedConsent, "borlabscookie": namedConsent, "cmplz": namedConsent, "cookiefirst": namedConsent, "cookieyes": namedConsent, "cky": namedConsent, "cmpbox": namedConsent,
	"newsletter": namedForm, "subscribe": namedForm, "signup": namedForm, "login": namedForm, "signin": namedForm, "search": namedForm, "searchbox": namedForm, "searchform": namedForm,
	"modal": namedOver, "popup": namedOver, "overlay": namedOver, "lightbox": namedOver, "toast": namedOver, "tooltip": namedOver, "popover": namedOver, "offcanvas": namedOver, "drawer": namedOver,
	"share": namedSocial, "sharing": namedSocial, "social": namedSocial, "socials": namedSocial, "addtoany": namedSocial, "addthis": namedSocial, "sharethis": namedSocial,
	"comments": namedTool, "respond": namedTool, "disqus": namedTool, "feedback": namedTool, "helpful": namedTool, "rating": namedTool, "backtotop": namedTool, "totop": namedTool,
	"print": namedTool, "loader": namedTool, "loading": namedTool, "spinner": namedTool, "skeleton": namedTool, "noprint": namedTool, "toolbar": namedTool,
	"ad": namedPromo, "ads": namedPromo, "advert": namedPromo, "advertisement": namedPromo, "sponsor": namedPromo, "sponsored": namedPromo, "promo": namedPromo, "promotion": namedPromo, "cta": namedPromo, "upsell": namedPromo,
	"toc": namedToc, "tableofcontents": namedToc, "scrollspy": namedToc,
	"sronly": namedUnseen, "visuallyhidden": namedUnseen, "screenreader": namedUnseen, "offscreen": namedUnseen,
	"cookiedeclaration": namedPolicy,
}

// Words that name an element only together with another, within one class or id.
const (
	partCookie uint32 = 1 << iota
	partBanner
	partTongue
	partPick
	partSR
	partOnly
	partVisually
	partHidden
	partScreen
	partReader
	partTable
	partContents
	partPolicy
	partBack
	partTop
	partNot
	partWindow
	partSkip
	partTo
	partLink
	partSite
	partInfo
)

var nameParts = map[string]uint32{
	"cookie": partCookie, "cookies": partCookie, "gdpr": partCookie, "consent": partCookie | partBanner, "privacy": partCookie, "cc": partCookie, "ccpa": partCookie, "cmp": partCookie, "iubenda": partCookie, "termly": partCookie,
	"banner": partBanner, "bar": partBanner, "popup": partBanner, "modal": partBanner, "message": partBanner, "notification": partBanner, "alert": partBanner, "dialog": partBanner, "overlay": partBanner, "prompt": partBanner, "manager": partBanner, "preferences": partBanner, "settings": partBanner, "law": partBanner, "cs": partBanner, "container2": partBanner,
	"lang": partTongue, "langs": partTongue, "language": partTongue, "languages": partTongue, "locale": partTongue, "country": partTongue, "region": partTongue,
	"switch": partPick, "switcher": partPick, "select": partPick, "selector": partPick, "selection": partPick, "picker": partPick, "list": partPick, "dropdown": partPick, "chooser": partPick, "toggle": partPick,
	"sr": partSR, "only": partOnly, "visually": partVisually, "hidden": partHidden, "invisible": partHidden, "screen": partScreen, "reader": partReader, "a11y": partVisually, "element": partVisually, "assistive": partVisually, "text": 0,
	"table": partTable, "contents": partContents, "content": partContents, "policy": partPolicy, "declaration": partPolicy, "back": partBack, "top": partTop, "not": partNot, "window": partWindow, "skip": partSkip, "link": partLink, "links": partLink, "to": partTo, "site": partSite, "info": partInfo,
}

func has(parts, all uint32) bool { return parts&all == all }

// namesOf reads one id or class.
func namesOf(name string) names {
	var out names
	var parts uint32
	eachWord(name, func(w string) {
		out |= nameWords[w]
		parts |= nameParts[w]
	})
	switch {
	case has(parts, partCookie|partPolicy) || has(parts, partCookie) && strings.Contains(name, "cookie-list"):
		out |= namedPolicy
	case has(parts, partCookie|partBanner), has(parts, partCookie|partWindow):
		out |= namedConsent
	}
	if has(parts, partTongue|partPick) {
		out |= namedTongue
	}
	if parts&partNot == 0 && (has(parts, partSR|partOnly) || has(parts, partVisually|partHidden) || has(parts, partScreen|partReader) || has(parts, partReader|partOnly)) {
		out |= namedUnseen
	}
	if has(parts, partTable|partContents) && strings.Contains(strings.ToLower(name), "of") {
		out |= namedToc
	}
	if has(parts, partBack|partTop) || has(parts, partBack|partTo) {
		out |= namedTool
	}
	if has(parts, partSkip|partTo) || has(parts, partSkip|partContents) || has(parts, partSkip|partLink) {
		out |= namedUnseen
	}
	if has(parts, partSite|partInfo) {
		out |= namedFooter
	}
	return out
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
				out |= namesOf(n.attrs[i].val)
			}
		case attrClass:
			list := n.attrs[i].val
			got, known := p.lists[list]
			if !known {
				for class := range strings.FieldsSeq(list) {
					got |= namesOf(class)
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
	"dialog": namedOver, "alertdialog": namedOver, "search": namedForm, "tooltip": namedOver, "toolbar": namedTool, "doc-toc": namedToc,
}
