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

// hosts are many small sites behind one server. It looks at when their requests
// begin and end, robots.txt's included.
type hosts struct {
	pages   int           // of each host, its home page among them
	latency time.Duration // from a request to its answer

	mu   sync.Mutex
	seen map[string]*visits
}

// visits are what one host saw.
type visits struct {
	begun, ended time.Time // of the last request
	first        time.Time
	requests     int
	inFlight     int
	most         int           // requests at once
	gap          time.Duration // least time from one request's beginning to the next's
	close        int           // gaps that were too short
}

// Prefixes of hosts that hang: at everything, or at everything but robots.txt.
const (
	hangs    = "dead"
	hangsBut = "stuck"
)

// name is the name of host i of a kind, in letters: hosts that differ in numbers
// only look like a trap.
func name(kind string, i int) string {
	return fmt.Sprintf("%s-%c%c.%s", kind, 'a'+i/26, 'a'+i%26, site.Domain)
}

// take gives what was seen since the last take.
func (h *hosts) take() map[string]*visits {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := h.seen
	h.seen = map[string]*visits{}
	return seen
}

func (h *hosts) begin(host string) *visits {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, now := h.seen[host], time.Now()
	if v == nil {
		v = &visits{first: now, gap: time.Hour}
		h.seen[host] = v
	} else {
		gap := now.Sub(v.begun)
		v.gap = min(v.gap, gap)
		if gap < leastGap {
			v.close++
		}
	}
	v.begun = now
	v.requests++
	v.inFlight++
	v.most = max(v.most, v.inFlight)
	return v
}

func (h *hosts) end(v *visits) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.inFlight--
	v.ended = time.Now()
}

// ServeHTTP serves all the hosts.
func (h *hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := h.begin(r.Host)
	defer h.end(v)
	if strings.HasPrefix(r.Host, hangs) || strings.HasPrefix(r.Host, hangsBut) && r.URL.Path != "/robots.txt" {
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
			_, _ = fmt.Fprintf(w, "<a href=\"/page/%d\">number %d</a>\n", 10000+i, i)
		}
	case strings.HasPrefix(r.URL.Path, "/page/"):
		_, _ = fmt.Fprintf(w, "<h1>%s</h1><p>%s</p><a href=\"/\">home</a>", r.URL.Path, site.Text(xxhash.Sum64String(r.Host+r.URL.Path), 200))
	default:
		http.NotFound(w, r)
	}
}
