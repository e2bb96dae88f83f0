package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// listNumbering is the marker style of a list.
type listNumbering uint8

const (
	bullets listNumbering = iota
	decimal
	lowerAlpha
	upperAlpha
	lowerRoman
	upperRoman
)

// listStyle returns the marker style of a list, from its style or type attribute.
func listStyle(n *node) listNumbering {
	style := strings.ToLower(n.attr(attrStyle))
	if _, rest, found := strings.Cut(style, "list-style"); found {
		rest, _, _ = strings.Cut(rest, ";")
		for _, s := range []struct {
			name string
			is   listNumbering
		}{
			{"none", bullets}, {"disc", bullets}, {"circle", bullets}, {"square", bullets}, {"decimal", decimal}, {"lower-alpha", lowerAlpha}, {"lower-latin", lowerAlpha},
			{"upper-alpha", upperAlpha}, {"upper-latin", upperAlpha}, {"lower-roman", lowerRoman}, {"upper-roman", upperRoman},
		} {
			if strings.Contains(rest, s.name) {
				return s.is
			}
		}
	}
	if n.tag != atom.Ol {
		return bullets
	}
	switch n.attr(attrType) {
	case "a":
		return lowerAlpha
	case "A":
		return upperAlpha
	case "i":
		return lowerRoman
	case "I":
		return upperRoman
	}
	return decimal
}

// marker returns the marker of the item with number n. Markdown has no lettered lists, so a
// letter is written as text in a bulleted item: a search for "Section 8(c)" must find it.
func (s listNumbering) marker(n int) string {
	switch {
	case s == bullets:
		return "- "
	case s == decimal || n < 1 || n > 999:
		return strconv.Itoa(max(n, 0)) + ". "
	case s == lowerAlpha:
		return "- " + alphaNumeral(n) + ". "
	case s == upperAlpha:
		return "- " + strings.ToUpper(alphaNumeral(n)) + ". "
	case s == lowerRoman:
		return "- " + strings.ToLower(romanNumeral(n)) + ". "
	}
	return "- " + romanNumeral(n) + ". "
}

// alphaNumeral returns n as letters: a to z, aa, ab. It returns "" if n is not positive.
func alphaNumeral(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('a'+(n-1)%26)) + s
	}
	return s
}

// romanNumeral returns n as a Roman numeral; n must be below 1000.
func romanNumeral(n int) string {
	var b strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= d.v {
			b.WriteString(d.s)
			n -= d.v
		}
	}
	return b.String()
}
