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

// ring has the turns of one crawl. Hosts that are held come when they are let go.
type ring struct {
	mu    sync.Mutex
	held  map[string]chan struct{}
	fails map[string]error
	over  bool // every turn is over at once
	out   int  // turns that were not given back
	taken []string
}

func (r *ring) Acquire(ctx context.Context, host string) (crawl.HostLease, error) {
	r.mu.Lock()
	wait, err := r.held[host], r.fails[host]
	r.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out++
	r.taken = append(r.taken, host)
	return &ringTurn{ring: r, begun: time.Now()}, nil
}

type ringTurn struct {
	ring  *ring
	begun time.Time
	asked int
}

func (t *ringTurn) IdleSince() time.Time { return t.begun.Add(-time.Hour) }

// ShouldRelease lets a turn have its robots.txt and a page.
func (t *ringTurn) ShouldRelease() bool {
	t.asked++
	return t.ring.over && t.asked > 2
}

func (t *ringTurn) Release(context.Context, time.Time) {
	t.ring.mu.Lock()
	defer t.ring.mu.Unlock()
	t.ring.out--
}

func (r *ring) check(t *testing.T) {
	t.Helper()
	if r.out != 0 {
		t.Errorf("%d turns were not given back", r.out)
	}
}

// crawl runs a crawl that shares its hosts by r.
func (r *ring) crawl(t *testing.T, w *crawltest.Web, p crawl.Plan, o crawl.Observer) crawl.Result {
	t.Helper()
	res, err := crawltest.Engine(t, w.Config()).Run(t.Context(), p, crawl.Deps{Observer: o, HostLeases: r})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// options returns options without a delay that allow so many pages.
func options(pages int) crawl.Options {
	o := crawltest.Options()
	o.MaxPages = pages
	return o
}

// twoHosts is a web whose one host links to the other.
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

func TestAHostThatOthersHaveHoldsNoOtherHostUp(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &ring{held: map[string]chan struct{}{"a.public.example": make(chan struct{})}}
	came := 0
	var mu sync.Mutex
	notes := &crawltest.Notes{Judge: func(p *crawl.Page) crawl.Verdict {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(p.URL, "http://b.") {
			if came++; came == 7 {
				if n := len(w.Requests("a.public.example")); n > 0 {
					t.Errorf("a host that others have was asked %d times", n)
				}
				close(r.held["a.public.example"])
			}
		}
		return crawl.Verdict{}
	}}
	res := r.crawl(t, w, plan, notes)
	if res.Progress.Fetched != 14 || res.Reason != crawl.StopFrontierEmpty {
		t.Errorf("%d pages came, %s: %v", res.Progress.Fetched, res.Reason, res.Progress.Skipped)
	}
	r.check(t)
}

func TestATurnThatIsOverIsGivenBackAndTakenAgain(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &ring{over: true}
	res := r.crawl(t, w, plan, &crawltest.Notes{})
	if res.Progress.Fetched != 14 || res.Reason != crawl.StopFrontierEmpty {
		t.Errorf("%d pages came, %s: %v", res.Progress.Fetched, res.Reason, res.Progress.Skipped)
	}
	if n := len(r.taken); n < 6 {
		t.Errorf("only %d turns were taken: %v", n, r.taken)
	}
	r.check(t)
}

func TestAHostWhoseTurnDoesNotComeIsLeft(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	r := &ring{fails: map[string]error{"a.public.example": crawl.ErrHostBusy}}
	notes := &crawltest.Notes{}
	res := r.crawl(t, w, plan, notes)
	if res.Progress.Fetched != 7 || notes.Skips()["http://a.public.example/"] != crawl.SkipHostBusy || len(w.Requests("a.public.example")) > 0 {
		t.Errorf("%d pages came, skipped: %v", res.Progress.Fetched, notes.Skips())
	}
	r.check(t)
}

func TestARobotsTxtAtAHostWhoseTurnDoesNotComeIsUnread(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	w.Handle("c.public.example", http.RedirectHandler("http://a.public.example/robots.txt", http.StatusFound))
	plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://c.public.example/x"})
	r := &ring{fails: map[string]error{"a.public.example": crawl.ErrHostBusy}}
	notes := &crawltest.Notes{}
	r.crawl(t, w, plan, notes)
	if got := notes.Skips()["http://c.public.example/x"]; got != crawl.SkipHostBusy {
		t.Errorf("it was skipped for %q", got)
	}
	r.check(t)
}

func TestAStoreThatGivesNoTurnsEndsTheCrawl(t *testing.T) {
	t.Parallel()
	w, plan := twoHosts(t)
	broken := errors.New("the store does not answer")
	r := &ring{fails: map[string]error{"a.public.example": broken}}
	if _, err := crawltest.Engine(t, w.Config()).Run(t.Context(), plan, crawl.Deps{Observer: &crawltest.Notes{}, HostLeases: r}); !errors.Is(err, broken) {
		t.Errorf("the crawl ends with %v", err)
	}
	r.check(t)
}

func TestACrawlThatIsOverWaitsForNoTurn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(p *crawl.Plan, stop func())
		want crawl.StopReason
	}{
		{"its page limit is reached", func(p *crawl.Plan, _ func()) { p.MaxPages = 3 }, crawl.StopPageLimit},
		{"it is stopped", func(_ *crawl.Plan, stop func()) { stop() }, crawl.StopInterrupted},
		{"its time is over", func(p *crawl.Plan, _ func()) { p.TimeLimit = time.Second }, crawl.StopTimeLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, plan := twoHosts(t)
			r := &ring{held: map[string]chan struct{}{"a.public.example": make(chan struct{})}}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			c.set(&plan, stop)
			res, err := crawltest.Engine(t, w.Config()).Run(ctx, plan, crawl.Deps{Observer: &crawltest.Notes{}, HostLeases: r})
			if res.Reason != c.want || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("it ends with %s, %v", res.Reason, err)
			}
			if slices.Contains(r.taken, "a.public.example") {
				t.Errorf("turns were taken: %v", r.taken)
			}
			r.check(t)
		})
	}
}
