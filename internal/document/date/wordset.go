package date

import "strings"

// wordSet returns the set of words in a list.
func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// stemSet finds stems in a text in one pass. Stems are indexed by their first two bytes.
type stemSet map[uint16][]string

// newStemSet returns a set of stems of at least two bytes. A stem that begins with a space
// matches only at the beginning of a word.
func newStemSet(list ...string) stemSet {
	m := stemSet{}
	for _, w := range list {
		m[firstTwoBytes(w)] = append(m[firstTwoBytes(w)], w)
	}
	return m
}

// firstTwoBytes returns the first two bytes of a string, the key of a stemSet.
func firstTwoBytes(s string) uint16 { return uint16(s[0])<<8 | uint16(s[1]) }

// lastIndex returns the index of the last stem in s, or -1. The index refers to s with a
// space in front, because the beginning of s begins a word.
func (m stemSet) lastIndex(s string) int {
	s = " " + s + " "
	for i := len(s) - 2; i >= 0; i-- {
		for _, w := range m[firstTwoBytes(s[i:])] {
			if strings.HasPrefix(s[i:], w) {
				return i
			}
		}
	}
	return -1
}

// foundIn reports whether s contains a stem of the set.
func (m stemSet) foundIn(s string) bool { return m.lastIndex(s) >= 0 }
