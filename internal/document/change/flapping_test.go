package change

import (
	"strings"
	"testing"
	"time"
)

// newHistory returns a history with one version per day. texts are oldest first. The last
// one is returned separately; the others are newest first.
func newHistory(texts string) (history []Observation, now Observation) {
	day := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	for t := range strings.FieldsSeq(texts) {
		history = append([]Observation{now}, history...)
		now = Observation{t, day}
		day = day.AddDate(0, 0, 1)
	}
	return history[:len(history)-1], now
}

func TestFlappingIsDistinguishedFromRevision(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, texts   string
		flaps         bool
		back, returns int
	}{
		{"first text", "a", false, -1, 0},
		{"second text", "a b", false, -1, 0},
		{"first return is a change", "a b a", false, 1, 1},
		{"second return is flapping", "a b a b", true, 1, 2},
		{"third return is flapping", "a b a b a", true, 1, 3},
		{"three alternating texts", "a b c a b", true, 2, 2},
		{"four alternating texts", "a b c d a b", true, 3, 2},
		{"five alternating texts are revisions", "a b c d e a b", false, -1, 0},
		{"new text ends flapping", "a b a b c", false, -1, 0},
		{"return after a new text is flapping", "a b a b c b", true, 1, 3},
		{"unchanged text is not a return", "a a", false, -1, 0},
		{"unchanged text after a return is not a return", "a b a b b", false, -1, 0},
		{"two returns with many texts in between", "a b a c d e f g h i j k l m n m", false, 1, 1},
	} {
		history, now := newHistory(c.texts)
		got := DetectFlapping(history, now)
		if got.IsFlapping != c.flaps || got.PreviousIndex != c.back || got.Returns != c.returns || got.Since.IsZero() != (c.returns == 0) {
			t.Errorf("%s (%s): %+v", c.name, c.texts, got)
		}
	}
}

func TestReturnsOutsideTheWindowDoNotCount(t *testing.T) {
	t.Parallel()
	history, now := newHistory("a b a b")
	now.FirstSeen = now.FirstSeen.Add(FlapWindow)
	if got := DetectFlapping(history, now); got.IsFlapping || got.PreviousIndex != 1 || got.Returns != 1 || !got.Since.Equal(now.FirstSeen) {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheNewestVersionsAreExamined(t *testing.T) {
	t.Parallel()
	history, now := newHistory(strings.Repeat("a b ", 500))
	if got := DetectFlapping(history, now); !got.IsFlapping || got.Returns != MaxFlapVersions-1 {
		t.Errorf("%+v", got)
	}
}
