package crawl

import (
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/robots"
)

func TestTheObserverLearnsWhyAHostIsSlowedOrPaused(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	s.hosts.setRobots("fast.example", robots.Parse([]byte("User-agent: *\nCrawl-delay: 0\n")), "", 200)
	s.hosts.setRobots("slow.example", robots.Parse([]byte("User-agent: *\nCrawl-delay: 7\n")), "", 200)
	s.hosts.backOff("busy.example", time.Minute)
	s.hosts.backOff("closed.example", maxRetryAfter+time.Second)
	s.discovery.enqueueSeeds()
	it := nextItem(t, s.frontier)
	for range maxFailures {
		s.handleFailure(&taskResult{kind: pageTask, host: "example.com", item: it, reason: SkipServerError, status: 502})
	}
	want := []HostEvent{
		{"slow.example", HostSlowed, HostCrawlDelay, 7 * time.Second},
		{"busy.example", HostPaused, HostRetryAfter, time.Minute},
		{"closed.example", HostPaused, string(SkipRetryLater), 0},
		{"example.com", HostPaused, string(SkipServerError), rec.hosts[3].Delay},
	}
	if len(rec.hosts) < 5 || !slices.Equal(rec.hosts[:4], want) || rec.hosts[3].Delay <= 0 {
		t.Errorf("the events are %+v, want first %+v", rec.hosts, want)
	}
	if last := rec.hosts[len(rec.hosts)-1]; last != (HostEvent{"example.com", HostPaused, string(SkipHostDown), 0}) {
		t.Errorf("after %d failures the last event is %+v", maxFailures, last)
	}
}
