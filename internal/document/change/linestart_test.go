package change

import (
	"testing"

	"pgregory.net/rapid"
)

func TestEveryVolatileLineHasAKnownStart(t *testing.T) {
	t.Parallel()
	if volatileStarts == nil {
		t.Fatal("the starts of volatile lines cannot be listed")
	}
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(volatileLine.String()).Draw(t, "line")
		if volatileLine.MatchString(line) && !volatileStarts.may(line) {
			t.Fatalf("%q matches the expression and has no known start", line)
		}
	})
}

func TestMostLinesHaveNoStartOfAVolatileLine(t *testing.T) {
	t.Parallel()
	for _, line := range []string{" see section 12", " you must be 18 years old", " effective 1 march 2024", " article 28 of the gdpr", " we may retain log files for 30 days"} {
		if volatileStarts.may(line) {
			t.Errorf("%q may be volatile", line)
		}
	}
}
