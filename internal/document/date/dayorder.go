package date

import (
	"regexp"
	"strings"
	"time"
)

// dayMonthOrder is the order of day and month in numeric dates.
type dayMonthOrder int

const (
	dayFirst dayMonthOrder = iota
	monthFirst
)

// yearFirstLanguages are the languages whose numeric dates begin with the year. The order in
// a date that ends with the year is not known.
var yearFirstLanguages = wordSet("ja zh ko hu lt mn")

// orderOf returns the order of day and month in the numeric dates of a text, and whether it
// is certain. In this order, the evidence is: other dates of the text, the country that
// the URL names, the declared country, the language, and, in English, the currency, the
// spelling, the addresses and the written dates of the text. An American declaration is
// weaker than the country of the URL, because site builders write en-US by default.
func orderOf(s string, t Input, literals []dateLiteral) (order dayMonthOrder, certain bool) {
	if order, ok := detectOrder(s); ok {
		return order, true
	}
	site := siteRegion(t.URL, t.Language)
	for _, region := range []string{site, t.Region} {
		switch {
		case bothOrdersRegions[region]:
			return dayFirst, false
		case monthFirstRegions[region] && region == site:
			return monthFirst, true
		case region != "" && !monthFirstRegions[region]:
			return dayFirst, !yearFirstLanguages[t.Language]
		}
	}
	if t.Language != "en" && t.Language != "" {
		return dayFirst, !yearFirstLanguages[t.Language]
	}
	score := englishEvidence(s, literals)
	if monthFirstRegions[t.Region] {
		score -= certainEvidence
	}
	if score > 0 {
		return dayFirst, score >= certainEvidence
	}
	return monthFirst, score <= -certainEvidence
}

// detectOrder returns the order of the dates with slashes in a text, if some of them
// have a day above twelve and all of these agree.
func detectOrder(s string) (order dayMonthOrder, ok bool) {
	days, months := 0, 0
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '/')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		a := i
		for a > 0 && i-a < 2 && digitAt(s, a-1) {
			a--
		}
		b, end := readDigits(s, i+1, 2)
		if a == i || digitAt(s, a-1) || b == 0 || end >= len(s) || s[end] != '/' {
			continue
		}
		if y, _ := readDigits(s, end+1, 4); y < firstYear {
			continue
		}
		switch first := parseDigits(s[a:i]); {
		case first > 12 && first <= 31 && b <= 12:
			days++
		case first <= 12 && b > 12 && b <= 31:
			months++
		}
	}
	if months > days {
		order = monthFirst
	}
	return order, (days > 0) != (months > 0)
}

// assignDayMonth decides which of two numbers is the day and which the month. If both may be
// a month, the day is first after a dot, as in all regions. Otherwise it is first until
// resolveOrder decides.
func assignDayMonth(a, b int, sep byte) dateLiteral {
	switch {
	case a > 12:
		return dateLiteral{day: a, month: b}
	case b > 12:
		return dateLiteral{day: b, month: a}
	}
	return dateLiteral{day: a, month: b, dayMonthSwappable: sep != '.' && a != b}
}

// swapped returns the other reading of a date whose order of day and month is ambiguous.
func (l dateLiteral) swapped() dateLiteral {
	l.day, l.month = l.month, l.day
	return l
}

// resolveOrder decides the order of day and month in the dates of a text that can be read
// in two ways. A date that equals the modification date of the page in one reading alone
// has that reading. Most texts have no such date, so the evidence is collected only here.
func resolveOrder(s string, t Input, literals []dateLiteral) {
	var order dayMonthOrder
	certain, known := false, false
	modified := metadataDay(t.PageModified, t.Now)
	for i := range literals {
		l := &literals[i]
		if !l.dayMonthSwappable {
			continue
		}
		if other := l.swapped(); modified != "" && l.isNear(modified) != other.isNear(modified) {
			if other.isNear(modified) {
				*l = other
			}
			l.dayMonthSwappable = false
			continue
		}
		if order, ok := formatHint(s, *l); ok {
			if order == monthFirst {
				*l = l.swapped()
			}
			l.dayMonthSwappable = false
			continue
		}
		if !known {
			order, certain = orderOf(s, t, literals)
			known = true
		}
		if order == monthFirst {
			*l = l.swapped()
		}
		l.ambiguous = !certain
	}
}

// formatNames are the names of date formats, such as DD/MM/YYYY, and their order.
var formatNames = regexp.MustCompile(`(?i)\b(?:(d{1,2}|j{2}|t{2})([./-])m{1,2}|(m{1,2})([./-])d{1,2})[./-][yaj]{2,4}\b`)

// maxFormatDistance bounds the distance of the name of a date format from its date, in
// bytes.
const maxFormatDistance = 40

// formatHint returns the order that the name of a date format next to a date states:
// "Last updated (DD/MM/YYYY): 05/01/2024".
func formatHint(s string, l dateLiteral) (order dayMonthOrder, ok bool) {
	from, to := lineOf(s, l.start, l.end)
	from, to = max(from, l.start-maxFormatDistance), min(to, l.end+maxFormatDistance)
	m := formatNames.FindStringSubmatch(s[from:to])
	if m == nil {
		return 0, false
	}
	if m[3] != "" {
		return monthFirst, true
	}
	return dayFirst, true
}

// isNear reports whether a date is at most one day from a day as YYYY-MM-DD. Times of
// different zones differ by up to a day.
func (l dateLiteral) isNear(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && l.time().Sub(t).Abs() <= 24*time.Hour
}
