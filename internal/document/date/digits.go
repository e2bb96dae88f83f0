package date

import "strings"

func parseDigits(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

func digitAt(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

// digitBefore says whether a digit stands before s[i], a separator between.
func digitBefore(s string, i int) bool {
	return digitAt(s, i-1) || i > 1 && strings.IndexByte("./- ", s[i-1]) >= 0 && digitAt(s, i-2)
}

// readDigits reads up to most digits at s[i]; the number is 0 where there are none or more.
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

// unicodeSeparators are other characters that stand for . - and /.
var unicodeSeparators = []struct {
	mark string
	sep  byte
}{{"–", '-'}, {"‑", '-'}, {"‐", '-'}, {"－", '-'}, {"．", '.'}, {"／", '/'}}

// readSeparator reads one of . - / with spaces around it.
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

// skipWord is where the first of words that s has at i ends.
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

// readDigitsBefore reads one or two digits that end at s[end].
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

// readSeparatorBefore reads one of . - / that ends at s[end], spaces around it.
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

// digitZeros are the digits of nothing of the scripts that write dates with digits of
// their own, and the bytes that their UTF-8 begins with.
var digitZeros = []struct {
	zero rune
	lead byte
}{{'٠', 0xd9}, {'۰', 0xdb}, {'०', 0xe0}, {'๐', 0xe0}, {'０', 0xef}}

// asciiDigits writes the digits of other scripts as Latin ones. Most texts have
// none and are given back as they are.
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
