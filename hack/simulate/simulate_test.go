package main

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEveryCompanyIsCrawledOnceWithinTheSlots(t *testing.T) {
	t.Parallel()
	for _, s := range []schedule{spread, nightly} {
		m := defaults
		m.companies, m.schedule, m.slots = 5_000, s, 3
		r := m.run()
		if r.crawls != m.companies || r.mostAtOnce > m.slots || len(r.slotWaits) != m.companies {
			t.Errorf("%s: %d crawls, %d at once, %d waits", s, r.crawls, r.mostAtOnce, len(r.slotWaits))
		}
		if again := m.run(); !reflect.DeepEqual(r, again) {
			t.Errorf("%s: the same seed gives another result", s)
		}
	}
}

func TestASlotThatIsAlwaysFreeCausesNoWait(t *testing.T) {
	t.Parallel()
	m := defaults
	m.companies, m.schedule, m.slots, m.sharing = 2_000, spread, 2_000, 0
	r := m.run()
	if wait := r.slotWait(1); wait != 0 || r.crawlsThatWaitForHost != 0 {
		t.Errorf("a crawl waited %v s for a slot, %d crawls for a host", wait, r.crawlsThatWaitForHost)
	}
	if want := 2_000 * m.meanPages * pageTime / week; math.Abs(r.meanAtOnce-want) > want/10 {
		t.Errorf("%.3f crawls at once, want about %.3f", r.meanAtOnce, want)
	}
}

func TestASharedHostServesOneCrawlAtATime(t *testing.T) {
	t.Parallel()
	m := defaults
	m.companies, m.schedule, m.slots, m.sharedHosts, m.sharing = 500, nightly, 500, 1, 1
	r := m.run()
	if busy := float64(m.companies) / 7 * float64(m.sharedPages) * pageTime; len(r.hostWaits) != 500 || r.hostWait(1) > busy {
		t.Errorf("%d crawls use the host; the longest wait is %.0f s, although the host is busy for %.0f s a night", len(r.hostWaits), r.hostWait(1), busy)
	}
	if r.waitedForHost() == 0 {
		t.Error("no crawl waited for the host, which many use in the same half hour")
	}
}

func TestThePageHasTheTotalsOfTheModel(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(defaults.totals()) {
		if !strings.Contains(string(page), line) {
			t.Errorf("docs/scale.md does not have the line %q: run go run ./hack/simulate", line)
		}
	}
}
