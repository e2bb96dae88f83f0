package date

import (
	"net/url"
	"strings"
)

// monthFirstRegions are the regions that write 3/15/2024. Source: Unicode CLDR 45, short
// date patterns that begin with M.
var monthFirstRegions = map[string]bool{"US": true, "PH": true, "PR": true, "GU": true, "VI": true, "UM": true, "AS": true, "MP": true, "FM": true, "PW": true, "MH": true}

// bothOrdersRegions are the regions in which both orders are common. The official form
// begins with the year there.
var bothOrdersRegions = map[string]bool{"CA": true}

// europe is the region of the domain .eu. All of its countries write the day first.
const europe = "EU"

// globalDomains are top-level domains of countries that sites of other countries use.
// They say nothing about the country of a site.
var globalDomains = wordSet(`ac ag ai am bz cc cd cf co cx dj fm ga gd gg gl gq hn im io la lc li ly me ml mn ms mu nu pw
	sc sh so st su tk tl to tv vc vg ws`)

// placeDomains are top-level domains of places, and of institutions of one country.
var placeDomains = map[string]string{
	"gov": "US", "mil": "US", "edu": "US", "nyc": "US", "miami": "US", "boston": "US", "vegas": "US",
	"london": "GB", "scot": "GB", "wales": "GB", "cymru": "GB", "irish": "IE", "sydney": "AU", "melbourne": "AU", "kiwi": "NZ",
	"berlin": "DE", "hamburg": "DE", "koeln": "DE", "wien": "AT", "paris": "FR", "bzh": "FR", "amsterdam": "NL", "brussels": "BE", "swiss": "CH",
	"africa": "ZA", "capetown": "ZA", "joburg": "ZA", "durban": "ZA", "quebec": "CA", "eu": europe,
}

// countryNames are codes that sites use for countries besides those of ISO 3166-1.
var countryNames = map[string]string{"UK": "GB", "USA": "US", "AUS": "AU", "IRL": "IE", "GBR": "GB", "CAN": "CA", "IND": "IN", "NZL": "NZ"}

// englishCountries are codes that a site with English text uses for its editions: each
// stands for a country and not for a language.
var englishCountries = wordSet("uk gb us usa au ie nz in za sg hk ph my ca eu ke ng gh pk mt cy ae aus gbr irl can ind nzl")

// siteRegion returns the country of the site or of the edition that a URL names, or "". The
// locale of the path or of the query is more specific than the domain: /en-gb/, /uk/,
// ?locale=en_GB, uk.example.com, example.co.uk. A single code such as /uk/ counts only on
// a page in English, because "uk" is also the Ukrainian language.
func siteRegion(pageURL, language string) string {
	u, err := url.Parse(pageURL)
	if err != nil {
		return ""
	}
	segments := strings.Split(strings.ToLower(strings.Trim(u.Path, "/")), "/")
	for _, s := range segments[:min(len(segments), 3)] {
		if r := localeRegion(s, language); r != "" {
			return r
		}
	}
	if u.RawQuery != "" {
		values := u.Query()
		for _, key := range []string{"country", "locale", "region", "lang", "hl", "gl", "market"} {
			if r := localeRegion(strings.ToLower(values.Get(key)), language); r != "" {
				return r
			}
		}
	}
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), ".")
	if len(labels) < 2 {
		return ""
	}
	if r := localeRegion(labels[0], language); r != "" && len(labels) > 2 {
		return r
	}
	top := labels[len(labels)-1]
	if r := placeDomains[top]; r != "" {
		return r
	}
	if len(top) != 2 || globalDomains[top] {
		return ""
	}
	return countryCode(top)
}

// localeRegion returns the country of a locale: en-gb, en_GB, gb-en, or uk alone.
func localeRegion(s, language string) string {
	if first, second, ok := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-"); ok {
		switch {
		case first == language && language != "" && isCountryCode(second):
			return countryCode(second)
		case second == language && language != "" && isCountryCode(first):
			return countryCode(first)
		}
		return ""
	}
	if language == "en" && englishCountries[s] {
		return countryCode(s)
	}
	return ""
}

// isCountryCode reports whether s has the form of a country code.
func isCountryCode(s string) bool {
	return len(s) == 2 && isASCIILetter(s[0]) && isASCIILetter(s[1]) || englishCountries[s]
}

// countryCode returns a code of ISO 3166-1 in upper case.
func countryCode(s string) string {
	s = strings.ToUpper(s)
	if c := countryNames[s]; c != "" {
		return c
	}
	return s
}
