package date

import "strings"

// Limits, in bytes and nonempty lines, for the position of a date without a cue. Such a date
// must be alone on a line near the beginning or the end of the text. The values were chosen
// by hand.
const (
	headBytes, headLines = 2000, 12
	tailBytes, tailLines = 900, 7
	maxTitleLine         = 120
)

// placeTerms are folded words between the place and the day of signing.
var placeTerms = wordSet("dne dna dnia den li")

// lineOf returns the bounds of the line of s that contains the bytes [start:end).
func lineOf(s string, start, end int) (from, to int) {
	from = strings.LastIndexByte(s[:start], '\n') + 1
	to = len(s)
	if i := strings.IndexByte(s[end:], '\n'); i >= 0 {
		to = end + i
	}
	return from, to
}

// nearEdges reports whether a date is near the beginning or the end of a text.
func nearEdges(s string, l dateLiteral) (head, tail bool) {
	if l.start < headBytes {
		head = countNonEmptyLines(s[:l.start]) <= headLines
	}
	if len(s)-l.end < tailBytes {
		tail = countNonEmptyLines(s[l.end:]) <= tailLines
	}
	return head, tail
}

// countNonEmptyLines counts the lines that are not blank.
func countNonEmptyLines(s string) int {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// standsAlone reports whether a date is alone on its line, except for the name of the
// document, its version or the place of signing.
func standsAlone(s string, l dateLiteral) bool {
	from, to := lineOf(s, l.start, l.end)
	if to-from > maxTitleLine || inListOrTable(s, l) {
		return false
	}
	before, behind := fold(s[from:l.start]), strings.TrimSpace(fold(s[l.end:to]))
	if strings.Contains(before, "©") || strings.Contains(before, "copyright") || formerTerms.foundIn(before) || strings.Contains(before, "](") {
		return false
	}
	if !onlyStopWords(strings.TrimLeft(behind, punctuation)) {
		return false
	}
	if onlyStopWords(before) {
		return true
	}
	if location, _, ok := strings.Cut(before, ","); ok && !strings.ContainsAny(location, "0123456789:;") && len(strings.Fields(location)) <= 3 && !strings.ContainsAny(before[:1], "-+|") {
		return onlyStopWords(before[len(location):]) // Berlin, den 1. März 2024
	}
	if placeTerms[lastWord(strings.TrimSpace(before))] && !strings.ContainsAny(before, "0123456789:;#") && len(strings.Fields(before)) <= 3 {
		return true // V Praze dne 3. 5. 2024
	}
	title := strings.HasPrefix(before, "#") || strings.HasPrefix(before, "\n#")
	return title && documentTerms.foundIn(before)
}

// inListOrTable reports whether a date is in a list item or a table.
func inListOrTable(s string, l dateLiteral) bool {
	from, _ := lineOf(s, l.start, l.end)
	before := strings.TrimLeft(s[from:l.start], " \t>")
	return strings.HasPrefix(before, "•") || before != "" && strings.IndexByte("-*+|", before[0]) >= 0 && !strings.HasPrefix(before, "**")
}

// startsLine reports whether a date begins its line, possibly after a bullet or a
// version.
func startsLine(s string, l dateLiteral) bool {
	from, _ := lineOf(s, l.start, l.end)
	return l.start-from < 40 && onlyStopWords(fold(s[from:l.start]))
}
