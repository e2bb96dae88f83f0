package date

import (
	"regexp"
	"strings"
)

// certainEvidence is the score from which the evidence of an English text decides.
const certainEvidence = 2

// maxEvidenceBytes bounds the text that is searched for evidence at each of its ends.
const maxEvidenceBytes = 48 << 10

// evidenceTerm is a term of texts of one country or group of countries. A positive weight
// is evidence for the day first, a negative one for the month first.
type evidenceTerm struct {
	term   string
	weight int
}

// countryTerms name courts, registers, company forms and currencies.
var countryTerms = []evidenceTerm{
	{"registered in england", 3}, {"registered in scotland", 3}, {"registered in northern ireland", 3}, {"registered in ireland", 3},
	{"incorporated in england", 3}, {"law of england", 3}, {"laws of england", 3}, {"english law", 3}, {"laws of scotland", 3}, {"laws of ireland", 3}, {"law of ireland", 3}, {"irish law", 3},
	{"laws of india", 3}, {"laws of singapore", 3}, {"laws of australia", 3}, {"laws of new south wales", 3}, {"laws of victoria", 3}, {"laws of queensland", 3},
	{"laws of new zealand", 3}, {"laws of south africa", 3}, {"laws of hong kong", 3}, {"laws of germany", 3}, {"laws of the netherlands", 3},
	{"pty ltd", 2}, {"pty. ltd", 2}, {"pvt. ltd", 2}, {"pvt ltd", 2}, {"private limited", 2}, {"pte. ltd", 2}, {"pte ltd", 2}, {" gmbh", 1}, {" b.v.", 1}, {" plc", 1},
	{"information commissioner", 1}, {"data protection act 2018", 1}, {"consumer rights act 2015", 1}, {"company number", 1}, {"company no", 1}, {"registered office", 1}, {"vat number", 1}, {"vat no", 1}, {"vat registration", 1}, {"companies house", 2}, {"ico.org.uk", 1},
	{"£", 1}, {"€", 1}, {"₹", 2}, {"a$", 2}, {"nz$", 2}, {"s$", 1}, {"+44", 2}, {"+353", 2}, {"+61", 2}, {"+64", 2}, {"+91", 2}, {"+27", 2}, {"+65", 2},
	{"laws of the state of", -3}, {"laws of california", -3}, {"laws of delaware", -3}, {"laws of new york", -3}, {"california law", -2}, {"delaware corporation", -2}, {"delaware limited", -2},
	{"american arbitration association", -2}, {"class action waiver", -1}, {", inc.", -1}, {" inc.", -1}, {" llc", -1}, {"zip code", -1}, {"state of california", -1}, {"state of delaware", -1}, {"state of new york", -1}, {"united states", -1}, {"social security number", -1}, {"u.s.", -1},
}

// canadianTerms name provinces and laws of Canada, where both orders are common.
var canadianTerms = []string{"pipeda", "province of ontario", "laws of ontario", "british columbia", "laws of alberta", "province of quebec", "laws of canada"}

// britishSpelling and americanSpelling are stems with the spelling of one side. American
// spelling is weak evidence, because international texts use it too.
var (
	britishSpelling  = []string{"organis", "personalis", "utilis", "authoris", "recognis", "customis", "optimis", "minimis", "anonymis", "analyse", "analysing", "behaviour", "favour", "colour", "honour", " centre", "whilst", "fulfil ", "enquir", "cheque", "licence", "programme", "postcode"}
	americanSpelling = []string{"organiz", "personaliz", "utiliz", "authoriz", "recogniz", "customiz", "optimiz", "minimiz", "anonymiz", "analyze", "analyzing", "behavior", " favor", " color", "honor ", " center", "fulfill ", "canceled"}
)

// maxSpelling bounds the evidence of British spelling.
const maxSpelling = 2

// Postal addresses: a British or Irish code such as EC1A 1AA, and a state with a ZIP code
// such as CA 94107.
var (
	britishPostcode = regexp.MustCompile(`\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}\b|\b[A-Z][0-9]{2} [A-Z0-9]{4}\b`)
	zipCode         = regexp.MustCompile(`\b[A-Z]{2}\.?,? {1,2}[0-9]{5}\b`)
)

// englishEvidence returns the evidence of an English text for the order of day and month:
// positive for the day first, negative for the month first.
func englishEvidence(s string, literals []dateLiteral) int {
	score := writtenDates(s, literals)
	if len(s) > 2*maxEvidenceBytes {
		s = s[:maxEvidenceBytes] + " " + s[len(s)-maxEvidenceBytes:]
	}
	if britishPostcode.MatchString(s) {
		score += 2
	}
	if zipCode.MatchString(s) {
		score -= 2
	}
	s = strings.ToLower(s)
	for _, t := range countryTerms {
		if strings.Contains(s, t.term) {
			score += t.weight
		}
	}
	british, american := countFound(s, britishSpelling), countFound(s, americanSpelling)
	switch {
	case british > american:
		score += min(british-american, maxSpelling)
	case american > british:
		score--
	}
	if countFound(s, canadianTerms) > 0 { // never certain
		score = max(1-certainEvidence, min(certainEvidence-1, score))
	}
	return score
}

// writtenDates returns the evidence of the dates with the name of a month: "3 April 2025"
// is the order of most countries, "April 3, 2025" that of the United States.
func writtenDates(s string, literals []dateLiteral) int {
	days, months := 0, 0
	for _, l := range literals {
		switch {
		case l.day == 0 || l.dayMonthSwappable || l.end <= l.start:
		case !strings.ContainsFunc(s[l.start:l.end], func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }):
		case digitAt(s, l.start):
			days++
		default:
			months++
		}
	}
	switch {
	case days > months:
		return 1
	case months > days:
		return -1
	}
	return 0
}

// countFound returns the number of terms that occur in s.
func countFound(s string, terms []string) int {
	n := 0
	for _, t := range terms {
		if strings.Contains(s, t) {
			n++
		}
	}
	return n
}
