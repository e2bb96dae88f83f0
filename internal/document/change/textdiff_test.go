package change

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTextDiffEditsReadNaturally(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, cur, want string }{
		{"replaced word", "We keep data for three years.", "We keep data for seven years.",
			"We keep data for [-three-] {+seven+} years."},
		{"added sentence", "We keep data. We delete it.", "We keep data. We never sell data. We delete it.",
			"We keep data. {+We never sell data.+} We delete it."},
		{"sentence added before a similar one", "Intro here. We may share data. End of it.", "Intro here. We may sell data. We may share data. End of it.",
			"Intro here. {+We may sell data.+} We may share data. End of it."},
		{"rewritten clause is not split into single words", "You must give the device back to us in the state in which it was on the day of delivery.",
			"You must return the phone to the shop in its box with the receipt that the carrier gave to you.", ""},
		{"added paragraph", "One paragraph stands here.\n\nAnother paragraph stands there.", "One paragraph stands here.\n\nA third one is new.\n\nAnother paragraph stands there.",
			"One paragraph stands here.\n{+A third one is new.+}\nAnother paragraph stands there."},
		{"first word of a paragraph", "One paragraph stands here.\n\nWe keep data for you.", "One paragraph stands here.\n\nThey keep data for you.",
			"One paragraph stands here.\n[-We-] {+They+} keep data for you."},
		{"added list item", "You get:\n\n- bread\n- water", "You get:\n\n- bread\n- wine\n- water",
			"You get:\nbread\n{+wine+}\nwater"},
		{"script without spaces", "我们收集您的信息。", "我们出售您的信息。", "我们 [-收集-] {+出售+} 您的信息。"},
		{"price", "It costs €5 a month.", "It costs 6,00 € a month.", "It costs [-€5-] {+6,00 €+} a month."},
	} {
		got := Compare(newInput(c.old), newInput(c.cur)).TextDiff()
		if n := strings.Count(got, "[-") + strings.Count(got, "{+"); c.want == "" && n > 6 {
			t.Errorf("%s: %d edits in\n%s", c.name, n, got)
		}
		if _, body, _ := strings.Cut(got, "\n## "); !strings.HasSuffix(body, "]\n"+c.want+"\n") && c.want != "" {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, body, c.want)
		}
	}
}

func TestSectionStatesDescribeTheChange(t *testing.T) {
	t.Parallel()
	old := "# Terms\n\n## A first section\n\nIt says that we do this and that for you.\n\n## A second section\n\nIt says that you pay for what we do for you.\n\n## A third section\n\nIt will go away, because it is obsolete now.\n\n## A fourth section\n\nIt stays where it is and says nothing of note.\n\n## A fifth section\n\nIt stays as well, although its purpose is unclear."
	cur := "# Terms\n\n## A fifth section\n\nIt stays as well, although its purpose is unclear.\n\n## A first section\n\nIt says that we do this and that for all.\n\n## Payment\n\nIt says that you pay for what we do for you.\n\n## A new section\n\nIt is short, but here is what we want.\n\n## A fourth section\n\nIt stays where it is and says nothing of note."
	c := Compare(newInput(old), newInput(cur))
	var got []string
	for _, s := range c.Sections {
		line := s.State + " " + s.Heading
		if s.PreviousHeading != "" {
			line += " was " + s.PreviousHeading
		}
		got = append(got, line)
	}
	want := "moved A fifth section; changed A first section; changed Payment was A second section; added A new section; removed A third section"
	if strings.Join(got, "; ") != want {
		t.Errorf("%s\nwant %s\n%s", strings.Join(got, "; "), want, c.TextDiff())
	}
}

func TestMovedSectionIsComparedWithItsOldText(t *testing.T) {
	t.Parallel()
	a := "## Retention\n\nWe keep it as long as the law asks for it.\n\nWe keep the rest for three years only.\n\n"
	b := "## Sharing\n\nWe share it with those who need it.\n\nNo other company gets any of it.\n\nThis is what we promise to you.\n\n"
	c := Compare(newInput("# T\n\n"+a+b), newInput("# T\n\n"+b+strings.Replace(a, "three", "four", 1)))
	if len(c.Sections) != 1 || c.Sections[0].Heading != "Retention" || c.Added != 1 || c.Removed != 1 {
		t.Errorf("%s", c.TextDiff())
	}
}

func TestHTMLDiffEscapesPageText(t *testing.T) {
	t.Parallel()
	const bad = `<script>alert(1)</script>"'&`
	c := Change{Kind: KindChange, Labels: []Label{Label(bad)}, Sections: []SectionChange{{
		Heading: bad, PreviousHeading: bad, State: bad, Labels: []Label{Label(bad)}, Ops: []Op{{Added, bad}, {Removed, "\n" + bad}, {Equal, bad}},
	}}}
	if got := c.HTMLDiff(); strings.Contains(got, "<script") || strings.Contains(got, `"'`) {
		t.Error(got)
	}
}

func TestLongEqualTextIsElided(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("equal words ", 500)
	c := Compare(newInput(long+"old "+long+"old "+long), newInput(long+"new "+long+"new "+long))
	if got := c.TextDiff(); len(got) > 1500 || strings.Count(got, "…") != 3 {
		t.Errorf("%d bytes: %s", len(got), got[:min(len(got), 2000)])
	}
	b, err := json.Marshal(c)
	if err != nil || !strings.Contains(string(b), `"state":"changed"`) || !strings.Contains(string(b), `"labels":["wording"]`) {
		t.Errorf("%v %.300s", err, b)
	}
}

func TestCheckMarkInAnotherColumnIsShownInThatColumn(t *testing.T) {
	t.Parallel()
	c := Compare(newInput(sharingTable("✓", "")), newInput(sharingTable("", "✓")))
	if got := c.TextDiff(); !strings.Contains(got, "Ads [-| ✓-] {+| | ✓+}") {
		t.Errorf("%s", got)
	}
}
