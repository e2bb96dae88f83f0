package classify

import "unicode"

// Limits of texts in no language, such as random letters. In the labelled pages, the smallest
// share of known words is 0.24. A text in a language that the lexicon does not have can be
// below maxKnownShare, but repeats its words, and has more vowels than random letters.
const (
	minGibberishTokens = 30
	maxKnownShare      = 0.06
	maxRepeatedShare   = 0.1
	minRepeatingTokens = 80 // shorter texts need not repeat a word
	maxVowelShare      = 0.28
	minLatinShare      = 0.8 // of the letters; vowels are known for Latin letters alone
)

// isGibberish reports whether a text is in no language. Such a page is not a document,
// whatever its title and the links to it say.
func isGibberish(text string, ts []token) bool {
	words, known := 0, 0
	for i := range ts {
		if ts[i].hasDigit {
			continue
		}
		words++
		if ts[i].exact != 0 || ts[i].prefix != 0 {
			known++
		}
	}
	if words < minGibberishTokens || float64(known) >= maxKnownShare*float64(words) {
		return false
	}
	latin, share := vowelShare(text)
	if latin < minLatinShare {
		return false
	}
	return share < maxVowelShare || words >= minRepeatingTokens && repeatedShare(ts) < maxRepeatedShare
}

// repeatedShare returns the share of the tokens that occur more than once.
func repeatedShare(ts []token) float64 {
	counts := make(map[uint64]int, len(ts))
	for i := range ts {
		counts[ts[i].hash]++
	}
	repeated := 0
	for _, n := range counts {
		if n > 1 {
			repeated += n
		}
	}
	return float64(repeated) / float64(max(len(ts), 1))
}

// vowelShare returns the share of the letters of a text that are Latin, and the share of the
// Latin letters that are vowels.
func vowelShare(text string) (latin, vowels float64) {
	letters, latins, n := 0, 0, 0
	for _, r := range text {
		if r >= 0x80 && !unicode.IsLetter(r) || r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z') {
			continue
		}
		letters++
		var folded byte
		switch {
		case r < 0x80:
			folded = byte(r) | 0x20
		case int(r) < len(foldedLatin) && foldedLatin[r] != "":
			folded = foldedLatin[r][0]
		default:
			continue
		}
		latins++
		switch folded {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			n++
		}
	}
	return float64(latins) / float64(max(letters, 1)), float64(n) / float64(max(latins, 1))
}
