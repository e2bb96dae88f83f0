package date

import "strings"

// withoutLinkTargets removes the targets and titles of links. Dates in them are not dates
// of the document.
func withoutLinkTargets(s string) string {
	at := strings.Index(s, "](")
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for at >= 0 {
		b.WriteString(s[:at+1])
		s = s[at+2:]
		depth, i := 1, 0
		for ; i < len(s) && depth > 0 && s[i] != '\n'; i++ {
			switch s[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		s = s[i:]
		at = strings.Index(s, "](")
	}
	b.WriteString(s)
	return b.String()
}
