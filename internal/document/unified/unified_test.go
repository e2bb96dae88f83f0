package unified

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestADiffHasTheFormOfDiffU(t *testing.T) {
	t.Parallel()
	old := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"
	cur := "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl"
	want := "--- v1\n+++ v2\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -9,3 +9,4 @@\n i\n j\n k\n+l\n\\ No newline at end of file\n"
	if got := Diff("v1", "v2", old, cur); got != want {
		t.Errorf("the diff is\n%s, want\n%s", got, want)
	}
	if got := Diff("v1", "v2", "", "a\n"); got != "--- v1\n+++ v2\n@@ -0,0 +1 @@\n+a\n" {
		t.Errorf("the diff to an empty text is\n%s", got)
	}
	if got := Diff("v1", "v2", old, old); got != "" {
		t.Errorf("the diff of equal texts is %q", got)
	}
}

// apply applies a diff as patch does, with exact line numbers.
func apply(old, diff string) (string, error) {
	a := lines(old)
	var out []string
	x := 0
	script := lines(diff)
	if len(script) > 0 {
		script = script[2:]
	}
	for i := 0; i < len(script); i++ {
		line := script[i]
		text := line[1:]
		if i+1 < len(script) && strings.HasPrefix(script[i+1], "\\") {
			text = strings.TrimSuffix(text, "\n")
		}
		switch line[0] {
		case '@':
			var from int
			if _, err := fmt.Sscanf(line, "@@ -%d", &from); err != nil {
				return "", err
			}
			if !strings.Contains(strings.Fields(line)[1], ",0") {
				from--
			}
			out = append(out, a[x:from]...)
			x = from
		case ' ', '-':
			if x >= len(a) || a[x] != text {
				return "", fmt.Errorf("line %d is not %q", x+1, text)
			}
			if line[0] == ' ' {
				out = append(out, text)
			}
			x++
		case '+':
			out = append(out, text)
		}
	}
	return strings.Join(append(out, a[x:]...), ""), nil
}

func TestADiffOfRandomTextsGivesTheNewOne(t *testing.T) {
	t.Parallel()
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n", "- d\n", "@@ x\n", "--- y\n", "e"}), 0, 40), func(s []string) string { return strings.Join(s, "") })
	rapid.Check(t, func(t *rapid.T) {
		old, cur := text.Draw(t, "old"), text.Draw(t, "cur")
		diff := Diff("old", "new", old, cur)
		if got, err := apply(old, diff); err != nil || got != cur {
			t.Fatalf("applied to %q, the diff gives %q, %v; want %q\n%s", old, got, err, cur, diff)
		}
	})
}
