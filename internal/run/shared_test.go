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

// arrival is one request at a shared host, of the crawl that names itself.
type arrival struct {
	at time.Time
	by string
}

// sharedHost is a site that several companies' crawls ask, and what it sees of them.
type sharedHost struct {
	site
	mu       sync.Mutex
	inHand   int
	most     int
	arrivals []arrival
}

// newSharedHost serves pages that link to so many others.
func newSharedHost(t *testing.T, pages int) *sharedHost {
	t.Helper()
	h := &sharedHost{}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.inHand++
		h.most = max(h.most, h.inHand)
		h.arrivals = append(h.arrivals, arrival{time.Now(), r.Header.Get("Accept-Language")})
		h.mu.Unlock()
		defer func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.inHand--
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
		fmt.Fprint(rw, home(links...), "<h1>Terms</h1><p>") // each a page of its own: ones alike are a trap
		for n := range 40 {
			fmt.Fprintf(rw, "word%x ", sha256.Sum256([]byte(r.URL.Path+fmt.Sprint(n))))
		}
	}))
	t.Cleanup(h.Close)
	return h
}

var words = []string{"anchor", "buoy", "capstan", "dinghy", "fender", "gunwale"}

// inRow is how many requests are timed together: a busy machine has the server notice
// one of them late.
const inRow = 8

// seen gives the most requests at once, the shortest time for so many in a row, and how
// often the next one was another crawl's.
func (h *sharedHost) seen() (most int, shortest time.Duration, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	shortest = time.Hour
	last := arrival{}
	for i, a := range h.arrivals {
		if i >= inRow {
			shortest = min(shortest, a.at.Sub(h.arrivals[i-inRow].at))
		}
		if a.by != "" { // requests for robots.txt don't say whose they are
			if last.by != "" && a.by != last.by {
				changes++
			}
			last.by = a.by
		}
	}
	return h.most, shortest, changes
}

const sharedDelay = 200 * time.Millisecond

// crawls begins a crawl of the host for a company, and gives its end.
func (h *sharedHost) crawls(ctx context.Context, t *testing.T, s store.Store, company string, tenure time.Duration) <-chan Report {
	t.Helper()
	r := h.runner(t, s)
	r.Holder, r.HostTenure, r.Lease = "worker of "+company, tenure, 6*time.Second // it outlasts the pauses of a busy machine
	tk := task()
	tk.Company, tk.Plan.Delay, tk.Plan.Languages, tk.Plan.ExpectedTypes = company, sharedDelay, []string{company}, nil
	end := make(chan Report, 1)
	go func() {
		rep, err := r.Run(ctx, tk)
		if err != nil && ctx.Err() == nil {
			t.Errorf("the crawl of %s: %v", company, err)
		}
		end <- rep
	}()
	return end
}

func TestCrawlsOfOneHostKeepItsDelayTogetherAndTakeTurns(t *testing.T) {
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
		ends = append(ends, h.crawls(t.Context(), t, s, company, time.Second))
	}
	for _, end := range ends {
		if rep := <-end; rep.Run.Progress.Fetched != pages+1 {
			t.Errorf("%s fetched %d pages of %d: %s %v", rep.Run.Company, rep.Run.Progress.Fetched, pages+1, rep.Run.Message, rep.Run.Progress.Skipped)
		}
	}
	most, shortest, changes := h.seen()
	t.Logf("%d requests, %d at once, %s for %d in a row at least, %d changes of turn", len(h.arrivals), most, shortest, inRow, changes)
	if most != 1 {
		t.Errorf("the host had %d requests in hand at once", most)
	}
	if shortest < (inRow-2)*sharedDelay { // without turns three crawls make them in a third of the time
		t.Errorf("%d requests in a row came within %s, the host's delay is %s", inRow, shortest, sharedDelay)
	}
	if changes < 3 {
		t.Errorf("three crawls, and only %d times another one's turn: some waited for others to end", changes)
	}
}

// leaseCounter counts the writes of hosts' leases.
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

func TestTheStoreIsWrittenToForATurnAndNotForARequest(t *testing.T) {
	t.Parallel()
	const pages = 60
	h := newSharedHost(t, pages)
	c := &leaseCounter{Store: openStore(t)}
	r := h.runner(t, c)
	r.HostTenure = time.Minute
	rep := crawlOnce(t, r, func(tk *Task) { tk.Plan.ExpectedTypes = nil })
	if rep.Run.Progress.Fetched != pages+1 {
		t.Errorf("%d pages came", rep.Run.Progress.Fetched)
	}
	// One to take it and one to give it back; on a slow machine some renewals too.
	if n := c.writes.Load(); n < 2 || n > pages/4 {
		t.Errorf("the host's lease was written %d times for %d requests", n, pages+2)
	}
}

func TestCrawlsThatShareNoHostsWriteNoLeasesOfHosts(t *testing.T) {
	t.Parallel()
	h := newSharedHost(t, 3)
	c := &leaseCounter{Store: openStore(t)}
	crawlOnce(t, h.runner(t, c))
	if n := c.writes.Load(); n != 0 {
		t.Errorf("hosts' leases were written %d times", n)
	}
}
