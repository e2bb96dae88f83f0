package date

import "time"

// dateLiteral is a date as it is written somewhere in a text.
type dateLiteral struct {
	start, end        int // bytes of the text
	year, month, day  int // day is 0 where only the month is named
	needsCue          bool
	dayMonthSwappable bool // day and month could be each other
}

// isBefore says whether a is an earlier day than b.
func (a dateLiteral) isBefore(b dateLiteral) bool { return a.sortKey() < b.sortKey() }

func (a dateLiteral) sortKey() int { return a.year*10000 + a.month*100 + a.day }

// time is the day, or the first of the month.
func (a dateLiteral) time() time.Time {
	return time.Date(a.year, time.Month(a.month), max(a.day, 1), 0, 0, 0, 0, time.UTC)
}

// Bounds of years. The web's documents begin in the nineties.
const (
	firstYear = 1990
	lastYear  = 2100
)

func (a dateLiteral) isValid() bool {
	if a.year < firstYear || a.year > lastYear || a.month < 1 || a.month > 12 || a.day < 0 || a.day > 31 {
		return false
	}
	return a.day == 0 || a.time().Day() == a.day
}
