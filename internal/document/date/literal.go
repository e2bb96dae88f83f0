package date

import "time"

// dateLiteral is a date as written in a text.
type dateLiteral struct {
	start, end        int  // byte offsets in the text
	year, month, day  int  // day is 0 if only the month is named
	needsCue          bool // the form is ambiguous: it is a date only next to a cue
	compact           bool // the form is 20240131
	dayMonthSwappable bool // the date is valid if day and month are exchanged
	ambiguous         bool // nothing tells which of two numbers is the day
}

// isBefore reports whether l is earlier than other.
func (l dateLiteral) isBefore(other dateLiteral) bool { return l.sortKey() < other.sortKey() }

// sortKey returns a number that orders dates.
func (l dateLiteral) sortKey() int { return l.year*10000 + l.month*100 + l.day }

// time returns the day, or the first of the month.
func (l dateLiteral) time() time.Time {
	return time.Date(l.year, time.Month(l.month), max(l.day, 1), 0, 0, 0, 0, time.UTC)
}

// Range of valid years. Documents on the web begin in the nineties.
const (
	firstYear = 1990
	lastYear  = 2100
)

// isValid reports whether the date exists and is in the range of years.
func (l dateLiteral) isValid() bool {
	if l.year < firstYear || l.year > lastYear || l.month < 1 || l.month > 12 || l.day < 0 || l.day > 31 {
		return false
	}
	return l.day == 0 || l.time().Day() == l.day
}

// mayBeVersion reports whether the numbers of a date next to a weak cue may be a version, as
// in "version 1.2.23". Eight digits after a label are a date: "Version: 20240131".
func (l dateLiteral) mayBeVersion(match cueMatch) bool {
	return l.needsCue && !(l.compact && match.isLabel)
}
