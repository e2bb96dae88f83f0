package fulltext

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// entryOfTokens returns the entry that NewEntry must return, made from the tokens as strings.
func entryOfTokens(text string) Entry {
	text = normalize(prefix(text, maxTextBytes))
	tokens := tokenize(text, maxTokens)
	counts, heading, pairs := map[string]int{}, map[string]bool{}, newPairs(text)
	var order []string
	for i, t := range tokens {
		if i > 0 {
			pairs.add(pairOf(hashString(tokens[i-1].text), hashString(t.text)))
		}
		parts := []string{t.text}
		if t.middle > 0 {
			parts = append(parts, t.text[:t.middleOf])
			if i == len(tokens)-1 || !tokens[i+1].continues(t) {
				parts = append(parts, t.text[t.middleOf:])
			}
		}
		line := strings.LastIndexByte(text[:t.start], '\n') + 1
		for _, p := range parts {
			if counts[p]++; counts[p] == 1 {
				order = append(order, p)
			}
			heading[p] = heading[p] || text[line] == '#'
		}
	}
	e := Entry{Pairs: pairs.fold()}
	for _, token := range order {
		e.Terms = append(e.Terms, TermOf(token))
		if heading[token] || counts[token] >= prominentCount && counts[token]*prominentShare >= len(tokens) {
			e.Prominent = append(e.Prominent, ProminentTermOf(token))
		}
	}
	return e
}

func checkEntry(t interface{ Fatalf(string, ...any) }, text string) {
	got, want := NewEntry(text), entryOfTokens(text)
	if !slices.Equal(got.Terms, want.Terms) || !slices.Equal(got.Prominent, want.Prominent) || !slices.Equal(got.Pairs, want.Pairs) {
		t.Fatalf("the entry of %.300q is\n%.500v, want\n%.500v", text, got, want)
	}
}

func TestAnEntryHasTheTokensOfItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkEntry(t, drawText(t, "text")) })
}

func TestTheEntryOfALongTextHasItsFirstTokens(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for _, parts := range [][]string{{"word ", "other\n# "}, {"法", "律", "の", "한"}, {"法", "律", "word ", "\n# ", "é"}} {
		var b strings.Builder
		for range 2 * maxTokens {
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		checkEntry(t, b.String())
	}
}

func TestAFilterOfPairsHasFewOthers(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 100, 1000, 30_000} {
		p := make(Pairs, maxPairsSize)
		for i := range count {
			p.add(pairOf(uint64(i), uint64(i+1)))
		}
		p = p.fold()
		if !slices.Contains(PairSizes, len(p)) || count > 100 && len(p) > 2*count {
			t.Errorf("the filter of %d pairs has %d bytes", count, len(p))
		}
		const tries = 20_000
		wrong := 0
		for i := range tries {
			bits := bitsOf(pairOf(uint64(i), uint64(i+2)), len(p))
			if p.Has(bits[:]) {
				wrong++
			}
		}
		if wrong*30 > tries {
			t.Errorf("a filter of %d pairs has %d of %d others", count, wrong, tries)
		}
	}
	if (Pairs(nil)).Has([]uint32{0}) || !(Pairs(nil)).Has(nil) {
		t.Error("an empty filter has a pair")
	}
}

func TestTermsDoNotChange(t *testing.T) {
	t.Parallel()
	// The stores contain these values.
	if a, b := TermOf("arbitration"), ProminentTermOf("法律"); a != 1514836736 || b != 2128553905 {
		t.Errorf("the terms are %d and %d", a, b)
	}
	if bits := (Query{Phrases: [][]string{{"third", "party"}}}).PairBits(128); !slices.Equal(bits, []uint32{632, 639, 646, 653}) {
		t.Errorf("the bits of a pair are %v", bits)
	}
}
