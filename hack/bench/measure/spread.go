package measure

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Spread is the least, the middle and the most of several measurements.
type Spread struct{ Min, Median, Max float64 }

// SpreadOf sorts values and takes the three; of an even number the lower middle.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	return Spread{v[0], v[(len(v)-1)/2], v[len(v)-1]}
}

// String shows the middle, and the ends where there is more than one value.
func (s Spread) String() string {
	if s.Min == s.Max {
		return threeDigits(s.Median)
	}
	return fmt.Sprintf("%s (%s-%s)", threeDigits(s.Median), threeDigits(s.Min), threeDigits(s.Max))
}

// threeDigits prints three digits that count.
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

// LoadAverage is the machine's load average of the last minute, empty where it has none.
func LoadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	load, _, _ := strings.Cut(string(b), " ")
	return load
}
