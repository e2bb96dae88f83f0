package change

import (
	"slices"
	"strings"
)

// classify returns Dates for a hunk that changes only a date, Price for an amount of
// money, Retention for a period of time, and Wording for a corrected typo. For any other
// hunk it returns an empty label.
func (h hunk) classify() Label {
	x, y := strings.Fields(h.removed), strings.Fields(h.added)
	if h.onlyNumbersAndUnits() {
		near := append(lastFields(h.before, 3), firstFields(h.after, 3)...)
		all := append(append(slices.Clone(x), y...), near...)
		switch {
		case hasMoney(append(slices.Clone(x), y...)) || containsAny(moneyWords, near[max(0, len(near)-2):]) || containsAny(moneyWords, lastFields(h.before, 1)):
			return Price
		case containsAny(monthNames, all) || hasYear(append(slices.Clone(x), y...)):
			return Dates
		case containsAny(timeUnits, all):
			return Retention
		case hasYear(near):
			return Dates
		}
		return ""
	}
	if h.isTypo(x, y) {
		return Wording
	}
	return ""
}

// onlyNumbersAndUnits reports whether the changed words are numbers, units, months and
// other parts of dates, with at least one number or month.
func (h hunk) onlyNumbersAndUnits() bool {
	found := false
	for w := range strings.FieldsSeq(h.removed + " " + h.added) {
		switch {
		case strings.ContainsAny(w, "0123456789"), numberWords[w], monthNames[w]:
			found = true
		case dateWords[w], timeUnits[w], moneyWords[w], strings.ContainsAny(w, "$%\x00"):
		default:
			return false
		}
	}
	return found
}

// hasMoney reports whether one of the words is a currency or a percentage.
func hasMoney(words []string) bool {
	for _, w := range words {
		if moneyWords[w] || strings.ContainsAny(w, "$%¥₹₽₩₺₴₦฿") {
			return true
		}
	}
	return false
}

// containsAny reports whether one of the words is in the set.
func containsAny(have map[string]bool, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return have[w] })
}

// hasYear reports whether one of the words is a year or a numeric date.
func hasYear(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		digits := strings.Trim(w, "0123456789") == ""
		return digits && len(w) == 4 && (w[:2] == "19" || w[:2] == "20") || strings.Count(w, ".") == 2 && len(w) >= 6
	})
}

// lastFields returns the last n words of a folded text.
func lastFields(s string, n int) []string {
	if len(s) > 200 {
		s = s[len(s)-200:]
	}
	f := strings.Fields(s)
	return f[max(0, len(f)-n):]
}

// firstFields returns the first n words of a folded text.
func firstFields(s string, n int) []string {
	f := strings.Fields(s[:min(len(s), 200)])
	return f[:min(len(f), n)]
}
