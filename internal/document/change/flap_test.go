package change

import (
	"strings"
	"testing"
	"time"
)

// seen makes a history of one version a day, newest last, and gives it newest first
// without that one, and that one.
func seen(texts string) (history []Observation, now Observation) {
	day := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	for t := range strings.FieldsSeq(texts) {
		history = append([]Observation{now}, history...)
		now = Observation{t, day}
		day = day.AddDate(0, 0, 1)
	}
	return history[:len(history)-1], now
}

func TestFlappingIsToldFromRevision(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, texts   string
		flaps         bool
		back, returns int
	}{
		{"the first text", "a", false, -1, 0},
		{"a second text", "a b", false, -1, 0},
		{"a change taken back is news", "a b a", false, 1, 1},
		{"the second return is not", "a b a b", true, 1, 2},
		{"nor the third", "a b a b a", true, 1, 3},
		{"three texts in turn", "a b c a b", true, 2, 2},
		{"four texts in turn", "a b c d a b", true, 3, 2},
		{"five texts are revisions", "a b c d e a b", false, -1, 0},
		{"a new text ends it", "a b a b c", false, -1, 0},
		{"and what comes after that may flap again", "a b a b c b", true, 1, 3},
		{"the same text is no return", "a a", false, -1, 0},
		{"nor is it after a return", "a b a b b", false, -1, 0},
		{"two returns with much between", "a b a c d e f g h i j k l m n m", false, 1, 1},
	} {
		history, now := seen(c.texts)
		got := DetectFlapping(history, now)
		if got.IsFlapping != c.flaps || got.PreviousIndex != c.back || got.Returns != c.returns || got.Since.IsZero() != (c.returns == 0) {
			t.Errorf("%s (%s): %+v", c.name, c.texts, got)
		}
	}
}

func TestOldReturnsDoNotMakeADocumentFlap(t *testing.T) {
	t.Parallel()
	history, now := seen("a b a b")
	now.FirstSeen = now.FirstSeen.Add(FlapWindow)
	if got := DetectFlapping(history, now); got.IsFlapping || got.PreviousIndex != 1 || got.Returns != 1 || !got.Since.Equal(now.FirstSeen) {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheNewestVersionsAreLookedAt(t *testing.T) {
	t.Parallel()
	history, now := seen(strings.Repeat("a b ", 500))
	if got := DetectFlapping(history, now); !got.IsFlapping || got.Returns != MaxFlapVersions-1 {
		t.Errorf("%+v", got)
	}
}
