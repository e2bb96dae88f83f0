package crawl

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

func TestTheThresholdDependsOnMissingTypesAndRequestsInFlight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		score      float64 // of the one queued URL; 0 if none is queued
		missing    bool
		sinceLegal int
		running    int
		want       float64
		stop       StopReason
	}{
		"a high score":                         {score: 0.9, want: legalScore},
		"a low score, and no type is missing":  {score: 0.1, want: legalScore, stop: StopConverged},
		"a low score, and a type is missing":   {score: 0.1, missing: true, want: searchScore},
		"a low score with a request in flight": {score: 0.1, missing: true, running: 1, want: legalScore},
		"a low score after a long search":      {score: 0.1, missing: true, sinceLegal: maxBarren, want: legalScore, stop: StopConverged},
		"a score below searchScore":            {score: 0.01, missing: true, want: searchScore, stop: StopConverged},
		"an empty frontier":                    {want: legalScore, stop: StopFrontierEmpty},
	} {
		s, _ := newParts(t, func(p *Plan, _ *Deps) {
			if c.missing {
				p.ExpectedTypes = []string{"imprint"}
			}
		})
		if c.score > 0 {
			s.frontier.Add(frontier.Item{URL: "https://example.com/x", Host: "example.com", Score: c.score})
		}
		s.ledger.sinceLegal, s.tasks.running = c.sinceLegal, c.running
		got, stop := s.threshold()
		if got != c.want || stop != c.stop {
			t.Errorf("%s: %v %q, want %v %q", name, got, stop, c.want, c.stop)
		}
	}
}

func TestOnlyFailuresThatMayBeTemporaryAreRetried(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason   SkipReason
		attempts int
		failures int
		retried  bool
	}{
		"a server error":              {SkipServerError, 0, 0, true},
		"the last attempt":            {SkipServerError, maxAttempts - 1, 0, false},
		"a host that is down":         {SkipTimeout, 0, maxFailures - 1, false},
		"a name that does not exist":  {SkipDNS, 0, 0, false},
		"too many requests":           {SkipRateLimited, 0, 0, true},
		"a page that does not exist":  {SkipNotFound, 0, 0, false},
		"a page that breaks a parser": {SkipInternal, 0, 0, false},
	} {
		s, rec := newParts(t, nil)
		s.hosts.get("example.com").failures = c.failures
		it := &frontier.Item{URL: "https://example.com/x", DedupKey: "x", Host: "example.com", Attempts: c.attempts}
		s.handleFailure(&taskResult{kind: pageTask, host: "example.com", item: it, reason: c.reason})
		if got := len(queued(s.frontier)) == 1; got != c.retried || len(rec.outcomes) == 1 == c.retried {
			t.Errorf("%s: retried %v, outcomes %v", name, got, rec.outcomes)
		}
		if !c.retried && (rec.outcomes[0].Kind != OutcomeFailed || rec.outcomes[0].Reason != c.reason || s.ledger.failed != 1) {
			t.Errorf("%s: the outcome is %+v", name, rec.outcomes[0])
		}
	}
}

func TestTheFourthPageWithTheSameTextIsASoftError(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	urls := []string{"https://example.com/a", "https://example.com/b", "https://example.com/c", "https://example.com/d"}
	for _, u := range urls {
		it := &frontier.Item{URL: u, DedupKey: u, Host: "example.com"}
		s.ledger.requests++
		s.handlePage(&taskResult{kind: pageTask, host: it.Host, item: it, page: &Page{URL: u, Status: 200, Links: &Links{}}})
	}
	reasons := rec.reasons()
	if reasons[urls[2]] != "" || reasons[urls[3]] != SkipSoftError || s.ledger.fetched != 4 {
		t.Errorf("the reasons are %v", reasons)
	}
}

// A request that fails because the crawl is interrupted says nothing about its host, and a
// resumed crawl must send it again.
func TestAResultAfterAnInterruptionLeavesItsItemQueued(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s, rec := newParts(t, nil)
	s.discovery.enqueueSeeds()
	it, ok, _ := s.frontier.Next(time.Now(), -1)
	if !ok {
		t.Fatal("the frontier has no item that may be requested")
	}
	for _, r := range []*taskResult{
		{kind: pageTask, host: it.Host, item: &it, reason: SkipCanceled},
		{kind: robotsTask, host: it.Host, reason: SkipCanceled, robots: robots.FromStatus(0, context.Canceled), robotsRequest: robotsRequest{
			host: it.Host, at: &url.URL{Scheme: "https", Host: it.Host, Path: "/robots.txt"},
		}},
	} {
		if err := s.handle(ended, r); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.frontier.Pending(); len(left) != 1 || len(rec.outcomes) != 0 {
		t.Errorf("queued are %v, the outcomes are %v", left, rec.outcomes)
	}
	if h := s.hosts.get(it.Host); h.robotsKnown || h.robotsFailure != "" {
		t.Errorf("the robots.txt of the host is unreachable: %+v", h)
	}
	if reason, err := s.loop(ended, nil); reason != StopInterrupted || err != nil {
		t.Errorf("the crawl ends with %s, %v", reason, err)
	}
}

func TestACrawlThatIsInterruptedBeforeItsFirstCheckpointDoesNotFail(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, _ := newParts(t, func(_ *Plan, d *Deps) { d.Checkpoints = cancelledCheckpoints{} })
	if res, err := s.run(ctx); res.Reason != StopInterrupted || err != nil {
		t.Errorf("the crawl ends with %s, %v", res.Reason, err)
	}
}

// cancelledCheckpoints saves no checkpoint after its context has ended.
type cancelledCheckpoints struct{}

func (cancelledCheckpoints) Save(ctx context.Context, _ []byte, _ bool) error { return ctx.Err() }

func TestPagesThatArriveAfterTheEndAreReportedAndNotCounted(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	late := &taskResult{item: &frontier.Item{URL: "https://example.com/late"}, page: &Page{}}
	lease := &taskResult{host: "example.com", lease: &oneLease{}}
	if leases := s.abandon([]*taskResult{late, lease}); len(leases) != 1 || leases[0] != lease {
		t.Errorf("the leases are %v", leases)
	}
	if len(rec.outcomes) != 1 || rec.outcomes[0].URL != late.item.URL || s.ledger.fetched != 0 {
		t.Errorf("the outcomes are %v, %d pages count", rec.outcomes, s.ledger.fetched)
	}
}
