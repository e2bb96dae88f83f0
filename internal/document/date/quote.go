package date

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/markdown"
)

// maxQuoteBytes bounds the length of a quote. It was chosen by hand.
const maxQuoteBytes = 300

// endsAbbreviation reports whether the full stop at s[i] belongs to an abbreviation of
// single letters, such as "a.m.", "U.S." and "พ.ศ.", and does not end a sentence.
func endsAbbreviation(s string, i int) bool {
	r, n := utf8.DecodeLastRuneInString(s[:max(i, 0)])
	return i > n && unicode.IsLetter(r) && s[i-n-1] == '.'
}

// quote returns the day of a candidate as YYYY-MM-DD, and the sentence that states it as
// plain text. If the cue is on the line above, the quote includes that line.
func (f *finder) quote(c candidate) (day, quote string) {
	from, to := lineOf(f.text, c.start, c.end)
	if i := strings.LastIndex(f.text[from:c.start], ". "); i >= 0 && i > c.start-from-200 && c.start-from > 40 {
		for i >= 0 && endsAbbreviation(f.text, from+i) {
			i = strings.LastIndex(f.text[from:from+i], ". ")
		}
		if i >= 0 && !digitAt(f.text, from+i-1) {
			from += i + 2
		}
	}
	for at := c.end; ; {
		i := strings.Index(f.text[at:to], ". ")
		if i < 0 {
			break
		}
		if at += i + 1; !endsAbbreviation(f.text, at-1) {
			to = at
			break
		}
	}
	if strings.Trim(fold(f.text[from:c.start]), punctuation+"\n") == "" && from > 0 { // the cue is on the line above
		if above := strings.TrimRight(f.text[:from], " \n\r\t|-"); !strings.HasSuffix(above, "=") && len(f.text[:from])-len(above) < 40 {
			if i := strings.LastIndexByte(above, '\n') + 1; len(above)-i <= maxLabelBytes {
				from = i
			}
		}
	}
	if to-from > maxQuoteBytes {
		from = max(from, c.start-maxQuoteBytes*2/3)
		to = min(to, from+maxQuoteBytes)
	}
	return fmt.Sprintf("%04d-%02d-%02d", c.year, c.month, max(c.day, 1)), markdown.PlainText(trimPartialRunes(f.text[from:to]))
}
