package change

import "strings"

// contextWords is the number of equal words shown before and after a change. It was chosen by
// hand.
const contextWords = 12

// elide shortens a run of equal words to the words next to a change. first and last are
// set for the first and the last run of a section.
func elide(text string, first, last bool) string {
	head, tail := text, ""
	n := strings.Count(text, " ") + strings.Count(text, "\n")
	switch {
	case first && n >= contextWords:
		return "… " + lastWords(text)
	case last && n >= contextWords:
		return firstWords(text) + " …"
	case !first && !last && n >= 2*contextWords:
		head, tail = firstWords(text), " … "+lastWords(text)
	}
	return head + tail
}

// firstWords returns the first contextWords words of a text.
func firstWords(text string) string {
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] == ' ' || text[i] == '\n' && i > 0 {
			if n++; n == contextWords {
				return text[:i]
			}
		}
	}
	return text
}

// lastWords returns the last contextWords words of a text.
func lastWords(text string) string {
	n := 0
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == ' ' || text[i] == '\n' {
			if n++; n == contextWords {
				return text[i+1:]
			}
		}
	}
	return text
}
