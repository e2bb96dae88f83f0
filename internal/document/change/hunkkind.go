package change

import (
	"slices"
	"strings"
)

// classify tells a hunk that is nothing but a date, an amount of money, a period of time
// (Retention) or a typing error (Wording) from one of words, which has none.
func (h hunk) classify() Label {
	x, y := strings.Fields(h.removed), strings.Fields(h.added)
	if h.onlyFigures() {
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

// onlyFigures says whether all changed words are figures, units, months or parts of a
// date.
func (h hunk) onlyFigures() bool {
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

func hasMoney(words []string) bool {
	for _, w := range words {
		if moneyWords[w] || strings.ContainsAny(w, "$%¥₹₽₩₺₴₦฿") {
			return true
		}
	}
	return false
}

func containsAny(have map[string]bool, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return have[w] })
}

func hasYear(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		digits := strings.Trim(w, "0123456789") == ""
		return digits && len(w) == 4 && (w[:2] == "19" || w[:2] == "20") || strings.Count(w, ".") == 2 && len(w) >= 6
	})
}

func lastFields(s string, n int) []string {
	if len(s) > 200 {
		s = s[len(s)-200:]
	}
	f := strings.Fields(s)
	return f[max(0, len(f)-n):]
}

func firstFields(s string, n int) []string {
	f := strings.Fields(s[:min(len(s), 200)])
	return f[:min(len(f), n)]
}
