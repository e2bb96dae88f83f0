package content

import "strings"

// hintWords maps words to hints. Such a word suffices, whatever else the class or ID contains.
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
	hintNote:         "footnote footnotes endnote endnotes fussnote fussnoten",
	hintCookiePolicy: "cookiedeclaration",
})

// nameParts is a set of parts of a name. A part gives a hint only together with another one.
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

// partWords maps words to parts.
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

// partCombinations lists the hints of parts that occur together in one class or ID.
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

// invertWordLists converts lists of words by meaning to a map from words to meanings.
func invertWordLists[K nameHints | nameParts](lists map[K]string) map[string]K {
	m := map[string]K{}
	for k, list := range lists {
		for w := range strings.FieldsSeq(list) {
			m[w] |= k
		}
	}
	return m
}

// hiddenClasses holds the classes that hide an element in widely used style sheets.
var hiddenClasses = map[string]bool{
	"hidden": true, "hide": true, "d-none": true, "is-hidden": true, "u-hidden": true, "js-hidden": true, "invisible": true, "displaynone": true, "displayNone": true, "display-none": true,
}

// roleHints maps ARIA roles to hints.
var roleHints = map[string]nameHints{
	"navigation": hintMenu, "menu": hintMenu, "menubar": hintMenu, "banner": hintHeader, "contentinfo": hintFooter, "complementary": hintSidebar,
	"doc-footnote": hintNote, "doc-endnotes": hintNote, "doc-endnote": hintNote, "note": hintNote,
	"dialog": hintOverlay, "alertdialog": hintOverlay, "search": hintForm, "tooltip": hintOverlay, "toolbar": hintUtility,
}
