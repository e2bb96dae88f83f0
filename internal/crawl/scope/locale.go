package scope

import (
	"net/url"
	"strings"
)

// Languages and regions that occur as a path segment or a subdomain: ISO 639-1 codes of
// the languages that sites are commonly translated into, and ISO 3166-1 codes of regions
// with their own storefronts.
var (
	languages = newSet(`en fr de es it pt nl pl sv da no nb nn fi cs sk hu ro bg el tr ru uk ja zh ko ar he hi th vi id ms
		ca eu gl hr sr sl et lv lt is ga mt fa ur bn ta te`)
	regions = newSet(`us gb uk ca au nz ie in sg hk tw cn jp kr de at ch fr be nl lu es pt it gr pl cz sk hu ro bg
		se dk no fi is ee lv lt hr si mx br ar cl co pe za ae sa il tr ru ua id my ph th vn eu la latam apac emea row intl global`)
)

func newSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, f := range strings.Fields(s) {
		m[f] = true
	}
	return m
}

// jurisdictionParams are query parameters that select the edition of a document for a
// jurisdiction.
var jurisdictionParams = []string{"country", "countrycode", "country_code", "region", "jurisdiction", "market", "territory", "state", "location", "geo", "cc", "gl", "eea", "eu"}

// maxJurisdiction is the length of the longest value of such a parameter, in bytes. It was chosen
// by hand.
const maxJurisdiction = 24

// Locale returns the language and the region that a URL names in its host, its first three
// path segments or its query. Each is empty if there is none. bare is the URL without scheme,
// www. and language, but with the region: translations of a page share it, editions for
// different jurisdictions do not.
func Locale(u *url.URL) (lang, region, bare string) {
	host := strings.TrimPrefix(u.Hostname(), "www.")
	if label, parent, ok := strings.Cut(host, "."); ok && strings.Contains(parent, ".") {
		if l, r, ok := parsePlace(label); ok {
			lang, region, host = l, r, parent
		}
	}
	segs := strings.Split(strings.Trim(u.Path, "/"), "/")
	rest := segs[:0:0]
	for i, s := range segs {
		l, r, ok := parsePlace(strings.ToLower(s))
		if i > 2 || !ok {
			rest = append(rest, s)
			continue
		}
		if l != "" {
			lang = l
		}
		if r != "" {
			region = r
		}
	}
	bare = host + "/" + strings.Join(rest, "/")
	if q := u.Query(); len(q) > 0 && len(q) < 8 {
		for _, name := range []string{"lang", "hl", "locale", "l", "language"} {
			if l, r, ok := parseLocale(strings.ToLower(q.Get(name))); ok {
				lang, region = l, r
				q.Del(name)
			}
		}
		for _, name := range jurisdictionParams {
			if v := strings.ToLower(q.Get(name)); v != "" && len(v) <= maxJurisdiction {
				region = strings.Trim(region+","+name+"="+v, ",")
				q.Del(name)
			}
		}
		if len(q) > 0 {
			bare += "?" + q.Encode()
		}
	}
	if region != "" {
		bare += "#" + region
	}
	return lang, region, bare
}

// regionPaths are codes of a language and of a region that mean the region as a path segment or
// a subdomain: the United Kingdom and Canada have far more sites of their own than Ukrainian and
// Catalan have, and the law of a region differs.
var regionPaths = newSet("uk ca")

// parsePlace parses a path segment or the label of a host.
func parsePlace(s string) (lang, region string, ok bool) {
	if regionPaths[s] {
		return "", s, true
	}
	return parseLocale(s)
}

// parseLocale parses "de", "en-us", "en_GB" or "us". A code that is both a language and a
// region is a language.
func parseLocale(s string) (lang, region string, ok bool) {
	s = strings.ReplaceAll(strings.ToLower(s), "_", "-")
	a, b, two := strings.Cut(s, "-")
	switch {
	case two && languages[a] && (regions[b] || len(b) == 4):
		return a, b, true
	case two && regions[a] && languages[b]:
		return b, a, true
	case two:
		return "", "", false
	case languages[a]:
		return a, "", true
	case regions[a] && len(a) == 2:
		return "", a, true
	default:
		return "", "", false
	}
}
