package change

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// hostileBytes is the length of the texts that are made to be as expensive as possible.
const hostileBytes = 1 << 19

func TestOneAddedWordIsFoundInTheLongestText(t *testing.T) {
	t.Parallel()
	for name, md := range map[string]string{
		"sections":      longText(3, longestTextBytes),
		"one paragraph": strings.Join(strings.Fields(strings.NewReplacer("#", "", "- ", "").Replace(longText(4, longestTextBytes/8))), " "),
	} {
		at := strings.Index(md[len(md)/2:], " ") + len(md)/2
		c := Compare(newInput(md), newInput(md[:at]+" extraordinary"+md[at:]))
		if c.Kind != KindChange || c.Added != 1 || c.Removed != 0 || c.Coarse || len(c.Sections) != 1 {
			t.Errorf("%s: %s, %d added, %d removed, %d sections, coarse %v", name, c.Kind, c.Added, c.Removed, len(c.Sections), c.Coarse)
		}
	}
}

func TestHostileTextsAreComparedOrReportedAsCoarse(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	two := func(x, y string) string {
		var b strings.Builder
		for b.Len() < hostileBytes {
			if r.IntN(2) == 0 {
				b.WriteString(x)
			} else {
				b.WriteString(y)
			}
		}
		return b.String()
	}
	for _, c := range []struct {
		name, old, cur string
		coarse         bool
	}{
		{"rewritten text", longText(5, hostileBytes), longText(6, hostileBytes), false},
		{"one word added to each line", longText(7, hostileBytes), strings.ReplaceAll(longText(7, hostileBytes), "end.", "end now."), false},
		{"two words in random order", two("yes ", "no "), two("yes ", "no "), true},
		{"nothing in common", two("yes ", "no "), two("yea ", "nay "), true},
		{"short lines in random order", two("- yes\n", "- no\n"), two("- yes\n", "- no\n"), false},
	} {
		got := Compare(newInput(c.old), newInput(c.cur))
		if got.Kind == KindNone || c.coarse && !got.Coarse && got.Kind != KindBroken { // two words may be no text at all
			t.Errorf("%s: %s, coarse %v", c.name, got.Kind, got.Coarse)
		}
	}
}
