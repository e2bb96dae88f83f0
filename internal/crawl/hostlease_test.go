package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// hostLeases are the leases of one crawl.
type hostLeases struct {
	heldElsewhere map[string]chan struct{} // Acquire waits until the channel is closed
	errs          map[string]error         // of Acquire
	contended     bool                     // every lease is to be released after two requests

	mu    sync.Mutex
	held  int
	hosts []string // that were acquired, in order
}

func (l *hostLeases) Acquire(ctx context.Context, host string) (crawl.HostLease, error) {
	if err := l.errs[host]; err != nil {
		return nil, err
	}
	if wait := l.heldElsewhere[host]; wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held++
	l.hosts = append(l.hosts, host)
	return &hostLease{leases: l, acquired: time.Now()}, nil
}

func (l *hostLeases) acquired(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.hosts, host)
}

// check fails the test if a lease was not released.
func (l *hostLeases) check(t *testing.T) {
	t.Helper()
	if l.held != 0 {
		t.Errorf("%d leases were not released", l.held)
	}
}

// crawl runs a crawl that acquires these leases.
func (l *hostLeases) crawl(t *testing.T, w *crawltest.Web, p crawl.Plan, o crawl.Observer) crawl.Result {
	t.Helper()
	res, err := crawltest.Engine(t, w.Config()).Run(t.Context(), p, crawl.Deps{Observer: o, HostLeases: l})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

type hostLease struct {
	leases   *hostLeases
	acquired time.Time
	checks   int
}

func (l *hostLease) IdleSince() time.Time { return l.acquired.Add(-time.Hour) }

func (l *hostLease) ShouldRelease() bool {
	l.checks++
	return l.leases.contended && l.checks > 2
}

func (l *hostLease) Release(context.Context, time.Time) {
	l.leases.mu.Lock()
	defer l.leases.mu.Unlock()
	l.leases.held--
}

// options returns Options with another page limit.
func options(pages int) crawl.Options {
	o := crawltest.Options()
	o.MaxPages = pages
	return o
}

// twoHosts returns a web of two hosts with seven pages each, and a plan for both.
func twoHosts(t *testing.T) (*crawltest.Web, crawl.Plan) {
	t.Helper()
	w := crawltest.NewWeb(t)
	for _, host := range []string{"a.public.example", "b.public.example"} {
		pages := map[string]string{}
		var links []string
		for n := range 6 {
			links = append(links, "/"+strings.TrimSpace(crawltest.Prose(fmt.Sprint(n), 1)))
		}
		pages["/"] = crawltest.HTML(host, links...)
		for _, l := range links {
			pages[l] = crawltest.HTML(host + l)
		}
		w.Site(host, pages)
	}
	p := crawl.Plan{Domains: []string{"public.example"}, Options: crawltest.Options()}
	p.Seeds = []crawl.Seed{{URL: "http://a.public.example/"}, {URL: "http://b.public.example/"}}
	return w, p
}

func TestAHostThatAnotherCrawlHoldsDelaysNoOtherHost(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &hostLeases{heldElsewhere: map[string]chan struct{}{"a.public.example": make(chan struct{})}}
	came := 0
	var mu sync.Mutex
	recorder := &crawltest.Recorder{Classify: func(p *crawl.Page) crawl.Verdict {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(p.URL, "http://b.") {
			if came++; came == 7 {
				if n := len(w.Requests("a.public.example")); n > 0 {
					t.Errorf("a host that another crawl holds received %d requests", n)
				}
				close(r.heldElsewhere["a.public.example"])
			}
		}
		return crawl.Verdict{}
	}}
	res := r.crawl(t, w, plan, recorder)
	if res.Progress.Fetched != 14 || res.Reason != crawl.StopFrontierEmpty {
		t.Errorf("%d pages were fetched, %s: %v", res.Progress.Fetched, res.Reason, res.Progress.Skipped)
	}
	r.check(t)
}

func TestALeaseThatAnotherCrawlWaitsForIsReleasedAndAcquiredAgain(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &hostLeases{contended: true}
	res := r.crawl(t, w, plan, &crawltest.Recorder{})
	if res.Progress.Fetched != 14 || res.Reason != crawl.StopFrontierEmpty {
		t.Errorf("%d pages were fetched, %s: %v", res.Progress.Fetched, res.Reason, res.Progress.Skipped)
	}
	if n := len(r.hosts); n < 6 {
		t.Errorf("only %d leases were acquired: %v", n, r.hosts)
	}
	r.check(t)
}

func TestAHostIsSkippedWhenItsLeaseTimesOut(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &hostLeases{errs: map[string]error{"a.public.example": crawl.ErrHostBusy}}
	recorder := &crawltest.Recorder{}
	res := r.crawl(t, w, plan, recorder)
	if res.Progress.Fetched != 7 || recorder.Skips()["http://a.public.example/"] != crawl.SkipHostBusy || len(w.Requests("a.public.example")) > 0 {
		t.Errorf("%d pages were fetched, skipped: %v", res.Progress.Fetched, recorder.Skips())
	}
	r.check(t)
}

func TestRobotsOnAHostWhoseLeaseTimesOutIsUnreachable(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	w.Handle("c.public.example", http.RedirectHandler("http://a.public.example/robots.txt", http.StatusFound))
	plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://c.public.example/x"})
	r := &hostLeases{errs: map[string]error{"a.public.example": crawl.ErrHostBusy}}
	recorder := &crawltest.Recorder{}
	r.crawl(t, w, plan, recorder)
	if got := recorder.Skips()["http://c.public.example/x"]; got != crawl.SkipHostBusy {
		t.Errorf("it was skipped for %q", got)
	}
	r.check(t)
}

func TestAnErrorOfTheLeasesEndsTheCrawl(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	broken := errors.New("the store is unreachable")
	r := &hostLeases{errs: map[string]error{"a.public.example": broken}}
	if _, err := crawltest.Engine(t, w.Config()).Run(t.Context(), plan, crawl.Deps{Observer: &crawltest.Recorder{}, HostLeases: r}); !errors.Is(err, broken) {
		t.Errorf("the crawl ends with %v", err)
	}
	r.check(t)
}

func TestACrawlThatEndsDoesNotWaitForALease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(p *crawl.Plan, stop func())
		want crawl.StopReason
	}{
		{"its page limit is reached", func(p *crawl.Plan, _ func()) { p.MaxPages = 3 }, crawl.StopPageLimit},
		{"it is interrupted", func(_ *crawl.Plan, stop func()) { stop() }, crawl.StopInterrupted},
		{"its time limit is reached", func(p *crawl.Plan, _ func()) { p.TimeLimit = time.Second }, crawl.StopTimeLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, plan := twoHosts(t)
			r := &hostLeases{heldElsewhere: map[string]chan struct{}{"a.public.example": make(chan struct{})}}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			c.set(&plan, stop)
			res, err := crawltest.Engine(t, w.Config()).Run(ctx, plan, crawl.Deps{Observer: &crawltest.Recorder{}, HostLeases: r})
			if res.Reason != c.want || err != nil {
				t.Errorf("it ends with %s, %v", res.Reason, err)
			}
			if r.acquired("a.public.example") {
				t.Errorf("leases were acquired: %v", r.hosts)
			}
			r.check(t)
		})
	}
}
