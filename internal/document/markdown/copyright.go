package markdown

import (
	"regexp"
	"strings"
)

// yearRange is a pattern for a year or a range of years.
const yearRange = `\d{4}(?:\s*[-–—/]\s*(?:\d{4}|\d{2}|present|today|heute))?`

var (
	// copyrightYear matches the years in a copyright notice.
	copyrightYear = regexp.MustCompile(`(?i)((?:©|copyright)(?:\s*(?:©|\(c\)|copyright))?)\s*` + yearRange + `\b|\b` + yearRange + `\s*(©)`)
	// bracketYear matches the years after "(c)". Usually "(c)" is a list marker, so the
	// pattern applies only to a text that matches rightsReserved.
	bracketYear    = regexp.MustCompile(`(?i)(\(c\))\s*` + yearRange + `\b`)
	rightsReserved = regexp.MustCompile(`(?i)rights reserved|droits réservés|rechte vorbehalten|derechos reservados|diritti riservati|direitos reservados|rechten voorbehouden`)
)

// stripCopyrightYears removes the years from a copyright notice. Many sites update them
// automatically.
func stripCopyrightYears(s string) string {
	if hasCopyrightSign(s) {
		s = copyrightYear.ReplaceAllString(s, "$1$2")
	}
	if hasBracketedC(s) && rightsReserved.MatchString(s) {
		s = bracketYear.ReplaceAllString(s, "$1")
	}
	return s
}

// hasCopyrightSign reports whether copyrightYear may match a part of s.
func hasCopyrightSign(s string) bool {
	// "y" is rare, so that the search for "yright" is fast.
	return strings.Contains(s, "©") || strings.Contains(s, "yright") && strings.Contains(s, "opyright") || strings.Contains(s, "OPYRIGHT")
}

// hasBracketedC reports whether bracketYear may match a part of s.
func hasBracketedC(s string) bool { return strings.Contains(s, "(c)") || strings.Contains(s, "(C)") }
