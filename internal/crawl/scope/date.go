package scope

import (
	"net/url"
	"regexp"
	"strings"
)

// datePattern matches years, months and days. A month or day of one digit needs a
// separator: 19071 is an article number.
var datePattern = regexp.MustCompile(`\b(19|20)\d\d([-/](0?[1-9]|1[0-2])([-/](0?[1-9]|[12]\d|3[01]))?|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?)?\b`)

// stripDates replaces the dates in a URL's path and query with "#" and reports whether there
// were any.
func stripDates(u *url.URL) (string, bool) {
	s := u.Path
	if u.RawQuery != "" {
		s += "?" + u.RawQuery
	}
	if !strings.Contains(s, "20") && !strings.Contains(s, "19") {
		return "", false
	}
	out := datePattern.ReplaceAllString(s, "#")
	return out, out != s
}
