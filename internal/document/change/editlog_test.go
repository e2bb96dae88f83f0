package change

import (
	"slices"
	"strings"
	"testing"
)

// rulesOf returns the rules of the insignificant edits of a change.
func rulesOf(c Change) []Rule {
	var out []Rule
	for _, n := range c.InsignificantCounts() {
		out = append(out, n.Rule)
	}
	return out
}

func TestInsignificantEditsAreReportedWithTheirRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old, cur string
		rule     Rule
	}{
		{samplePolicy, policyWith("your name,", "Your name"), RuleFormatting},
		{"Call 800 555 1234 now.", "Call 800-555-1234 now.", RuleNumberFormat},
		{"It costs 1,500 a year.", "It costs 1500 a year.", RuleNumberFormat},
		{"Send an e-mail to us now.", "Send an email to us now.", RuleWordDivision},
		{"We use:\n\n1. names\n2. photos", "We use:\n\n3. names\n4. photos", RuleItemNumber},
		{"Write to info (at) harbour (dot) example now.", "Write to info (AT) harbour (dot) example now.", RuleEmailNotation},
		{"We use:\n\n● names\n● photos", "We use:\n\n○ names\n○ photos", RuleItemNumber},
		{"We *use* it here.", "We **use** it here.", RuleFormatting},
		{"© 2024 Harbour Ltd", "© 2025 Harbour Ltd", RuleCopyrightYear},
		{"Text of it.\n\n12 views", "Text of it.\n\n13 views", RuleVolatile},
		{samplePolicy, samplePolicy + "\n\nBack to top", RulePageControl},
		{samplePolicy, "This website uses cookies\n\n" + samplePolicy, RuleConsentBanner},
		{"We keep ~~one year~~ what you give.", "We keep ~~two years~~ what you give.", RuleStruckOut},
		{"Text of it.\n\n◆", "Text of it.\n\n◇", RuleFormatting},
		{"## A\n\nThe first of these paragraphs.\n\nThe second one of them all.", "## A\n\nThe second one of them all.\n\nThe first of these paragraphs.", RuleOrder},
	} {
		ch := Compare(newInput(c.old), newInput(c.cur))
		if ch.Kind == KindChange || !slices.Equal(rulesOf(ch), []Rule{c.rule}) {
			t.Errorf("%q to %q: %s %v, want %s", c.old, c.cur, ch.Kind, ch.Insignificant, c.rule)
		}
		if text := ch.InsignificantText(); !strings.Contains(text, "\n"+string(c.rule)+": ") {
			t.Errorf("%s is not in %q", c.rule, text)
		}
		if !strings.Contains(ch.TextDiff(), " insignificant edit") || !strings.Contains(ch.HTMLDiff(), `<details class="insignificant">`) {
			t.Errorf("the insignificant edits are missing:\n%s\n%s", ch.TextDiff(), ch.HTMLDiff())
		}
	}
}

func TestEditsInRemovedPartsAreInsignificant(t *testing.T) {
	t.Parallel()
	old, cur := newInput(samplePolicy), newInput(policyWith("three years", "five years"))
	old.Removed = []RemovedPart{{RuleHidden, "Show more"}, {RuleSiteBoilerplate, "Home\nPrices\nAbout"}}
	cur.Removed = []RemovedPart{{RuleHidden, "Show more"}, {RuleSiteBoilerplate, "Home\nCosts\nAbout"}}
	want := []InsignificantEdit{{RuleSiteBoilerplate, "Prices", "Costs"}}
	if c := Compare(old, cur); c.Kind != KindChange || !slices.Equal(c.Insignificant, want) {
		t.Errorf("%s %v, want %v", c.Kind, c.Insignificant, want)
	}
	if c := Compare(old, old); c.Kind != KindNone || len(c.Insignificant) != 0 {
		t.Errorf("%s %v, want nothing", c.Kind, c.Insignificant)
	}
	cur.Removed = nil // a stored text, without its page
	if c := Compare(old, cur); len(c.Insignificant) != 0 {
		t.Errorf("%v, want nothing", c.Insignificant)
	}
}

func TestLongInsignificantEditsAreCutToTheirDifference(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Boats and nets for all. ", 200)
	var l editLog
	l.add(RuleAside, long+"old"+long, long+"new"+long)
	if e := l.edits[0]; len(e.Removed) > 2*maxEditBytes || !strings.Contains(e.Removed, "old") || !strings.Contains(e.Added, "new") {
		t.Errorf("%+v", e)
	}
	for range MaxInsignificantEdits + 5 {
		l.add(RuleAside, "a", "b")
	}
	if c := (Change{}).withEdits(l); len(c.Insignificant) != MaxInsignificantEdits || c.InsignificantOmitted != 6 {
		t.Errorf("%d edits and %d omitted", len(c.Insignificant), c.InsignificantOmitted)
	}
}
