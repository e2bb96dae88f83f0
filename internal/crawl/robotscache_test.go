package crawl

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/crawl/robots"
)

func TestBrowserRequestsWaitForTheRulesThatTheSchedulerReads(t *testing.T) {
	t.Parallel()
	c := newRobotsCache()
	open, closed := &url.URL{Scheme: "https", Host: "cdn.example", Path: "/open"}, &url.URL{Scheme: "https", Host: "cdn.example", Path: "/closed"}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := c.allow(t.Context(), open); err != nil {
				t.Errorf("an allowed URL: %v", err)
			}
		})
		wg.Go(func() {
			if err := c.allow(t.Context(), closed); !errors.Is(err, errDisallowed) {
				t.Errorf("a disallowed URL: %v", err)
			}
		})
	}
	if u := <-c.wanted; hostKey(u) != "cdn.example" {
		t.Errorf("the scheduler is asked for %s", u)
	}
	c.set("cdn.example", robots.Parse([]byte("User-agent: *\nDisallow: /closed\n")).GroupFor(UserAgentToken), false)
	wg.Wait()
}

func TestAnUnreachableRobotsFileDisallowsAllOfTheHost(t *testing.T) {
	t.Parallel()
	c := newRobotsCache()
	c.set("cdn.example", robots.FromStatus(503, nil).GroupFor(UserAgentToken), true)
	if err := c.allow(t.Context(), &url.URL{Scheme: "https", Host: "cdn.example", Path: "/"}); !errors.Is(err, errNoRules) {
		t.Errorf("the error is %v", err)
	}
}

func TestABrowserRequestStopsWaitingWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	c := newRobotsCache()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.allow(ctx, &url.URL{Scheme: "https", Host: "cdn.example"}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestTheHostsOfRenderedPagesAreBounded(t *testing.T) {
	t.Parallel()
	c := newRobotsCache()
	for n := range maxCachedHosts {
		c.set(fmt.Sprintf("host%d.example", n), robots.Parse(nil).GroupFor(UserAgentToken), false)
	}
	if err := c.allow(t.Context(), &url.URL{Scheme: "https", Host: "host0.example", Path: "/"}); err != nil {
		t.Errorf("a known host: %v", err)
	}
	if err := c.allow(t.Context(), &url.URL{Scheme: "https", Host: "one-more.example", Path: "/"}); !errors.Is(err, errTooManyHosts) {
		t.Errorf("one more host: %v", err)
	}
}

func TestTheCacheOfRobotsIsBounded(t *testing.T) {
	t.Parallel()
	c := newRobotsCache()
	for i := range maxCachedHosts + 10 {
		c.set(fmt.Sprintf("host%d.example", i), nil, false)
	}
	if len(c.byHost) != maxCachedHosts {
		t.Errorf("%d hosts are cached", len(c.byHost))
	}
}
