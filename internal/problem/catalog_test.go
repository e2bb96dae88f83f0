package problem

import (
	"bytes"
	"strings"
	"testing"
)

func TestEveryProblemHasARemedyAndARowInTheCatalogue(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := WriteMarkdown(&page); err != nil {
		t.Fatal(err)
	}
	seen := map[Code]bool{}
	for _, d := range Catalog() {
		if seen[d.Code] || d.Title == "" || d.Remedy == "" || d.Status < 400 || d.Status > 599 {
			t.Errorf("the definition of %s is incomplete or not unique: %+v", d.Code, d)
		}
		seen[d.Code] = true
		if !strings.HasPrefix(d.Type(), "https://") || !strings.Contains(page.String(), "`"+string(d.Code)+"`") {
			t.Errorf("%s has the type %q, or no row in docs/problems.md", d.Code, d.Type())
		}
	}
	if Code("unknown").Definition().Code != Internal {
		t.Error("an unknown code is not an internal error")
	}
}
