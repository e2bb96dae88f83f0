package measure

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Spread is the minimum, median and maximum of several measurements.
type Spread struct{ Min, Median, Max float64 }

// SpreadOf returns the spread of values. The median of an even number is the lower one.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	return Spread{v[0], v[(len(v)-1)/2], v[len(v)-1]}
}

// String prints the median, and the range if there is more than one value.
func (s Spread) String() string {
	if s.Min == s.Max {
		return threeDigits(s.Median)
	}
	return fmt.Sprintf("%s (%s-%s)", threeDigits(s.Median), threeDigits(s.Min), threeDigits(s.Max))
}

// threeDigits prints a number with three significant digits.
func threeDigits(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	case f >= 1:
		return fmt.Sprintf("%.2f", f)
	default:
		return fmt.Sprintf("%.3f", f)
	}
}

// LoadAverage returns the load average of the last minute, or "" if the system has none.
func LoadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	load, _, _ := strings.Cut(string(b), " ")
	return load
}
