package crawl

import (
	"maps"
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
)

func TestALinkCountsAsSkippedOnceAndNotAtAllOnceItIsQueued(t *testing.T) {
	t.Parallel()
	rec := &recorder{}
	l := newLedger(rec, rec)
	const link = "https://example.com/terms"
	l.skipLink(link, "https://example.com/a", SkipNoFollow)
	l.skipLink(link, "https://example.com/b", SkipNotFollowed)
	if !maps.Equal(l.skipped, map[SkipReason]int{SkipNoFollow: 1}) || len(rec.outcomes) != 1 {
		t.Errorf("on two pages it counts as %v, with outcomes %v", l.skipped, rec.outcomes)
	}
	if !l.markSeen(canonical.DedupKey(link)) || l.markSeen(canonical.DedupKey(link)) {
		t.Error("a skipped link is not new, or is new twice")
	}
	if len(l.skipped) != 0 || l.delta.Skipped[SkipNoFollow] != 0 {
		t.Errorf("queued, it still counts as %v", l.skipped)
	}
	l.skipLink(link, "https://example.com/c", SkipNoFollow)
	if len(l.skipped) != 0 {
		t.Errorf("a queued link counts as %v", l.skipped)
	}
}

func TestAnOutcomeCombinesItsItemAndTheResponse(t *testing.T) {
	t.Parallel()
	rec := &recorder{}
	l := newLedger(rec, rec)
	chain := []Redirect{{URL: "https://example.com/old", Status: 301}}
	it := &frontier.Item{URL: "https://example.com/new", DedupKey: "k", Parent: "https://example.com/", RedirectChain: chain}
	l.end(it, Outcome{Kind: OutcomeFailed, Reason: SkipNotFound, Status: 404})
	page := &Page{URL: it.URL, Status: 200}
	l.endPage(&taskResult{item: it, page: page, verdict: Verdict{Reason: SkipDuplicate, Record: "record"}}, "", false)
	l.endPage(&taskResult{item: it, page: page, verdict: Verdict{Reason: SkipDuplicate}}, SkipNotRendered, false)
	failed, fetched, notRendered := rec.outcomes[0], rec.outcomes[1], rec.outcomes[2]
	if failed.URL != it.URL || failed.Parent != it.Parent || !slices.Equal(failed.Redirects, chain) || failed.Status != 404 || failed.Kind != OutcomeFailed {
		t.Errorf("the failure is %+v", failed)
	}
	if fetched.Kind != OutcomeFetched || fetched.Reason != SkipDuplicate || fetched.Page != page || fetched.Verdict.Record != "record" || !slices.Equal(fetched.Redirects, chain) {
		t.Errorf("the page is %+v", fetched)
	}
	if notRendered.Reason != SkipNotRendered {
		t.Errorf("the reason of the engine gives way to %q", notRendered.Reason)
	}
}

func TestThePathToAPageBeginsAtItsSeedAndIsBounded(t *testing.T) {
	t.Parallel()
	l := newLedger(NopObserver{}, nil)
	l.parents = map[string]string{"c": "b", "b": "a", "a": "", "x": "y", "y": "x"}
	if got := l.pathTo("c"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("the path is %v", got)
	}
	if n := len(l.pathTo("x")); n != maxPathLength {
		t.Errorf("the path of a cycle has %d URLs", n)
	}
}

func TestWhatIsLeftInTheFrontierIsSkippedForTheReasonOfTheEnd(t *testing.T) {
	t.Parallel()
	for end, want := range map[StopReason]SkipReason{StopPageLimit: SkipPageLimit, StopTimeLimit: SkipTimeLimit, StopConverged: SkipLowScore} {
		rec := &recorder{}
		l := newLedger(rec, rec)
		l.skipQueued(end, []frontier.Item{{URL: "https://example.com/a"}})
		if l.skipped[want] != 1 || rec.reasons()["https://example.com/a"] != want {
			t.Errorf("%s: %v", end, l.skipped)
		}
	}
}

// A crawl that resumes from any number of checkpoints has the counters and the queue of
// the one that wrote them.
func TestCheckpointsRestoreCountersAndQueue(t *testing.T) {
	t.Parallel()
	for _, snapshots := range []int{1, 2} {
		rec := &recorder{}
		l := newLedger(rec, rec)
		var queue []frontier.Item
		save := func() {
			t.Helper()
			if err := l.save(t.Context(), func() []frontier.Item { return queue }); err != nil {
				t.Fatal(err)
			}
		}
		item := func(key string) frontier.Item {
			it := frontier.Item{URL: "https://example.com/" + key, DedupKey: key, Parent: "https://example.com/"}
			l.markSeen(key)
			l.delta.add(&it)
			return it
		}
		a, b, c := item("a"), item("b"), item("c")
		queue = []frontier.Item{a, b, c}
		save()
		l.fetched, l.requests, l.legal = 1, 1, 1
		l.types["terms"] = true
		l.parents[a.URL] = a.Parent
		l.endPage(&taskResult{item: &a, page: &Page{}, verdict: Verdict{Legal: true, Type: "terms"}}, "", false)
		queue = []frontier.Item{b, c}
		save()
		l.skip(&b, SkipRobots)
		l.countOffSite()
		l.skipLink("https://example.com/d", a.URL, SkipNoFollow)
		queue = []frontier.Item{c}
		if snapshots == 2 {
			l.saved = snapshotEvery
		}
		save()
		if rec.snapshots != snapshots {
			t.Fatalf("%d snapshots, want %d", rec.snapshots, snapshots)
		}
		resumed := newLedger(NopObserver{}, nil)
		got, _, err := resumed.restore(rec.entries)
		if err != nil || len(got) != 1 || got["c"].URL != c.URL {
			t.Errorf("%d snapshots: the queue is %v, %v", snapshots, got, err)
		}
		if resumed.fetched != 1 || resumed.legal != 1 || resumed.requests != 1 || resumed.offSite != 1 || !resumed.types["terms"] || !maps.Equal(resumed.skipped, l.skipped) {
			t.Errorf("%d snapshots: the counters are %+v", snapshots, resumed.counters)
		}
		if resumed.markSeen("a") || resumed.markSeen("b") || resumed.markSeen("c") || !resumed.markSeen("d") {
			t.Errorf("%d snapshots: a URL that ended is new, or one that does not", snapshots)
		}
		if p := resumed.pathTo(a.URL); len(p) != 2 {
			t.Errorf("%d snapshots: the path to the page is %v", snapshots, p)
		}
	}
}

func TestACrawlWithoutCheckpointsCollectsNone(t *testing.T) {
	t.Parallel()
	rec := &recorder{}
	s, _ := newParts(t, func(_ *Plan, d *Deps) { d.Observer, d.Checkpoints = rec, nil })
	s.discovery.addDomain("example.org")
	s.discovery.enqueueSeeds()
	it := nextItem(t, s.frontier)
	s.ledger.endPage(&taskResult{item: it, page: &Page{}, verdict: Verdict{Legal: true, Type: "terms"}}, "", false)
	s.ledger.skip(it, SkipRobots)
	s.ledger.skipLink("https://example.com/a", it.URL, SkipNoFollow)
	s.ledger.delta.doneSitemap(it)
	if s.ledger.delta != nil {
		t.Errorf("the changes %+v are collected", s.ledger.delta)
	}
	err := s.ledger.save(t.Context(), func() []frontier.Item {
		t.Error("the frontier is copied")
		return nil
	})
	if err != nil || len(rec.outcomes) != 3 || s.ledger.skipped[SkipRobots] != 1 || s.ledger.skipped[SkipNoFollow] != 1 {
		t.Errorf("%d outcomes, skipped %v, %v", len(rec.outcomes), s.ledger.skipped, err)
	}
}
