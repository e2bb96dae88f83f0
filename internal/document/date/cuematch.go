package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cueMatch is a cue next to a date.
type cueMatch struct {
	cue
	isLabel bool // begins its line, or is alone on it with the document's name
}

// trimPunctuation removes trailing punctuation. newline and ended report whether it includes
// the end of a line and of a sentence.
func trimPunctuation(w string) (rest string, newline, ended bool) {
	rest = strings.TrimRight(w, punctuation+"\n.!?。")
	cut := w[len(rest):]
	newline = strings.Contains(cut, "\n")
	if strings.ContainsAny(cut, "!?。") {
		return rest, newline, true
	}
	if i := strings.Index(cut, ". "); i >= 0 {
		// A full stop after an abbreviation or a number does not end a sentence.
		last := lastWord(rest)
		ended = len(last) > 4 || !stopWords[last] && last != "rev" && last != "ver" && last != "eff" && last != "upd" && !isNumber(last)
	}
	return rest, newline, ended
}

// isNumber reports whether a word consists of digits.
func isNumber(w string) bool {
	return w != "" && strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// longestCue returns the longest cue at the end or the beginning of w. has is
// strings.HasSuffix or strings.HasPrefix accordingly.
func longestCue(list []cue, w string, has func(string, string) bool) (cue, bool) {
	var best cue
	for _, c := range list {
		if len(c.phrase) > len(best.phrase) && has(w, c.phrase) && isWholeWord(w, c.phrase) {
			best = c
		}
	}
	return best, best.phrase != ""
}

// isWholeWord reports whether a phrase at the end of w starts at a word boundary.
func isWholeWord(w, phrase string) bool {
	if !strings.HasSuffix(w, phrase) || len(w) == len(phrase) {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(phrase); isUnspaced(first) || first >= 0x590 && first < 0x780 { // Hebrew and Arabic attach prefixes to words
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(w[:len(w)-len(phrase)])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// stopWordLength returns the length of the stop word, audience, version number or
// document term at the end of w. word is the last word of w.
func stopWordLength(w, word string) (int, bool) {
	if _, n := trailingAudience(w); n > 0 {
		return n, true
	}
	if stopWords[word] || stopWords[strings.Trim(word, "'")] {
		return len(word), true
	}
	if r, _ := utf8.DecodeLastRuneInString(w); isUnspaced(r) {
		for _, g := range unspacedStopWords {
			if strings.HasSuffix(w, g) {
				return len(g), true
			}
		}
		return 0, false
	}
	if len(word) > 0 && len(word) <= 8 && strings.Trim(word, "v0123456789.°#№") == "" { // a version number
		return len(word), true
	}
	return len(word), len(word) > 1 && documentTerms.foundIn(word)
}

// onlyStopWords reports whether a line consists of stop words, versions, audiences and names
// for documents. An empty line does.
func onlyStopWords(line string) bool {
	for {
		line = strings.TrimRight(line, punctuation+".!?。")
		if line == "" {
			return true
		}
		n, ok := stopWordLength(line, lastWord(line))
		if !ok || n == 0 {
			return false
		}
		line = line[:len(line)-n]
	}
}
