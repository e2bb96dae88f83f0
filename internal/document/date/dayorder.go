package date

import "strings"

// dateOrder is in which order a text writes the parts of a date in digits.
type dateOrder int

const (
	dayFirst dateOrder = iota
	monthFirst
)

// monthFirstRegions write 3/15/2024 (Unicode CLDR 45, short date patterns that
// begin with M).
var monthFirstRegions = map[string]bool{"US": true, "PH": true, "PR": true, "GU": true, "VI": true, "UM": true, "AS": true, "MP": true, "FM": true, "PW": true, "MH": true}

// defaultOrder is the order of a language and region. English without a region is
// taken for American: most such pages are.
func defaultOrder(language, region string) dateOrder {
	if region != "" && language == "en" {
		if monthFirstRegions[region] {
			return monthFirst
		}
		return dayFirst
	}
	if language == "en" || language == "" {
		return monthFirst
	}
	return dayFirst
}

// detectOrder is the order that the text itself shows by a date with slashes whose
// day is above twelve, if all such dates agree.
func detectOrder(s string, otherwise dateOrder) dateOrder {
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
	switch {
	case days > 0 && months == 0:
		return dayFirst
	case months > 0 && days == 0:
		return monthFirst
	}
	return otherwise
}

// assignDayMonth makes day and month of two numbers. With dots the day comes first
// wherever dots are used; the other separators follow the order.
func assignDayMonth(a, b int, sep byte, o dateOrder) dateLiteral {
	switch {
	case a > 12:
		return dateLiteral{day: a, month: b}
	case b > 12:
		return dateLiteral{day: b, month: a}
	case sep == '.':
		return dateLiteral{day: a, month: b}
	case o == dayFirst:
		return dateLiteral{day: a, month: b, dayMonthSwappable: true}
	}
	return dateLiteral{day: b, month: a, dayMonthSwappable: true}
}
