package neardup

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func sketch(parts ...string) Sketch {
	b := NewBuilder()
	for _, p := range parts {
		b.AddText([]byte(p))
	}
	return b.Sketch()
}

var prose = []string{
	"We process personal data to provide the service and to keep it secure, on the grounds set out below.",
	"You may ask for a copy of your data, have it corrected or erased, and object to our use of it.",
	"We share data with processors who act on our instructions, under contracts that protect it.",
	"We keep data as long as the law requires and no longer, and then it is destroyed.",
}

func TestPagesThatDifferInDatesAreNearDuplicates(t *testing.T) {
	t.Parallel()
	month := func(name string, year int) Sketch {
		return sketch(append([]string{fmt.Sprintf("%s %d", name, year), "Mon", "Tue", "1", "2", "3"}, prose...)...)
	}
	if !month("May", 2026).IsNearDuplicate(month("June", 2041)) {
		t.Error("two months of a calendar are not near duplicates")
	}
	if !sketch("Session 8f3a91").IsNearDuplicate(sketch("Session 8f3a91")) {
		t.Error("a page is not a near duplicate of itself")
	}
}

func TestPagesWithDifferentTextAreNotNearDuplicates(t *testing.T) {
	t.Parallel()
	menu := []string{"Home", "Products", "Pricing", "About", "Careers", "Contact", "Help"}
	a := sketch(append(menu, prose[0], prose[1])...)
	b := sketch(append(menu, prose[2], prose[3])...)
	if a.IsNearDuplicate(b) {
		t.Error("two articles in one layout are near duplicates")
	}
}

func TestPagesWithoutTextAreComparedByTheirLinks(t *testing.T) {
	t.Parallel()
	shell := func(href string) Sketch {
		b := NewBuilder()
		b.AddExact(href)
		return b.Sketch()
	}
	if shell("/a").IsNearDuplicate(shell("/b")) || !shell("/a").IsNearDuplicate(shell("/a")) {
		t.Error("pages without text are not compared by their links")
	}
}

func TestIsNearDuplicateIsSymmetricAndReflexive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z ]{3,80}`), 0, 80)
		a, b := words.Draw(t, "a"), words.Draw(t, "b")
		x, y := sketch(a...), sketch(b...)
		if !x.IsNearDuplicate(x) || x.IsNearDuplicate(y) != y.IsNearDuplicate(x) {
			t.Fatal("IsNearDuplicate is not symmetric and reflexive")
		}
	})
}

func BenchmarkAddText(b *testing.B) {
	page := []byte(strings.Repeat(strings.Join(prose, " "), 20))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		NewBuilder().AddText(page)
	}
}
