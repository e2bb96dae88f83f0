package main

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
)

// sample returns, for each of n companies, links to documents with the word "deed" and
// other links with the word "shoe". The hand-written phrases contain neither.
func sample(n int) []link {
	var out []link
	for c := range n {
		company := fmt.Sprint("company", c)
		for i := range 4 {
			out = append(out,
				link{company: company, site: true, legal: true, phraseScore: 0.02, weight: 1, features: []string{"path deed", "path " + company, fmt.Sprint("text ", i)}},
				link{company: company, site: true, phraseScore: 0.02, weight: 1, features: []string{"path shoe", "path " + company, fmt.Sprint("text ", i)}},
			)
		}
	}
	return out
}

func everything(*link) bool { return true }

func TestTrainingLearnsWordsThatCompaniesShare(t *testing.T) {
	t.Parallel()
	w := train(sample(3*minCompanies), everything)
	if w["path deed"] <= 0.5 || w["path shoe"] >= -0.1 {
		t.Errorf("weight of deed %v, of shoe %v", w["path deed"], w["path shoe"])
	}
	for name := range w {
		if strings.Contains(name, "company") {
			t.Errorf("%s belongs to one company", name)
		}
		if strings.HasPrefix(name, "text") {
			t.Errorf("%s is not informative and has weight %v", name, w[name])
		}
	}
}

func TestAWordOfTooFewCompaniesHasNoWeight(t *testing.T) {
	t.Parallel()
	if w := train(sample(minCompanies-1), everything); len(w) != 0 {
		t.Errorf("weights of %d companies: %v", minCompanies-1, w)
	}
	left := train(sample(2*minCompanies), func(l *link) bool { return l.company < fmt.Sprint("company", minCompanies-1) })
	if len(left) != 0 {
		t.Errorf("excluded companies have weights: %v", left)
	}
}

func TestTrainingIsRepeatable(t *testing.T) {
	t.Parallel()
	first := train(sample(12), everything)
	for range 3 {
		if again := train(sample(12), everything); !maps.Equal(first, again) {
			t.Fatalf("%v, then %v", first, again)
		}
	}
	if render(first) != render(maps.Clone(first)) {
		t.Error("the same weights are rendered differently")
	}
}

func TestAWordOfAPhraseGainsLess(t *testing.T) {
	t.Parallel()
	links := sample(12)
	for i := range links {
		if links[i].legal {
			links[i].phraseScore = 0.99 // a phrase contains the word
		}
	}
	known, unknown := train(links, everything)["path deed"], train(sample(12), everything)["path deed"]
	if known >= unknown/2 {
		t.Errorf("the weight of a word in a phrase is %v, that of another word %v", known, unknown)
	}
}

func TestAUC(t *testing.T) {
	t.Parallel()
	of := func(legal, other []float64) []ranked {
		var rs []ranked
		for _, s := range legal {
			rs = append(rs, ranked{&link{legal: true}, s})
		}
		for _, s := range other {
			rs = append(rs, ranked{&link{}, s})
		}
		return rs
	}
	for _, c := range []struct {
		legal, other []float64
		want         float64
	}{
		{[]float64{3, 4}, []float64{1, 2}, 1},
		{[]float64{1, 2}, []float64{3, 4}, 0},
		{[]float64{1}, []float64{1}, 0.5},
		{[]float64{1, 3}, []float64{2, 3}, 0.375},
	} {
		if got := auc(of(c.legal, c.other)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v over %v: %v, want %v", c.legal, c.other, got, c.want)
		}
	}
	if !math.IsNaN(auc(of([]float64{1}, nil))) {
		t.Error("the AUC without other links is a number")
	}
}

func TestPageKeyIdentifiesPagesAsTheLabelsDo(t *testing.T) {
	t.Parallel()
	if pageKey("https://www.example.com/Terms/") != pageKey("http://example.com/terms#top") {
		t.Error("one page has two keys")
	}
	if pageKey("https://example.com/a?x=1") == pageKey("https://example.com/a?x=2") {
		t.Error("two pages have one key")
	}
}
