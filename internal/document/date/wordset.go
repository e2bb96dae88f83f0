package date

import "strings"

// wordSet makes a set of a list.
func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// stemSet finds words by their beginnings, or by any part that tells: each by its
// first two bytes, so that a text is passed over once for all of them.
type stemSet map[uint16][]string

func newStemSet(list ...string) stemSet {
	m := stemSet{}
	for _, w := range list {
		m[firstTwoBytes(w)] = append(m[firstTwoBytes(w)], w)
	}
	return m
}

func firstTwoBytes(s string) uint16 { return uint16(s[0])<<8 | uint16(s[1]) }

// lastIndex is where the last stem in s begins, or -1. A stem that begins with a space is
// the beginning of a word; s is taken to begin with one.
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

func (m stemSet) matches(s string) bool { return m.lastIndex(s) >= 0 }
