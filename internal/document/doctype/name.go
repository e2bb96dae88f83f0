package doctype

import "strings"

// Name returns the English name of a type: "Privacy policy" for privacy_policy.
func Name(t string) string {
	switch t {
	case EULA:
		return "End user license agreement"
	case AITerms:
		return "AI terms"
	}
	name := strings.ReplaceAll(t, "_", " ")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
