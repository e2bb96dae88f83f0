package crawl

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// constants returns the names of the constants of a file that begin with prefix.
func constants(t *testing.T, file, prefix string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				if strings.HasPrefix(n.Name, prefix) {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

func TestEachReasonIsInItsTableOnce(t *testing.T) {
	t.Parallel()
	skips, stops := SkipReasons(), StopReasons()
	if want := constants(t, "skipreason.go", "Skip"); len(skips) != len(want) {
		t.Errorf("SkipReasons has %d of the %d constants %v", len(skips), len(want), want)
	}
	if want := constants(t, "stopreason.go", "Stop"); len(stops) != len(want) {
		t.Errorf("StopReasons has %d of the %d constants %v", len(stops), len(want), want)
	}
	slices.Sort(skips)
	slices.Sort(stops)
	if len(slices.Compact(skips)) != len(SkipReasons()) || len(slices.Compact(stops)) != len(StopReasons()) {
		t.Error("a reason is in its table twice")
	}
}

func TestOnlyACrawlWithoutAPageFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counters counters
		end      StopReason
		want     StopReason
	}{
		"a page was fetched":              {counters{fetched: 1, denied: 1}, StopConverged, StopConverged},
		"robots.txt disallows all":        {counters{disallowed: 2}, StopFrontierEmpty, StopRobotsDisallowed},
		"robots.txt and an error":         {counters{disallowed: 2, unreachable: 1}, StopFrontierEmpty, StopSiteUnreachable},
		"access is denied":                {counters{denied: 1, unreachable: 3}, StopFrontierEmpty, StopAccessDenied},
		"nothing answers":                 {counters{unreachable: 1}, StopConverged, StopSiteUnreachable},
		"it was interrupted":              {counters{denied: 1}, StopInterrupted, StopInterrupted},
		"the time limit came before that": {counters{}, StopTimeLimit, StopTimeLimit},
	} {
		l := newLedger(NopObserver{}, nil)
		l.counters = c.counters
		if got := l.stopReason(c.end); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
