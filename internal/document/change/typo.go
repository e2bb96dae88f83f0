package change

import (
	"slices"
	"strings"
)

// minTypoLength is the minimum length, in characters, of a word in which a small change may
// be a corrected typo. It was chosen by hand.
const minTypoLength = 5

// isTypo reports whether each removed word differs from the added word in its place by a
// few letters only. Numbers and words such as "not" and "may" are never typos.
func (h hunk) isTypo(x, y []string) bool {
	if len(x) != len(y) || len(x) == 0 || slices.Equal(x, y) { // equal words have moved
		return false
	}
	for i := range x {
		a, b := []rune(x[i]), []rune(y[i])
		if x[i] == y[i] {
			continue
		}
		if strings.ContainsAny(x[i]+y[i], "0123456789") || meaningBearingWords[x[i]] || meaningBearingWords[y[i]] || numberWords[x[i]] || numberWords[y[i]] ||
			len(a) < minTypoLength || len(b) < minTypoLength || a[0] != b[0] || editDistance(a, b) > 1+min(len(a), len(b))/8 {
			return false
		}
	}
	return true
}

// editDistance returns the restricted Damerau-Levenshtein distance of two words: the
// number of characters inserted, removed, replaced or exchanged with a neighbor. For
// words of more than 40 characters it returns 40.
func editDistance(a, b []rune) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	var t [41][41]int
	for i := range len(a) + 1 {
		t[i][0] = i
	}
	for j := range len(b) + 1 {
		t[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			t[i][j] = min(t[i-1][j]+1, t[i][j-1]+1, t[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				t[i][j] = min(t[i][j], t[i-2][j-2]+1)
			}
		}
	}
	return t[len(a)][len(b)]
}
