package run

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// arrival is a request to a shared host and the crawl that sent it.
type arrival struct {
	at time.Time
	by string
}

// sharedHost is a site that the crawls of several companies use. It records their requests.
type sharedHost struct {
	site
	mu       sync.Mutex
	inFlight int
	highest  int // number of requests in flight
	arrivals []arrival
}

// newSharedHost serves a number of pages that link to each other.
func newSharedHost(t *testing.T, pages int) *sharedHost {
	t.Helper()
	h := &sharedHost{}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.inFlight++
		h.highest = max(h.highest, h.inFlight)
		h.arrivals = append(h.arrivals, arrival{time.Now(), r.Header.Get("Accept-Language")})
		h.mu.Unlock()
		defer func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.inFlight--
		}()
		if r.URL.Path == "/robots.txt" {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		var links []string
		for n := range pages {
			links = append(links, fmt.Sprintf("/legal/%s", words[n%len(words)]+fmt.Sprint(n)), "Legal terms")
		}
		fmt.Fprint(rw, home(links...), "<h1>Terms</h1><p>") // all different, because near duplicates are a trap
		for n := range 40 {
			fmt.Fprintf(rw, "word%x ", sha256.Sum256([]byte(r.URL.Path+fmt.Sprint(n))))
		}
	}))
	t.Cleanup(h.Close)
	return h
}

var words = []string{"anchor", "buoy", "capstan", "dinghy", "fender", "gunwale"}

// inRow is how many requests are timed together: on a busy machine the server may receive a
// single one late.
const inRow = 8

// statistics returns the highest number of requests in flight, the shortest time of inRow
// requests, and how often a request was sent by another crawl than the one before.
func (h *sharedHost) statistics() (highest int, shortest time.Duration, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	shortest = time.Hour
	last := arrival{}
	for i, a := range h.arrivals {
		if i >= inRow {
			shortest = min(shortest, a.at.Sub(h.arrivals[i-inRow].at))
		}
		if a.by != "" { // requests for robots.txt do not name their crawl
			if last.by != "" && a.by != last.by {
				changes++
			}
			last.by = a.by
		}
	}
	return h.highest, shortest, changes
}

const sharedDelay = 200 * time.Millisecond

// startCrawl starts a crawl of the host for a company and sends its report.
func (h *sharedHost) startCrawl(ctx context.Context, t *testing.T, s store.Store, company string, maxHold time.Duration) <-chan Report {
	t.Helper()
	r := h.runner(t, s)
	r.WorkerID, r.MaxHostHold, r.LeaseDuration = "worker of "+company, maxHold, 6*time.Second // does not expire during the pauses of a busy machine
	tk := task()
	tk.Company, tk.Plan.Delay, tk.Plan.Languages, tk.Plan.ExpectedTypes = company, sharedDelay, []string{company}, nil
	end := make(chan Report, 1)
	go func() {
		rep, err := execute(ctx, r, tk, nil)
		if err != nil && ctx.Err() == nil {
			t.Errorf("the crawl of %s: %v", company, err)
		}
		end <- rep
	}()
	return end
}

func TestCrawlsOfOneHostShareItsDelayAndAlternate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	t.Parallel()
	const pages = 20
	h := newSharedHost(t, pages)
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	var ends []<-chan Report
	for _, company := range []string{"aa", "bb", "cc"} {
		ends = append(ends, h.startCrawl(t.Context(), t, s, company, time.Second))
	}
	for _, end := range ends {
		if rep := <-end; rep.Run.Progress.Fetched != pages+1 {
			t.Errorf("%s fetched %d pages of %d: %s %v", rep.Run.Company, rep.Run.Progress.Fetched, pages+1, rep.Run.Message, rep.Run.Progress.Skipped)
		}
	}
	highest, shortest, changes := h.statistics()
	t.Logf("%d requests, at most %d in flight, at least %s for %d in a row, %d changes of the crawl", len(h.arrivals), highest, shortest, inRow, changes)
	if highest != 1 {
		t.Errorf("the host had %d requests in flight at once", highest)
	}
	if shortest < (inRow-2)*sharedDelay { // without host leases, three crawls take a third of the time
		t.Errorf("%d requests in a row arrived within %s, the delay is %s", inRow, shortest, sharedDelay)
	}
	if changes < 3 {
		t.Errorf("the crawl changed only %d times: some crawls waited until others had finished", changes)
	}
}

// leaseCounter counts the writes of host leases.
type leaseCounter struct {
	store.Store
	writes atomic.Int64
}

func (c *leaseCounter) count(name string) {
	if strings.HasPrefix(name, "host/") {
		c.writes.Add(1)
	}
}

func (c *leaseCounter) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	c.count(name)
	return c.Store.AcquireLease(ctx, name, holder, ttl)
}

func (c *leaseCounter) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	c.count(l.Name)
	return c.Store.RenewLease(ctx, l, ttl)
}

func (c *leaseCounter) ReleaseLease(ctx context.Context, l store.Lease) error {
	c.count(l.Name)
	return c.Store.ReleaseLease(ctx, l)
}

func TestHostLeasesCostNoStoreWritePerRequest(t *testing.T) {
	t.Parallel()
	const pages = 60
	h := newSharedHost(t, pages)
	c := &leaseCounter{Store: openStore(t)}
	r := h.runner(t, c)
	r.MaxHostHold = time.Minute
	rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.ExpectedTypes = nil })
	if rep.Run.Progress.Fetched != pages+1 {
		t.Errorf("%d pages were fetched", rep.Run.Progress.Fetched)
	}
	// One write acquires the lease and one releases it; a slow machine needs renewals.
	if n := c.writes.Load(); n < 2 || n > pages/4 {
		t.Errorf("the host lease was written %d times for %d requests", n, pages+2)
	}
}

func TestRunsWithoutMaxHostHoldAcquireNoHostLeases(t *testing.T) {
	t.Parallel()
	h := newSharedHost(t, 3)
	c := &leaseCounter{Store: openStore(t)}
	crawlOnce(t, h.runner(t, c))
	if n := c.writes.Load(); n != 0 {
		t.Errorf("host leases were written %d times", n)
	}
}
