package crawl

import (
	"testing"
	"time"
)

func TestAPlanIsValidUnlessAValueIsOutOfRange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Plan)
		valid  bool
	}{
		"defaults":         {func(*Plan) {}, true},
		"no delay":         {func(p *Plan) { p.Delay = 0 }, true},
		"seeds alone":      {func(p *Plan) { p.MaxDepth = 0 }, true},
		"no seeds":         {func(p *Plan) { p.Seeds = nil }, false},
		"no pages":         {func(p *Plan) { p.MaxPages = 0 }, false},
		"negative depth":   {func(p *Plan) { p.MaxDepth = -1 }, false},
		"negative delay":   {func(p *Plan) { p.Delay = -time.Nanosecond }, false},
		"no time limit":    {func(p *Plan) { p.TimeLimit = 0 }, true},
		"negative time":    {func(p *Plan) { p.TimeLimit = -time.Nanosecond }, false},
		"no options given": {func(p *Plan) { p.Options = Options{} }, false},
	} {
		p := Plan{Seeds: []Seed{{URL: "https://example.com/"}}, Options: DefaultOptions()}
		c.change(&p)
		if err := p.validate(); (err == nil) != c.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithSeedsLeavesThePlanUnchanged(t *testing.T) {
	t.Parallel()
	p := Plan{Seeds: make([]Seed, 1, 4)}
	a, b := p.WithSeeds(Seed{URL: "a"}), p.WithSeeds(Seed{URL: "b"})
	if len(p.Seeds) != 1 || a.Seeds[1].URL != "a" || b.Seeds[1].URL != "b" {
		t.Errorf("plan %v, copies %v and %v", p.Seeds, a.Seeds, b.Seeds)
	}
}
