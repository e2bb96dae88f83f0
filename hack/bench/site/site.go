// Package site generates sites for benchmarks. One has pages of 16 to 100 KiB (mean 44)
// with 75 links each, redirects, missing pages, URLs that differ only by tracking
// parameters or fragments, a folder that robots.txt disallows, and an endless calendar.
// The other has generated legal documents.
package site

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Site serves Pages pages and counts the requests.
type Site struct {
	Pages int
	// Bytes and Compressed are the total sizes of the pages.
	Bytes, Compressed int

	page   func(int) []byte
	bodies [][]byte // compressed
	mu     sync.Mutex
	seen   map[string]int
	stats  Stats
}

// Stats are the requests of a crawler.
type Stats struct {
	// Requests counts all requests except those for robots.txt and sitemaps. Distinct
	// counts their canonical URLs, Pages the distinct pages among them.
	Requests, Distinct, Pages int
	// Redirects and Missing count the responses of that kind.
	Redirects, Missing int
	// Forbidden counts the requests that robots.txt disallows, Trap those for the calendar.
	Forbidden, Trap int
}

// firstPage is the number in the URL of the first page. It is so large that no number looks
// like a year, which a crawler may mistake for a calendar.
const firstPage = 10_000

// New returns a site. The same number of pages gives the same site.
func New(pages int) (*Site, error) {
	s := &Site{Pages: pages}
	s.page = s.ordinary
	return s, s.fill()
}

// Page returns the uncompressed body of page i.
func (s *Site) Page(i int) []byte { return s.page(i) }

// fill compresses the pages at the level that servers use by default.
func (s *Site) fill() error {
	s.bodies, s.seen = make([][]byte, s.Pages), map[string]int{}
	z, err := gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	if err != nil {
		return fmt.Errorf("make a site of %d pages: %w", s.Pages, err)
	}
	for i := range s.bodies {
		var b bytes.Buffer
		z.Reset(&b)
		body := s.page(i)
		if _, err := z.Write(body); err != nil {
			return fmt.Errorf("make page %d: %w", i, err)
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("make page %d: %w", i, err)
		}
		s.bodies[i] = bytes.Clone(b.Bytes())
		s.Bytes += len(body)
		s.Compressed += b.Len()
	}
	return nil
}

// URLs returns the URLs of all pages on origin.
func (s *Site) URLs(origin string) []string {
	out := make([]string, s.Pages)
	for i := range out {
		out[i] = fmt.Sprintf("%s/p/%d", origin, firstPage+i)
	}
	return out
}

// TakeStats returns the statistics since the previous call.
func (s *Site) TakeStats() Stats {
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

func (s *Site) count(r *http.Request, dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	key := r.URL.Path
	if key == "/" {
		key = fmt.Sprintf("/p/%d", firstPage)
	}
	switch dir {
	case "private":
		s.stats.Forbidden++
	case "moved":
		s.stats.Redirects++
	case "missing":
		s.stats.Missing++
	case "calendar":
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
	// Some clients close the connection unless the response asks to keep it open.
	w.Header().Set("Connection", "keep-alive")
	if p == "/" {
		s.count(r, "p")
		s.send(w, 0)
		return
	}
	dir, id, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	s.count(r, dir)
	n, err := strconv.Atoi(strings.TrimPrefix(id, "terms/"))
	switch {
	case dir == "p" && err == nil && n >= firstPage && n < firstPage+s.Pages:
		s.send(w, n-firstPage)
	case dir == "moved" && err == nil:
		http.Redirect(w, r, fmt.Sprintf("/p/%d", firstPage+n*7%s.Pages), http.StatusMovedPermanently)
	case dir == "private" && err == nil:
		s.send(w, n%s.Pages) // as expensive as any other page, so that fetching it is no advantage
	case dir == "calendar":
		q, _ := url.ParseQuery(r.URL.RawQuery)
		month, _ := strconv.Atoi(q.Get("month"))
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<a href="/calendar?month=%d">next</a> <a href="/calendar?month=%d&amp;day=%d">day</a>`, month+1, month, month%31)
	default:
		http.NotFound(w, r)
	}
}

func (s *Site) send(w http.ResponseWriter, i int) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(len(s.bodies[i])))
	_, _ = w.Write(s.bodies[i])
}
