package date

import "strings"

// parseDigits converts a string of ASCII digits to a number.
func parseDigits(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// digitAt reports whether s[i] is a digit.
func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

// digitBefore reports whether a digit precedes s[i], directly or before a separator.
func digitBefore(s string, i int) bool {
	return digitAt(s, i-1) || i > 1 && strings.IndexByte("./- ", s[i-1]) >= 0 && digitAt(s, i-2)
}

// readDigits parses the digits at s[i]. It returns the number 0 if there are none or more
// than maxDigits.
func readDigits(s string, i, maxDigits int) (n, end int) {
	j := i
	for digitAt(s, j) {
		j++
	}
	if j-i > maxDigits || j == i {
		return 0, j
	}
	return parseDigits(s[i:j]), j
}

// unicodeSeparators are Unicode variants of the separators . - and /.
var unicodeSeparators = []struct {
	mark string
	sep  byte
}{{"–", '-'}, {"‑", '-'}, {"‐", '-'}, {"－", '-'}, {"．", '.'}, {"／", '/'}}

// readSeparator parses one of . - / with optional spaces around it.
func readSeparator(s string, i int) (sep byte, end int) {
	i = skipSpace(s, i)
	if i >= len(s) {
		return 0, i
	}
	for _, w := range unicodeSeparators {
		if strings.HasPrefix(s[i:], w.mark) {
			return w.sep, skipSpace(s, i+len(w.mark))
		}
	}
	if strings.IndexByte("./-", s[i]) < 0 {
		return 0, i
	}
	return s[i], skipSpace(s, i+1)
}

// skipSpace returns the index of the first character from s[i] on that is not a space.
func skipSpace(s string, i int) int {
	for i < len(s) {
		switch {
		case s[i] == ' ' || s[i] == '\t':
			i++
		case strings.HasPrefix(s[i:], "\u00a0"):
			i += 2
		default:
			return i
		}
	}
	return i
}

// skipWord returns the end of the word at s[i], after optional spaces, if it is one of the
// given words. It reports whether it is.
func skipWord(s string, i int, words ...string) (int, bool) {
	for _, w := range words {
		if strings.HasPrefix(s[min(i, len(s)):], w) {
			return i + len(w), true
		}
	}
	if i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		return skipWord(s, skipSpace(s, i), words...)
	}
	return i, false
}

// readDigitsBefore parses one or two digits that end before s[end] and begin at s[from] or
// later. It returns the number 0 for any other run of digits.
func readDigitsBefore(s string, end, from int) (n, start int) {
	start = end
	for start > from && digitAt(s, start-1) {
		start--
	}
	if end-start > 2 || end == start {
		return 0, start
	}
	return parseDigits(s[start:end]), start
}

// readSeparatorBefore parses one of . - / that ends before s[end], with optional spaces
// around it.
func readSeparatorBefore(s string, end, from int) (sep byte, start int) {
	end = skipSpaceBefore(s, end, from)
	for _, w := range unicodeSeparators {
		if strings.HasSuffix(s[from:end], w.mark) {
			return w.sep, skipSpaceBefore(s, end-len(w.mark), from)
		}
	}
	if end <= from || strings.IndexByte("./-", s[end-1]) < 0 {
		return 0, end
	}
	return s[end-1], skipSpaceBefore(s, end-1, from)
}

// skipSpaceBefore returns the index after the last character before s[end] that is not a
// space.
func skipSpaceBefore(s string, end, from int) int {
	for end > from {
		switch {
		case s[end-1] == ' ' || s[end-1] == '\t':
			end--
		case strings.HasSuffix(s[from:end], "\u00a0"):
			end -= 2
		default:
			return end
		}
	}
	return end
}

// digitZeros lists the zero digits of other scripts and the first bytes of their UTF-8 form.
var digitZeros = []struct {
	zero rune
	lead byte
}{{'٠', 0xd9}, {'۰', 0xdb}, {'०', 0xe0}, {'๐', 0xe0}, {'０', 0xef}}

// asciiDigits replaces the digits of other scripts by ASCII digits. Most texts have none
// and are returned unchanged.
func asciiDigits(s string) string {
	some := false
	for _, z := range digitZeros {
		some = some || strings.IndexByte(s, z.lead) >= 0
	}
	if !some {
		return s
	}
	return strings.Map(func(r rune) rune {
		for _, z := range digitZeros {
			if z.zero <= r && r <= z.zero+9 {
				return '0' + r - z.zero
			}
		}
		return r
	}, s)
}
