package change

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawWord draws a meaningless word or a number.
func drawWord(t *rapid.T) string {
	if rapid.IntRange(0, 9).Draw(t, "number") == 0 {
		return fmt.Sprint(rapid.IntRange(10, 9999).Draw(t, "figure"))
	}
	return rapid.StringMatching(`[bdfgklmnpr][aou][bdfgklmnpr]([aou][bdfgklmnpr])?`).Draw(t, "word")
}

// drawSections draws sections of paragraphs and list items, as words.
func drawSections(t *rapid.T) [][][]string {
	sections := make([][][]string, rapid.IntRange(1, 5).Draw(t, "sections"))
	for i := range sections {
		sections[i] = make([][]string, rapid.IntRange(1, 4).Draw(t, "paragraphs"))
		for j := range sections[i] {
			for range rapid.IntRange(3, 14).Draw(t, "words") {
				sections[i][j] = append(sections[i][j], drawWord(t))
			}
		}
	}
	return sections
}

// sectionHeading returns a heading that differs from all others and from every word.
func sectionHeading(i int) string { return fmt.Sprintf("Chapter %s", strings.Repeat("x", i+1)) }

// writeMarkdown writes sections as Markdown. Every other section is a list.
func writeMarkdown(sections [][][]string) string {
	var b strings.Builder
	for i, s := range sections {
		fmt.Fprintf(&b, "## %s\n\n", sectionHeading(i))
		for j, p := range s {
			if i%2 == 1 && j > 0 {
				b.WriteString("- ")
			}
			b.WriteString(strings.Join(p, " ") + "\n\n")
		}
	}
	return b.String()
}

func TestReplacingAnyWordIsAChangeOfItsSection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := drawSections(t)
		old := writeMarkdown(doc)
		s := rapid.IntRange(0, len(doc)-1).Draw(t, "section")
		p := rapid.IntRange(0, len(doc[s])-1).Draw(t, "paragraph")
		w := rapid.IntRange(0, len(doc[s][p])-1).Draw(t, "at")
		oldWord, newWord := doc[s][p][w], drawWord(t)
		if newWord == oldWord {
			return
		}
		doc[s][p][w] = newWord
		c := Compare(newInput(old), newInput(writeMarkdown(doc)))
		if c.Kind != KindChange || len(c.Sections) != 1 || c.Sections[0].Heading != sectionHeading(s) || c.Added != 1 || c.Removed != 1 {
			t.Fatalf("%q for %q in section %d: %s\n%s\nof\n%s", newWord, oldWord, s, c.Kind, c.TextDiff(), old)
		}
	})
}

func TestReorderingTableRowsIsCosmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]string, rapid.IntRange(2, 12).Draw(t, "rows"))
		for i := range rows {
			rows[i] = fmt.Sprintf("| n%d%s | %s %s | %s |\n", i, drawWord(t), drawWord(t), drawWord(t), rapid.SampledFrom([]string{"1 year", "2 years", "session"}).Draw(t, "cell"))
		}
		head := "# Cookies\n\nThese are the cookies that we use.\n\n| Name | Purpose | Time |\n|---|---|---|\n"
		old := newInput(head + strings.Join(rows, "") + "\nAnd no others.")
		original := slices.Clone(rows)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		want := KindCosmetic
		if slices.Equal(original, rows) {
			want = KindNone
		}
		if c := Compare(old, newInput(head+strings.Join(rows, "")+"\nAnd no others.")); c.Kind != want {
			t.Fatalf("%s, want %s\n%s", c.Kind, want, c.TextDiff())
		}
	})
}

func TestReorderingSectionsIsCosmeticAndReportedAsMoves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := drawSections(t)
		parts := make([]string, len(doc))
		for i := range doc {
			doc[i][0] = append(doc[i][0], strings.Repeat("y", i+1)) // make all sections different
			parts[i] = strings.Replace(writeMarkdown(doc[i:i+1]), sectionHeading(0), sectionHeading(i), 1)
		}
		old := strings.Join(parts, "")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		cur := strings.Join(parts, "")
		c := Compare(newInput(old), newInput(cur))
		if old != cur && c.Kind != KindCosmetic || len(c.Sections) >= max(2, len(doc)) {
			t.Fatalf("%s\n%s\nof\n%s\nand\n%s", c.Kind, c.TextDiff(), old, cur)
		}
		for _, s := range c.Sections {
			if s.State != SectionMoved {
				t.Fatalf("section %s is %s, want moved", s.Heading, s.State)
			}
		}
	})
}

// checkOps fails the test unless the equal and the added ops reproduce the sections of
// the new text.
func checkOps(t interface{ Errorf(string, ...any) }, c Change, cur *parsedText) {
	sections := make([]string, len(cur.sections))
	for i, s := range cur.sectionOf {
		sections[s] += withoutSpacesAndBars(cur.blocks[i].Text)
	}
	for _, s := range c.Sections {
		text := ""
		added, removed := 0, 0
		for _, o := range s.Ops {
			switch o.Kind {
			case Added:
				added++
			case Removed:
				removed++
			}
			if o.Kind != Removed {
				text += withoutSpacesAndBars(o.Text)
			}
			if strings.TrimSpace(o.Text) == "" {
				t.Errorf("empty op in %q", s.Heading)
			}
		}
		if added > 0 != (s.Added > 0) || removed > 0 != (s.Removed > 0) {
			t.Errorf("%q has %d added and %d removed ops for %d words added and %d removed", s.Heading, added, removed, s.Added, s.Removed)
		}
		if s.State != SectionMoved && text != "" && !slices.Contains(sections, text) {
			t.Errorf("the ops of %q reproduce %q, which is not one of %q", s.Heading, text, sections)
		}
	}
}

// withoutSpacesAndBars removes white space and the bars between table cells.
func withoutSpacesAndBars(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "")), "")
}

func TestEqualAndAddedOpsReproduceTheNewText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := drawSections(t)
		old := newInput(writeMarkdown(doc))
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			s := rapid.IntRange(0, len(doc)-1).Draw(t, "section")
			p := rapid.IntRange(0, len(doc[s])-1).Draw(t, "paragraph")
			w := rapid.IntRange(0, len(doc[s][p])-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "edit") {
			case 0:
				doc[s][p][w] = drawWord(t)
			case 1:
				doc[s][p] = slices.Insert(doc[s][p], w, drawWord(t), drawWord(t))
			case 2:
				if len(doc[s][p]) > 1 {
					doc[s][p] = slices.Delete(doc[s][p], w, w+1)
				}
			case 3:
				doc[s] = slices.Insert(doc[s], p, []string{drawWord(t), drawWord(t), drawWord(t)})
			}
		}
		cur := newInput(writeMarkdown(doc))
		checkOps(t, Compare(old, cur), parse(cur.Markdown))
	})
}

func FuzzCompare(f *testing.F) {
	for _, p := range pairs {
		f.Add(p.old, p.cur)
	}
	f.Add("- a\n- b\n\n| c | ✓ |\n|---|---|", "1. b\n2. a\n\n| ✓ | c |\n|---|---|")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := newInput(x), newInput(y)
		if c := Compare(a, a); c.Kind != KindNone {
			t.Errorf("%q differs from itself: %+v", x, c)
		}
		c, back := Compare(a, b), Compare(b, a)
		if c.Kind == KindBroken || back.Kind == KindBroken {
			return
		}
		if c.Kind != back.Kind {
			t.Errorf("%s, but %s in the opposite direction", c.Kind, back.Kind)
		}
		if (c.Added+c.Removed > 0) != (c.Kind == KindChange) {
			t.Errorf("%s with %d words added and %d removed", c.Kind, c.Added, c.Removed)
		}
		if !c.reversed {
			checkOps(t, c, parse(y))
		}
		if c.TextDiff() == "" || c.HTMLDiff() == "" {
			t.Error("empty text or HTML diff")
		}
	})
}
