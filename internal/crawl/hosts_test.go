package crawl

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

// setRobots sets the rules of a host as if its robots.txt were read for a page.
func (hs *hosts) setRobots(name string, rules *robots.Rules, reason SkipReason, status int) *host {
	h := hs.get(name)
	h.hasItems, h.robotsPending = true, true
	at, _ := url.Parse("https://" + name + "/robots.txt")
	hs.handleRobots(&taskResult{host: name, robots: rules, reason: reason, status: status, robotsRequest: robotsRequest{host: name, at: at, attempts: maxAttempts}})
	return h
}

func TestAHostRefusesItsItemsForTheFirstReasonThatApplies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*host)
		item   frontier.Item
		want   SkipReason
	}{
		"allowed":                      {func(*host) {}, frontier.Item{URL: "https://example.com/terms"}, ""},
		"disallowed":                   {func(*host) {}, frontier.Item{URL: "https://example.com/private"}, SkipRobots},
		"a sitemap of robots.txt":      {func(*host) {}, frontier.Item{URL: "https://example.com/private", Sitemap: frontier.RobotsSitemap}, ""},
		"too many failures":            {func(h *host) { h.failures = maxFailures }, frontier.Item{URL: "https://example.com/private"}, SkipHostDown},
		"a long Retry-After":           {func(h *host) { h.retryLater = true }, frontier.Item{URL: "https://example.com/"}, SkipRetryLater},
		"the lease timed out":          {func(h *host) { h.leaseTimedOut = true }, frontier.Item{URL: "https://example.com/"}, SkipHostBusy},
		"robots.txt could not be read": {func(h *host) { h.robotsFailure = SkipTimeout }, frontier.Item{URL: "https://example.com/"}, SkipTimeout},
	} {
		s, _ := newParts(t, nil)
		h := s.hosts.setRobots("example.com", robots.Parse([]byte("User-agent: *\nDisallow: /private\n")), "", 200)
		c.change(h)
		if got := s.hosts.refusal(h, &c.item); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestALongRetryAfterGivesTheHostUp(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	s.discovery.enqueueSeeds()
	s.hosts.backOff("example.com", time.Minute)
	if free := s.frontier.NextAllowed("example.com"); time.Until(free) < 50*time.Second || len(queued(s.frontier)) != 1 {
		t.Errorf("the next request may be sent at %s, %d are queued", free, len(queued(s.frontier)))
	}
	s.hosts.backOff("example.com", maxRetryAfter+time.Second)
	if got := rec.reasons()["https://example.com/"]; got != SkipRetryLater || len(queued(s.frontier)) != 0 {
		t.Errorf("what is queued is skipped for %q", got)
	}
}

func TestRobotsRequestsFollowRedirectsAndRetry(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, nil)
	h := s.hosts.get("example.com")
	s.hosts.requestRobots(h, "https://example.com", false)
	s.hosts.requestRobots(h, "https://example.com", false)
	if len(s.hosts.robotsRequests) != 1 || !h.robotsPending {
		t.Fatalf("the requests are %+v", s.hosts.robotsRequests)
	}
	next := func() robotsRequest {
		r := s.hosts.robotsRequests[0]
		s.hosts.robotsRequests = nil
		return r
	}
	redirect := robots.FromStatus(404, nil)
	s.hosts.handleRobots(&taskResult{host: "example.com", robotsRequest: next(), location: "https://other.example/rules", robots: redirect})
	moved := next()
	if moved.host != "example.com" || moved.at.String() != "https://other.example/rules" || moved.redirects != 1 {
		t.Fatalf("after a redirect it is %+v", moved)
	}
	unreachable := robots.FromStatus(503, nil)
	s.hosts.handleRobots(&taskResult{host: "example.com", robotsRequest: moved, reason: SkipRobotsUnreachable, status: 503, retryAfter: time.Minute, robots: unreachable})
	retry := next()
	if retry.attempts != 1 || time.Until(s.frontier.NextAllowed("other.example")) < 50*time.Second {
		t.Errorf("after a Retry-After it is %+v", retry)
	}
	retry.attempts = maxAttempts - 1
	s.hosts.handleRobots(&taskResult{host: "example.com", robotsRequest: retry, reason: SkipRobotsUnreachable, status: 503, robots: unreachable})
	if !h.robotsKnown || h.robotsFailure != SkipRobotsUnreachable || len(s.hosts.robotsRequests) != 0 {
		t.Errorf("after the last attempt the host is %+v", h)
	}
}

// A host that only rendered pages use has no part in what the crawl reports or probes.
func TestAHostThatOnlyRenderedPagesUseIsNeitherReportedNorProbed(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, nil)
	s.hosts.requestRobotsForPage(&url.URL{Scheme: "https", Host: "cdn.example"})
	r := s.hosts.robotsRequests[0]
	if !r.rendering || s.hosts.awaitsRobots() {
		t.Errorf("items wait for %+v", r)
	}
	r.attempts = maxAttempts
	s.hosts.handleRobots(&taskResult{host: "cdn.example", robotsRequest: r, robots: robots.FromStatus(503, nil), reason: SkipRobotsUnreachable, status: 503})
	if names := s.hosts.withRobots(); len(names) != 0 || s.hosts.serves("cdn.example") {
		t.Errorf("it is among %v", names)
	}
	if f := s.hosts.robotsFailure(); f.URL != "" {
		t.Errorf("its failure is reported: %+v", f)
	}
	s.hosts.setRobots("example.com", robots.FromStatus(503, nil), SkipRobotsUnreachable, 503)
	if f := s.hosts.robotsFailure(); f.URL != "https://example.com/robots.txt" || f.Status != 503 || !f.Robots {
		t.Errorf("the failure of the crawl's host is %+v", f)
	}
}

func TestARenderedPagePausesTheHostsThatItUsed(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, nil)
	s.hosts.setRobots("example.com", robots.Parse([]byte("User-agent: *\nCrawl-delay: 2\n")), "", 200)
	s.hosts.coolDown(map[string]int{"example.com": 4, "unknown.example": 9})
	if wait := time.Until(s.frontier.NextAllowed("example.com")); wait < 7*time.Second || wait > 8*time.Second {
		t.Errorf("it pauses for %s", wait)
	}
	s.hosts.coolDown(map[string]int{"example.com": 1000})
	if wait := time.Until(s.frontier.NextAllowed("example.com")); wait > maxCoolDown {
		t.Errorf("it pauses for %s", wait)
	}
}

// oneLease is a lease that is to be released once release is set.
type oneLease struct{ release, released bool }

func (*oneLease) IdleSince() time.Time                 { return time.Time{} }
func (l *oneLease) ShouldRelease() bool                { return l.release }
func (l *oneLease) Release(context.Context, time.Time) { l.released = true }

func (l *oneLease) Acquire(context.Context, string) (HostLease, error) { return l, nil }

func TestAHostIsReadyOnceItsLeaseIsHeldAndItsRobotsIsKnown(t *testing.T) {
	t.Parallel()
	lease := &oneLease{}
	s, _ := newParts(t, func(_ *Plan, d *Deps) { d.HostLeases = lease })
	h := s.hosts.get("example.com")
	handle := func() {
		t.Helper()
		r := <-s.tasks.results
		s.tasks.running--
		if err := s.hosts.handleLease(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	s.hosts.prepare(t.Context(), h, "https://example.com")
	s.hosts.prepare(t.Context(), h, "https://example.com")
	if s.tasks.running != 1 || s.hosts.ready(h) {
		t.Fatalf("%d tasks run", s.tasks.running)
	}
	handle()
	s.hosts.setRobots("example.com", robots.Parse(nil), "", 200)
	if !s.hosts.ready(h) {
		t.Fatal("it is not ready")
	}
	lease.release = true
	s.hosts.releaseIdle(t.Context(), time.Now())
	handle()
	if !lease.released || h.lease != nil || s.hosts.ready(h) || s.hosts.leaseTasks != 0 {
		t.Errorf("its lease is not released: %+v", h)
	}
}

func TestAHostWhoseLeaseTimesOutIsGivenUp(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	s.discovery.enqueueSeeds()
	s.hosts.leaseTasks = 1
	if err := s.hosts.handleLease(t.Context(), &taskResult{host: "example.com", err: ErrHostBusy}); err != nil {
		t.Fatal(err)
	}
	if got := rec.reasons()["https://example.com/"]; got != SkipHostBusy || !s.hosts.get("example.com").leaseTimedOut {
		t.Errorf("what is queued is skipped for %q", got)
	}
}
