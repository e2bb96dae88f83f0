package dashboard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// compared returns the comparison of two texts.
func compared(old, cur string) service.Comparison {
	return service.Comparison{
		Document: store.Document{ID: "a1", Company: "acme", Type: "terms_of_service"},
		Result: comparison.Result{
			From: store.Version{Number: 1}, To: store.Version{Number: 2}, FromText: old, ToText: cur,
			Change: document.Compare(document.FromMarkdown(old), document.FromMarkdown(cur)),
		},
	}
}

// wordsOf returns n words that no other call with another name returns.
func wordsOf(name string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%c%c ", name, 'a'+i%26, 'a'+i/26%26)
	}
	return strings.TrimSpace(b.String())
}

func TestTheWholeTextHasAllSectionsInTheirOrder(t *testing.T) {
	t.Parallel()
	section := func(name string) string { return "## " + name + "\n\n" + wordsOf(name, 30) + ".\n\n" }
	old := "# Terms\n\n" + section("First") + section("Gone") + section("Middle") + section("Last")
	cur := "# Terms\n\n" + section("First") + section("Middle") + strings.Replace(section("Last"), "Lastca", "fresh", 1)
	v := newDiffView(compared(old, cur), displayInline, 1)
	var got []string
	for _, s := range v.Sections {
		got = append(got, s.Heading+" "+s.State)
	}
	if want := "[Terms unchanged First unchanged Gone removed Middle unchanged Last changed]"; fmt.Sprint(got) != want {
		t.Errorf("sections %v, want %v", got, want)
	}
	if len(v.Outline) != 2 || v.Outline[0].Heading != "Gone" || v.Outline[1].Differences != 1 {
		t.Errorf("outline %+v", v.Outline)
	}
}

func TestEachDifferenceHasOneNumberInEachDisplay(t *testing.T) {
	t.Parallel()
	old, cur := manyEdits(60, 300)
	for _, display := range []string{displayContext, displayInline, displaySplit} {
		next, parts := 1, 1
		for part := 1; part <= parts; part++ {
			v := newDiffView(compared(old, cur), display, part)
			parts = v.Parts
			for _, s := range v.Sections {
				for _, p := range s.Paragraphs {
					for _, x := range p.Pieces {
						if x.Number > 0 && x.Number != next {
							t.Fatalf("%s: difference %d follows %d", display, x.Number, next-1)
						}
						if x.Number > 0 {
							if v.partOf[x.Number-1] != part {
								t.Errorf("%s: difference %d links to part %d, but is in part %d", display, x.Number, v.partOf[x.Number-1], part)
							}
							next++
						}
					}
				}
			}
			if part == parts && next-1 != v.Total {
				t.Errorf("%s: %d numbers, total %d", display, next-1, v.Total)
			}
		}
		if display != displayContext && parts < 2 {
			t.Errorf("%s: a long text has one part", display)
		}
	}
}

func TestAMovedParagraphIsLinkedToItsOtherPlace(t *testing.T) {
	t.Parallel()
	sections := []diffSection{
		{State: change.SectionChanged, Paragraphs: paragraphsOf([]change.Op{{Kind: change.Equal, Text: "A b"}, {Kind: change.Removed, Text: "\nWe keep your data forever"}, {Kind: change.Added, Text: "\nshort"}})},
		{State: change.SectionChanged, Paragraphs: paragraphsOf([]change.Op{{Kind: change.Added, Text: "\nwe keep your  data forever"}, {Kind: change.Equal, Text: "\nC d"}})},
	}
	if n := numberDifferences(sections); n != 2 {
		t.Fatalf("%d differences, want 2", n)
	}
	linkMoves(sections)
	if from, to := sections[0].Paragraphs[1].Pieces[0], sections[1].Paragraphs[0].Pieces[0]; from.Other != 2 || to.Other != 1 {
		t.Errorf("the removed text links to %d and the added one to %d, want 2 and 1", from.Other, to.Other)
	}
	if sections[0].Paragraphs[2].Pieces[0].Other != 0 {
		t.Error("another text is shown as moved")
	}
}

func TestSideBySideShowsTheTextOfEachVersion(t *testing.T) {
	t.Parallel()
	rows := rowsOf(paragraphsOf([]change.Op{{Kind: change.Equal, Text: "We share"}, {Kind: change.Removed, Text: "two"}, {Kind: change.Added, Text: "nine"}, {Kind: change.Removed, Text: "\nold line"}, {Kind: change.Added, Text: "\nnew line"}}))
	text := func(list []piece) string {
		var out []string
		for _, p := range list {
			out = append(out, p.Text)
		}
		return strings.Join(out, " ")
	}
	if len(rows) != 2 || text(rows[0].Old) != "We share two" || text(rows[0].New) != "We share nine" || text(rows[1].Old) != "old line" || text(rows[1].New) != "new line" {
		t.Errorf("rows %+v", rows)
	}
}

// manyEdits returns a text of sections of n words each, and the same text with an edit in each.
func manyEdits(sections, n int) (old, cur string) {
	var a, b strings.Builder
	for i := range sections {
		name := fmt.Sprintf("w%d", i)
		text := fmt.Sprintf("## Section %s\n\n%s.\n\n%s.\n\n", name, wordsOf(name, n/2), wordsOf("x"+name, n/2))
		a.WriteString(text)
		b.WriteString(strings.Replace(text, name+"ka ", "edited ", 1))
	}
	return a.String(), b.String()
}

// BenchmarkComparisonOf1MiB compares two texts of 1 MiB and renders a part of the result.
func BenchmarkComparisonOf1MiB(b *testing.B) {
	s := &Server{o: Options{Now: time.Now}}
	s.assets, _ = loadAssets()
	old, cur := manyEdits(850, 200)
	b.Logf("%d bytes", len(old))
	for _, display := range []string{displayContext, displayInline, displaySplit} {
		b.Run(display, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := compared(old, cur)
				v := newDiffView(c, display, 1)
				d := changeData{Document: c.Document, Diff: &v, path: "/dashboard/documents/a1/compare"}
				var size counter
				if err := d.body(model{page: page{Body: d}, visit: &visit{Server: s}}).Render(b.Context(), &size); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size), "htmlBytes")
				b.ReportMetric(float64(v.Parts), "parts")
			}
		})
	}
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
