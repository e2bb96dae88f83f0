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

// defaultOrder returns the usual order in a language and region. English without a region
// counts as American, because most such pages are. So does an unknown language.
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

// detectOrder returns the order of the dates with slashes in a text, if some of them
// have a day above twelve and all of these agree. Otherwise it returns fallback.
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

// assignDayMonth decides which of two numbers is the day and which the month. If both may be
// a month, the day is first after a dot, as in all regions; otherwise the order o decides.
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
