package change

import (
	"reflect"
	"testing"
)

func ignoring(t *testing.T, old, cur string, texts ...string) Change {
	t.Helper()
	c := Compare(Input{Markdown: old, Text: old}, Input{Markdown: cur, Text: cur})
	if c.Kind != KindChange {
		t.Fatalf("%q and %q have the kind %s without rules", old, cur, c.Kind)
	}
	return c.Ignore(NewIgnoreRules(texts))
}

func TestAnEditWithinIgnoredTextIsInsignificant(t *testing.T) {
	t.Parallel()
	const old = "# Partners\n\nWe share data with 120 partners.\n\nWe store data for one year.\n"
	for name, c := range map[string]struct {
		cur, rule string
		want      Kind
	}{
		"a number for which # stands":          {"# Partners\n\nWe share data with 1,314 partners.\n\nWe store data for one year.\n", "with # partners", KindCosmetic},
		"the case and the punctuation differ":  {"# Partners\n\nWe share data with 9 partners.\n\nWe store data for one year.\n", "SHARE data: with # Partners!", KindCosmetic},
		"another number than that of the rule": {"# Partners\n\nWe share data with 130 partners.\n\nWe store data for one year.\n", "with 120 partners", KindChange},
		"a word that is not part of the rule":  {"# Partners\n\nWe sell data with 120 partners.\n\nWe store data for one year.\n", "with # partners", KindChange},
		"a sentence that is the rule":          {"# Partners\n\nWe share data with 120 partners.\n\nThis page was printed.\n\nWe store data for one year.\n", "This page was printed", KindCosmetic},
		"only a number":                        {"# Partners\n\nWe share data with 5 partners.\n\nWe store data for one year.\n", "#", KindChange},
		"an edit elsewhere":                    {"# Partners\n\nWe share data with 120 partners.\n\nWe store data for ten years.\n", "with # partners", KindChange},
	} {
		got := ignoring(t, old, c.cur, c.rule)
		if got.Kind != c.want {
			t.Errorf("%s: the kind is %s, want %s: %+v", name, got.Kind, c.want, got)
		}
		if ignored := countOf(got, RuleIgnoredText); (ignored > 0) != (c.want == KindCosmetic) || c.want == KindCosmetic && got.Added+got.Removed+len(got.Sections)+len(got.Labels) != 0 {
			t.Errorf("%s: %d edits are ignored, and the change is %+v", name, ignored, got)
		}
	}
}

func TestOtherEditsOfASectionRemainNextToIgnoredOnes(t *testing.T) {
	t.Parallel()
	got := ignoring(t, "# A\n\nWe have 10 offices in the world. Data is stored for one year by us.\n", "# A\n\nWe have 11 offices in the world. Data is stored for ten years by us.\n", "have # offices")
	if got.Kind != KindChange || got.Added != 2 || got.Removed != 2 || len(got.Sections) != 1 {
		t.Fatalf("the change is %+v", got)
	}
	want := []InsignificantEdit{{RuleIgnoredText, "10", "11"}}
	if !reflect.DeepEqual(got.Insignificant, want) {
		t.Errorf("the insignificant edits are %+v, want %+v", got.Insignificant, want)
	}
	for _, op := range got.Sections[0].Ops {
		if op.Kind != Equal && (op.Text == "10" || op.Text == "11") {
			t.Errorf("an ignored edit is shown as one: %+v", got.Sections[0].Ops)
		}
	}
}

func TestRulesWithoutWordsIgnoreNothing(t *testing.T) {
	t.Parallel()
	if r := NewIgnoreRules([]string{"", "#", "# #", " \n"}); len(r.patterns) != 0 {
		t.Errorf("the rules have the patterns %v", r.patterns)
	}
}

func countOf(c Change, r Rule) (n int) {
	for _, e := range c.Insignificant {
		if e.Rule == r {
			n++
		}
	}
	return n
}
