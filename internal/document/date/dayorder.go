package date

import "strings"

// dayMonthOrder is the order of day and month in numeric dates.
type dayMonthOrder int

const (
	dayFirst dayMonthOrder = iota
	monthFirst
)

// monthFirstRegions are the regions that write 3/15/2024. Source: Unicode CLDR 45, short
// date patterns that begin with M.
var monthFirstRegions = map[string]bool{"US": true, "PH": true, "PR": true, "GU": true, "VI": true, "UM": true, "AS": true, "MP": true, "FM": true, "PW": true, "MH": true}

// defaultOrder returns the order of a language and region. English without a region is
// treated as American, because most such pages are.
func defaultOrder(language, region string) dayMonthOrder {
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

// detectOrder returns the order that the text shows in its dates with slashes, if some
// have a day above twelve and all of these agree. Otherwise it returns otherwise.
func detectOrder(s string, fallback dayMonthOrder) dayMonthOrder {
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
	return fallback
}

// assignDayMonth tells day and month in two numbers apart. With dots as separators the
// day comes first in all regions; with other separators the order decides.
func assignDayMonth(a, b int, sep byte, o dayMonthOrder) dateLiteral {
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
