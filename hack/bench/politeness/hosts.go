package politeness

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/clausea/crawler/hack/bench/site"
)

// hosts serves many small sites. It records when requests start and end, including
// those for robots.txt.
type hosts struct {
	pages   int           // of each host, including the home page
	latency time.Duration // from a request to its response

	mu    sync.Mutex
	stats map[string]*hostStats
}

// hostStats are the requests to one host.
type hostStats struct {
	lastStart, lastEnd time.Time // of the latest request
	firstStart         time.Time
	requests           int
	inFlight           int
	maxInFlight        int           // concurrent requests
	minGap             time.Duration // shortest time between the starts of two requests
	shortGaps          int           // gaps below minAllowedGap
}

// Prefixes of hosts that do not respond: to any request, or to any but robots.txt.
const (
	hangingPrefix            = "dead"
	hangingAfterRobotsPrefix = "stuck"
)

// hostName returns the name of host i of a kind. It counts in letters, because hosts that
// differ only in digits look like a trap.
func hostName(kind string, i int) string {
	return fmt.Sprintf("%s-%c%c.%s", kind, 'a'+i/26, 'a'+i%26, site.Domain)
}

// takeStats returns the statistics since the previous call.
func (h *hosts) takeStats() map[string]*hostStats {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := h.stats
	h.stats = map[string]*hostStats{}
	return seen
}

func (h *hosts) startRequest(host string) *hostStats {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, now := h.stats[host], time.Now()
	if v == nil {
		v = &hostStats{firstStart: now, minGap: time.Hour}
		h.stats[host] = v
	} else {
		gap := now.Sub(v.lastStart)
		v.minGap = min(v.minGap, gap)
		if gap < minAllowedGap {
			v.shortGaps++
		}
	}
	v.lastStart = now
	v.requests++
	v.inFlight++
	v.maxInFlight = max(v.maxInFlight, v.inFlight)
	return v
}

func (h *hosts) endRequest(v *hostStats) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.inFlight--
	v.lastEnd = time.Now()
}

// ServeHTTP serves all hosts.
func (h *hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := h.startRequest(r.Host)
	defer h.endRequest(v)
	if strings.HasPrefix(r.Host, hangingPrefix) || strings.HasPrefix(r.Host, hangingAfterRobotsPrefix) && r.URL.Path != "/robots.txt" {
		<-r.Context().Done()
		return
	}
	t := time.NewTimer(h.latency)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case r.URL.Path == "/robots.txt":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /private/\n"))
	case r.URL.Path == "/":
		_, _ = fmt.Fprintf(w, "<h1>%s</h1><p>%s</p>\n", r.Host, site.Text(xxhash.Sum64String(r.Host), 100))
		for i := 1; i < h.pages; i++ {
			_, _ = fmt.Fprintf(w, "<a href=\"/page/%d\">terms of service, part %d</a>\n", 10000+i, i)
		}
	case strings.HasPrefix(r.URL.Path, "/page/"):
		_, _ = fmt.Fprintf(w, "<h1>%s</h1><p>%s</p><a href=\"/\">home</a>", r.URL.Path, site.Text(xxhash.Sum64String(r.Host+r.URL.Path), 200))
	default:
		http.NotFound(w, r)
	}
}
