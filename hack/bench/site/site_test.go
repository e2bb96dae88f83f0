package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

var hrefs = regexp.MustCompile(`<a [^>]*href="([^"]+)"`)

func TestSiteHasTheDocumentedSizesAndLinks(t *testing.T) {
	t.Parallel()
	const pages = 120
	s, err := New(pages)
	if err != nil {
		t.Fatal(err)
	}
	if mean := s.Bytes / pages; mean < 40<<10 || mean > 48<<10 {
		t.Errorf("the mean page size is %d bytes, want about 44 KiB", mean)
	}
	if share := float64(s.Compressed) / float64(s.Bytes); share < 0.25 || share > 0.5 {
		t.Errorf("pages compress to %.2f of their size, which is unlike real pages", share)
	}
	reached := map[string]bool{"/p/10000": true}
	for i := range pages {
		body := s.Page(i)
		if len(body) < minSize || len(body) > maxSize+4<<10 {
			t.Errorf("page %d has %d bytes", i, len(body))
		}
		all := hrefs.FindAllSubmatch(body, -1)
		if len(all) != linksPerPage {
			t.Fatalf("page %d has %d links, want %d", i, len(all), linksPerPage)
		}
		kinds := map[string]int{}
		for _, m := range all {
			ref := string(m[1])
			reached[ref] = true
			switch {
			case strings.Contains(ref, "utm_"):
				kinds["tracking"]++
			case strings.Contains(ref, "#"):
				kinds["fragment"]++
			default:
				dir, _, _ := strings.Cut(strings.TrimPrefix(ref, "/"), "/")
				dir, _, _ = strings.Cut(dir, "?")
				kinds[dir]++
			}
		}
		for _, k := range []string{"tracking", "fragment", "moved", "missing", "private", "calendar"} {
			if kinds[k] != 1 {
				t.Errorf("page %d has %d links of the kind %s, want 1", i, kinds[k], k)
			}
		}
	}
	for _, u := range s.URLs("") {
		if !reached[u] {
			t.Errorf("no link leads to %s", u)
		}
	}
}

func TestTheSiteCountsRequestsByKind(t *testing.T) {
	t.Parallel()
	s, err := New(40)
	if err != nil {
		t.Fatal(err)
	}
	for path, status := range map[string]int{
		"/robots.txt": 200, "/": 200, "/p/10000": 200, "/p/10001?utm_source=x": 200, "/p/10001": 200, "/p/99999": 404,
		"/moved/0": 301, "/missing/3": 404, "/private/terms/2": 200, "/calendar?month=1": 200, "/calendar?month=2": 200,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
	}
	want := Stats{Requests: 10, Distinct: 8, Pages: 3, Redirects: 1, Missing: 1, Forbidden: 1, Trap: 2}
	if got := s.TakeStats(); got != want {
		t.Errorf("it counted %+v, want %+v", got, want)
	}
	if got := s.TakeStats(); got != (Stats{}) {
		t.Errorf("it counted %+v again", got)
	}
}

// The number of forbidden requests proves obedience only if the crawler would send them
// without robots.txt.
func TestTheEngineSkipsEveryForbiddenPageBecauseOfRobots(t *testing.T) {
	t.Parallel()
	const pages = 240 // with fewer, a crawl meets too few missing pages to lower scores
	s, err := New(pages)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := Serve(s, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	f, err := fetch.New(fetch.Config{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: srv.CA})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	res, err := crawl.New(f).Run(t.Context(), crawl.Plan{
		Domains: []string{"127.0.0.1"}, Seeds: []crawl.Seed{{URL: srv.URL + "/"}},
		Options: crawl.Options{MaxPages: 1000, MaxDepth: 1000, TimeLimit: time.Hour},
	}, crawl.Deps{Observer: crawl.NopObserver{}})
	if err != nil {
		t.Fatal(err)
	}
	forbidden := map[string]bool{}
	for i := range pages {
		for _, m := range hrefs.FindAllSubmatch(s.Page(i), -1) {
			if ref := string(m[1]); strings.HasPrefix(ref, "/private/") {
				forbidden[ref] = true
			}
		}
	}
	st := s.TakeStats()
	if got := res.Progress.Skipped[crawl.SkipRobots]; got != len(forbidden) || st.Forbidden != 0 || st.Pages != pages {
		t.Errorf("%d of %d forbidden pages were skipped because of robots.txt (%v); the site counted %+v", got, len(forbidden), res.Progress.Skipped, st)
	}
}

func TestDocumentsDifferAndHaveTheDocumentedSize(t *testing.T) {
	t.Parallel()
	const pages = 60
	s, err := NewDocuments(pages)
	if err != nil {
		t.Fatal(err)
	}
	if mean := s.Bytes / pages; mean < 125<<10 || mean > 150<<10 {
		t.Errorf("the mean document size is %d bytes, want about 137 KiB", mean)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/p/10007", nil))
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, s.Page(7)) {
		t.Errorf("page 7 is served with %d bytes, %v; want %d", len(got), err, len(s.Page(7)))
	}
	if bytes.Equal(s.Page(0), s.Page(len(kinds))) {
		t.Error("two documents of the same kind are equal")
	}
}
