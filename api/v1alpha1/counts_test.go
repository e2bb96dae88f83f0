package v1alpha1

import "testing"

func TestCountsAreDescribedInWords(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]DocumentCounts{
		"3 new documents, 1 changed, 8 unchanged, 0 removed":                                         {New: 3, Changed: 1, Unchanged: 8},
		"1 new document, 0 changed, 0 unchanged, 2 removed, 4 broken, 5 unreachable, 38 not visited": {New: 1, Removed: 2, Broken: 4, Unreachable: 5, NotVisited: 38},
	} {
		if got := c.Describe(); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}
