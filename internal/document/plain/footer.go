package plain

import (
	"regexp"
	"strings"
)

const years = `\d{4}(?:\s*[-–—/]\s*(?:\d{4}|\d{2}|present|today|heute))?`

var (
	// copyrightYear is the year that a footer counts up by itself. "(c)" is more often
	// the mark of a list's item, so it counts only where rights are reserved.
	copyrightYear = regexp.MustCompile(`(?i)((?:©|copyright)(?:\s*(?:©|\(c\)|copyright))?)\s*` + years + `\b|\b` + years + `\s*(©)`)
	bracketYear   = regexp.MustCompile(`(?i)(\(c\))\s*` + years + `\b`)
	reserved      = regexp.MustCompile(`(?i)rights reserved|droits réservés|rechte vorbehalten|derechos reservados|diritti riservati|direitos reservados|rechten voorbehouden`)
)

// stripCopyrightYears takes the years off a notice of copyright.
func stripCopyrightYears(s string) string {
	if containsAny(s, "©", "opyright", "OPYRIGHT") {
		s = copyrightYear.ReplaceAllString(s, "$1$2")
	}
	if containsAny(s, "(c)", "(C)") && reserved.MatchString(s) {
		s = bracketYear.ReplaceAllString(s, "$1")
	}
	return strings.Trim(s, " ")
}
