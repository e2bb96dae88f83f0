package date

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// ideographs finds the dates whose year is written in ideographs: 令和二年十月十五日,
// 令和元年5月1日, 二〇二〇年十月.
func (c *scanner) ideographs() {
	s, some := c.s, false
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
		l := c.eraYear(start, i)
		if n := (i - start) / len("年"); n == 4 {
			l = wide(s, positional(s[start:i]), start, i)
		}
		if l.valid() {
			c.found, some = append(c.found, l), true
		}
	}
	if some {
		slices.SortFunc(c.found, func(a, b literal) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	}
}

// positional reads 二〇二〇.
func positional(s string) int {
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

// wide reads what follows a year in Chinese, Japanese or Korean.
func wide(s string, y, i, j int) literal {
	at, ok := after(s, j, "年", "년")
	if !ok {
		return literal{}
	}
	m, at := wideNumber(s, skipSpace(s, at))
	at, ok = after(s, skipSpace(s, at), "月", "월")
	if !ok || m == 0 {
		return literal{}
	}
	l := literal{start: i, end: at, y: y, m: m}
	if d, end := wideNumber(s, skipSpace(s, at)); d > 0 {
		if end, ok = after(s, skipSpace(s, end), "日", "일", "号", "號"); ok {
			l.d, l.end = d, end
		}
	}
	return l
}

// eras are the first years of the eras that laws and terms are dated by.
var eras = []struct {
	name string
	zero int // the year before its first
}{{"令和", 2018}, {"平成", 1988}, {"民國", 1911}, {"民国", 1911}}

// eraYear reads 令和6年4月1日; s[i:j] is the year of the era.
func (c *scanner) eraYear(i, j int) literal {
	head := strings.TrimRight(c.s[max(0, i-12):i], " \t")
	for _, e := range eras {
		if strings.HasSuffix(head, e.name) {
			start := i - len(c.s[max(0, i-12):i]) + len(head) - len(e.name)
			y := 1 // the first year, 元
			switch {
			case digitAt(c.s, i):
				y = number(c.s[i:j])
			case c.s[i:j] != "元":
				y, _ = wideNumber(c.s[:j], i)
			}
			l := wide(c.s, e.zero+y, i, j)
			l.start = start
			return l
		}
	}
	return literal{}
}

// wideNumber reads a number below 100 in digits or ideographs.
func wideNumber(s string, i int) (n, end int) {
	if digitAt(s, i) {
		return digits(s, i, 2)
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

// zeros are the digits of nothing of the scripts that write dates with digits of
// their own, and the bytes that their UTF-8 begins with.
var zeros = []struct {
	zero rune
	lead byte
}{{'٠', 0xd9}, {'۰', 0xdb}, {'०', 0xe0}, {'๐', 0xe0}, {'０', 0xef}}

// latinDigits writes the digits of other scripts as Latin ones. Most texts have
// none and are given back as they are.
func latinDigits(s string) string {
	some := false
	for _, z := range zeros {
		some = some || strings.IndexByte(s, z.lead) >= 0
	}
	if !some {
		return s
	}
	return strings.Map(func(r rune) rune {
		for _, z := range zeros {
			if z.zero <= r && r <= z.zero+9 {
				return '0' + r - z.zero
			}
		}
		return r
	}, s)
}
