// Package site is a made-up site for measuring crawlers: pages of about 44 KB with
// 75 links each, redirects, missing pages, addresses that differ by tracking
// parameters or fragments only, a folder that robots.txt forbids, and a trap.
package site

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// Site serves Pages pages and counts what is asked for.
type Site struct {
	Pages int

	bodies [][]byte // compressed
	mu     sync.Mutex
	seen   map[string]int
	stats  Stats
}

// Stats are what a crawler did.
type Stats struct {
	// Requests counts all but robots.txt and sitemaps; Distinct are their canonical
	// addresses, Pages the different pages among them.
	Requests, Distinct, Pages int
	// Forbidden are requests that robots.txt forbids, Trap those to the endless calendar.
	Forbidden, Trap int
}

// first is the number in the first page's address: large enough that no number
// looks like a year, which crawlers may take for a calendar's.
const first = 10_000

// links a page has, and about how many bytes.
const (
	links    = 75
	pageSize = 44 << 10
)

// New makes the site; the same number of pages gives the same site.
func New(pages int) (*Site, error) {
	s := &Site{Pages: pages, bodies: make([][]byte, pages), seen: map[string]int{}}
	for i := range pages {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err != nil {
			return nil, fmt.Errorf("make page %d: %w", i, err)
		}
		if _, err := z.Write(s.page(i)); err != nil {
			return nil, fmt.Errorf("make page %d: %w", i, err)
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("make page %d: %w", i, err)
		}
		s.bodies[i] = b.Bytes()
	}
	return s, nil
}

var vocabulary = strings.Fields("harbour berth tide anchor mast sail rope deck keel wind wave coast chart light buoy pilot crew cargo hull stern bow port starboard mooring fender jetty lock canal river sea storm calm fog")

func (s *Site) page(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html><html lang=en><head><meta charset=utf-8><title>Page %d</title><link rel=canonical href=/p/%d></head><body><nav>", i, first+i)
	for l := range links {
		to := r.IntN(s.Pages)
		if l == 0 {
			to = (i + 1) % s.Pages // so that every page is reached
		}
		href := fmt.Sprintf("/p/%d", first+to)
		switch l {
		case 1:
			href += "?utm_source=menu&utm_medium=link"
		case 2:
			href += "#section-" + strconv.Itoa(r.IntN(9))
		case 3:
			href = fmt.Sprintf("/moved/%d", to)
		case 4:
			href = fmt.Sprintf("/missing/%d", to%(s.Pages/20))
		case 5:
			href = fmt.Sprintf("/private/%d", to)
		case 6:
			href = fmt.Sprintf("/calendar?month=%d", r.IntN(24))
		}
		fmt.Fprintf(&b, `<a href="%s">%s %s</a> `, href, vocabulary[r.IntN(len(vocabulary))], vocabulary[r.IntN(len(vocabulary))])
	}
	b.WriteString("</nav><main><h1>Page</h1>")
	for b.Len() < pageSize {
		b.WriteString("<p>")
		for range 60 {
			b.WriteString(vocabulary[r.IntN(len(vocabulary))])
			b.WriteByte(' ')
		}
		b.WriteString("</p>\n")
	}
	b.WriteString("</main></body></html>")
	return b.Bytes()
}

// URLs are the addresses of all pages on origin.
func (s *Site) URLs(origin string) []string {
	out := make([]string, s.Pages)
	for i := range out {
		out[i] = fmt.Sprintf("%s/p/%d", origin, first+i)
	}
	return out
}

// Take gives what was counted since the last Take.
func (s *Site) Take() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Distinct = len(s.seen)
	for k := range s.seen {
		if strings.HasPrefix(k, "/p/") {
			st.Pages++
		}
	}
	s.stats, s.seen = Stats{}, map[string]int{}
	return st
}

func (s *Site) count(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	key := r.URL.Path
	switch {
	case strings.HasPrefix(key, "/private/"):
		s.stats.Forbidden++
	case key == "/calendar":
		s.stats.Trap++
		key += "?" + r.URL.RawQuery
	}
	s.seen[key]++
}

// ServeHTTP serves the site.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := r.URL.Path
	if p == "/robots.txt" {
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /private/\n"))
		return
	}
	if strings.Contains(p, "sitemap") || strings.HasPrefix(p, "/.well-known/") {
		http.NotFound(w, r)
		return
	}
	s.count(r)
	if p == "/" {
		p = fmt.Sprintf("/p/%d", first)
	}
	dir, id, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	n, err := strconv.Atoi(id)
	switch {
	case dir == "p" && err == nil && n >= first && n < first+s.Pages:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(s.bodies[n-first])
	case dir == "moved" && err == nil:
		http.Redirect(w, r, fmt.Sprintf("/p/%d", first+n%s.Pages), http.StatusMovedPermanently)
	case dir == "private":
		_, _ = w.Write([]byte("forbidden"))
	case dir == "calendar":
		q, _ := url.ParseQuery(r.URL.RawQuery)
		month, _ := strconv.Atoi(q.Get("month"))
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<a href="/calendar?month=%d">next</a> <a href="/calendar?month=%d&day=%d">day</a>`, month+1, month, month%31)
	default:
		http.NotFound(w, r)
	}
}
