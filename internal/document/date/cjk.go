package date

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// scanIdeographs finds dates whose year is written in ideographs: 令和二年十月十五日, 令和元年5月1日,
// 二〇二〇年十月.
func (c *scanner) scanIdeographs() {
	s, some := c.text, false
	for at := 0; len(c.found) < 2*maxLiterals; {
		i := strings.Index(s[at:], "年")
		if i < 0 {
			break
		}
		i += at
		at = i + len("年")
		start := i
		for start > 0 {
			r, size := utf8.DecodeLastRuneInString(s[:start])
			if !strings.ContainsRune("〇零一二三四五六七八九十元", r) {
				break
			}
			start -= size
		}
		if start == i {
			continue
		}
		l := c.eraDate(start, i)
		if n := (i - start) / len("年"); n == 4 {
			l = cjkDate(s, positionalNumber(s[start:i]), start, i)
		}
		if l.isValid() {
			c.found, some = append(c.found, l), true
		}
	}
	if some {
		slices.SortFunc(c.found, func(a, b dateLiteral) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	}
}

// positionalNumber parses a number written digit by digit in ideographs, such as 二〇二〇.
func positionalNumber(s string) int {
	n := 0
	for _, r := range s {
		v := 0
		if i := strings.IndexRune("一二三四五六七八九", r); i >= 0 {
			v = i/len("一") + 1
		}
		n = 10*n + v
	}
	return n
}

// cjkDate parses the month and the day after a year in Chinese, Japanese or Korean. y is
// the year and s[i:j] its text.
func cjkDate(s string, y, i, j int) dateLiteral {
	at, ok := skipWord(s, j, "年", "년")
	if !ok {
		return dateLiteral{}
	}
	at = skipGloss(s, at)
	m, at := cjkNumber(s, skipSpace(s, at))
	at, ok = skipWord(s, skipSpace(s, at), "月", "월")
	if !ok || m == 0 {
		return dateLiteral{}
	}
	l := dateLiteral{start: i, end: at, year: y, month: m}
	if d, end := cjkNumber(s, skipSpace(s, at)); d > 0 {
		if end, ok = skipWord(s, skipSpace(s, end), "日", "일", "号", "號"); ok {
			l.day, l.end = d, end
		}
	}
	return l
}

// maxGloss bounds the year of another era in parentheses, in bytes.
const maxGloss = 40

// skipGloss returns the end of the same year in another era at s[i], as in
// 2024年（令和6年）5月3日 and 令和6年(2024年)5月3日. It returns i if there is none.
func skipGloss(s string, i int) int {
	for _, p := range [][2]string{{"（", "）"}, {"(", ")"}} {
		if rest := s[i:min(len(s), i+maxGloss)]; strings.HasPrefix(rest, p[0]) {
			if end := strings.Index(rest, p[1]); end >= 0 && !strings.Contains(rest[:end], "月") {
				return i + end + len(p[1])
			}
		}
	}
	return i
}

// eras are the Japanese and Taiwanese eras that occur in legal texts.
var eras = []struct {
	name string
	zero int // the year before the first year of the era
}{{"令和", 2018}, {"平成", 1988}, {"中華民國", 1911}, {"中华民国", 1911}, {"民國", 1911}, {"民国", 1911}}

// eraDate parses a date such as 令和6年4月1日. The text between i and j is the year of the
// era.
func (c *scanner) eraDate(i, j int) dateLiteral {
	head := strings.TrimRight(c.text[max(0, i-12):i], " \t")
	for _, e := range eras {
		if strings.HasSuffix(head, e.name) {
			start := i - len(c.text[max(0, i-12):i]) + len(head) - len(e.name)
			y := 1 // 元, the first year
			switch {
			case digitAt(c.text, i):
				y = parseDigits(c.text[i:j])
			case c.text[i:j] != "元":
				if y, _ = cjkNumber(c.text[:j], i); !strings.Contains(c.text[i:j], "十") {
					y = positionalNumber(c.text[i:j])
				}
			}
			l := cjkDate(c.text, e.zero+y, i, j)
			l.start = start
			return l
		}
	}
	return dateLiteral{}
}

// minguoYear parses 113年5月3日 in Chinese: a year of the Taiwanese era without its name.
func (c *scanner) minguoYear(i, j int) dateLiteral {
	if c.language != "zh" {
		return dateLiteral{}
	}
	l := cjkDate(c.text, 1911+parseDigits(c.text[i:j]), i, j)
	l.needsCue = true
	return l
}

// cjkNumber parses a number below 100 in digits or ideographs.
func cjkNumber(s string, i int) (n, end int) {
	if digitAt(s, i) {
		return readDigits(s, i, 2)
	}
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch v := strings.IndexRune("一二三四五六七八九", r); {
		case r == '十':
			n = max(n, 1) * 10
		case v >= 0:
			n += v/len("一") + 1
		default:
			return n, i
		}
		if n > 99 {
			return 0, i
		}
		i += size
	}
	return n, i
}
