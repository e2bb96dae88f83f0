package crawl_test

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// trap is an endless part of a site. Its pages are below /NAME.
type trap struct {
	name  string
	enter string // the URL that the site links to
	// serve writes a page of the trap. word is in the text of its links: a word that
	// suggests a legal document, or empty.
	serve func(rw http.ResponseWriter, r *http.Request, word string)
}

// layout writes a page of a trap: the same text around a title that changes.
func layout(rw http.ResponseWriter, trap, title, word string, links ...string) {
	rw.Header().Set("Content-Type", "text/html")
	_, _ = fmt.Fprintf(rw, "<!doctype html><html lang=en><title>%s</title><nav><a href=/>Home</a> <a href=/about>About</a></nav><main><h1>%s</h1><p>%s</p>", title, title, crawltest.Prose(trap, 80))
	for _, l := range links {
		_, _ = fmt.Fprintf(rw, "<a href=\"%s\">%s %s</a>\n", l, word, title)
	}
	_, _ = fmt.Fprint(rw, "</main><footer>© 2026 Example</footer></html>")
}

// token returns a session token that depends on s.
func token(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return fmt.Sprintf("%016x", h.Sum64())
}

var traps = []trap{
	{"calendar", "/calendar/2026/01", func(rw http.ResponseWriter, r *http.Request, word string) {
		at, err := time.Parse("/calendar/2006/01", r.URL.Path)
		if err != nil {
			at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		layout(rw, "calendar", at.Format("January 2006"), word,
			at.AddDate(0, 1, 0).Format("/calendar/2006/01"), at.AddDate(0, -1, 0).Format("/calendar/2006/01"), at.AddDate(1, 0, 0).Format("/calendar/2006/01"))
	}},
	{"days", "/days?date=2026-01-01", func(rw http.ResponseWriter, r *http.Request, word string) {
		at, err := time.Parse("2006-01-02", r.URL.Query().Get("date"))
		if err != nil {
			at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		layout(rw, "days", at.Format("Monday 2 January 2006"), word, at.AddDate(0, 0, 1).Format("/days?date=2006-01-02"), at.AddDate(0, 0, 7).Format("/days?date=2006-01-02"))
	}},
	{"session", "/session/start/home", func(rw http.ResponseWriter, r *http.Request, word string) {
		t := token(r.URL.Path)
		layout(rw, "session"+r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):], "Shop", word,
			"/session/"+t+"/home", "/session/"+t+"/cart", "/session/"+t+"/help", "/session/"+t+"/offers")
	}},
	{"visit", "/visit", func(rw http.ResponseWriter, r *http.Request, word string) {
		t := token(r.RequestURI)
		layout(rw, "visit", "Visit", word, "/visit?v="+t, "/visit/other?v="+t+"&x=1", "/visit;sid="+t)
	}},
	{"circle", "/circle/", func(rw http.ResponseWriter, _ *http.Request, word string) {
		layout(rw, "circle", "Circle", word, "a/", "b/", "c/", "d/")
	}},
	{"filter", "/filter", func(rw http.ResponseWriter, r *http.Request, word string) {
		var links []string
		q := r.URL.RawQuery
		for _, name := range []string{"size", "colour", "price", "brand", "sort", "page"} {
			for _, v := range []string{"x", "y", "z"} {
				if !strings.Contains(q, name) {
					links = append(links, "/filter?"+strings.Trim(q+"&"+name+"="+v, "&"), "/filter?"+strings.Trim(name+"="+v+"&"+q, "&"))
				}
			}
		}
		layout(rw, "filter", "Filter", word, links...)
	}},
	{"anything", "/anything/at-all", func(rw http.ResponseWriter, r *http.Request, word string) {
		var links []string
		for n := range 10 {
			links = append(links, "/anything/"+strings.ReplaceAll(strings.TrimSpace(crawltest.Prose(fmt.Sprint(r.URL.Path, n), 2)), " ", "-"))
		}
		layout(rw, "anything", "There is nothing here", word, links...)
	}},
	{"ring", "/ring/a", func(rw http.ResponseWriter, r *http.Request, _ string) {
		http.SetCookie(rw, &http.Cookie{Name: "seen", Value: token(r.URL.Path)})
		next := map[string]string{"/ring/a": "/ring/b", "/ring/b": "/ring/c"}[r.URL.Path]
		if next == "" {
			next = "/ring/a"
		}
		http.Redirect(rw, r, next, http.StatusFound)
	}},
	{"hops", "/hops", func(rw http.ResponseWriter, r *http.Request, word string) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/hops/"))
		if err != nil {
			layout(rw, "hops", "Hops", word, "/hops/1", "/hops/100", "/hops/200", "/hops/300", "/hops/400", "/hops/500", "/hops/600")
			return
		}
		if n%1000 == 999 {
			layout(rw, "hops", "The end", word)
			return
		}
		http.Redirect(rw, r, fmt.Sprintf("/hops/%d", n+1), http.StatusMovedPermanently)
	}},
	{"names", "/names", func(rw http.ResponseWriter, r *http.Request, word string) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/names/"))
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(rw, "<link rel=canonical href=\"/names/%d\"><meta http-equiv=refresh content=\"0;url=/names/%d\">", n+1, n+2)
		layout(rw, "names", "Names", word, fmt.Sprintf("/names/%d", n+1), fmt.Sprintf("/names/%d", 7*n+3))
	}},
}

// trapSite is a company site with twenty documents and every trap.
type trapSite struct {
	word string

	mu       sync.Mutex
	requests map[string]int // requests by trap
}

// documents returns their paths. Some are in the folders of traps, where a closed URL
// pattern could hide them.
func documents() []string {
	all := []string{
		"/privacy", "/terms", "/cookies", "/legal/dpa", "/legal/subprocessors", "/legal/acceptable-use", "/imprint",
		"/legal/copyright", "/security-policy", "/legal/sla", "/de/datenschutz", "/fr/mentions-legales", "/legal/refund-policy", "/eula",
		"/calendar/terms-of-use", "/session/privacy-policy", "/visit/cookie-policy", "/circle/legal-notice", "/anything/imprint", "/names/data-processing-agreement",
	}
	return all
}

func isDocument(path string) bool {
	for _, d := range documents() {
		if d == path {
			return true
		}
	}
	return false
}

func (s *trapSite) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	p := r.URL.Path
	host := r.Host
	switch {
	case p == "/robots.txt":
		http.NotFound(rw, r)
		return
	case strings.HasSuffix(host, ".deep.public.example"):
		s.count("hosts")
		label := strings.TrimSpace(crawltest.Prose(host, 1))
		layout(rw, "hosts", "Hosts", s.word, "http://"+label+".deep.public.example/", "http://"+label+"x.deep.public.example/", "http://w"+label+".deep.public.example/"+label)
		return
	case isDocument(p):
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(rw, crawltest.HTML("document "+p))
		return
	}
	for _, t := range traps {
		if strings.HasPrefix(p, "/"+t.name) {
			s.count(t.name)
			t.serve(rw, r, s.word)
			return
		}
	}
	links := []string{"http://start.deep.public.example/"}
	for _, t := range traps {
		links = append(links, t.enter)
	}
	rw.Header().Set("Content-Type", "text/html")
	switch {
	case p == "/":
		// The documents are linked from pages at different depths.
		_, _ = fmt.Fprint(rw, crawltest.HTML("home", "/section/legal-a", "/section/legal-b", "/section/legal-c", "/section/legal-d"))
		for _, l := range links {
			_, _ = fmt.Fprintf(rw, "<a href=\"%s\">%s</a>\n", l, s.word)
		}
	case strings.HasPrefix(p, "/section/"):
		var more []string
		for n, d := range documents() {
			if "abcd"[n%4] == p[len(p)-1] {
				more = append(more, d)
			}
		}
		for n := range 12 {
			more = append(more, fmt.Sprintf("%s-%s", strings.Replace(p, "section", "article", 1), strings.TrimSpace(crawltest.Prose(fmt.Sprint(n), 1))))
		}
		_, _ = fmt.Fprint(rw, crawltest.HTML(p, more...))
	case strings.HasPrefix(p, "/article/"):
		_, _ = fmt.Fprint(rw, crawltest.HTML(p))
	default:
		http.NotFound(rw, r)
	}
}

func (s *trapSite) count(trap string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[trap]++
}

func classifyDocuments(p *crawl.Page) crawl.Verdict {
	at := strings.TrimPrefix(p.URL, "http://public.example")
	return crawl.Verdict{Legal: isDocument(at), Type: at}
}

func TestTrapsTakeAtMostATenthOfTheBudgetAndHideNoDocument(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, word string }{
		{"plain link texts", ""},
		{"link texts that suggest legal documents", "Terms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			site := &trapSite{word: c.word, requests: map[string]int{}}
			w.Handle("*", site)
			plan := crawltest.Plan("public.example")
			plan.ExpectedTypes = documents()
			recorder := &crawltest.Recorder{Classify: classifyDocuments}
			res := crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
			found, inTraps := 0, 0
			for _, d := range documents() {
				if recorder.Pages()["http://public.example"+d] > 0 {
					found++
				} else {
					t.Errorf("%s was not found: %q", d, recorder.Skips()["http://public.example"+d])
				}
			}
			for _, n := range site.requests {
				inTraps += n
			}
			t.Logf("%d of %d documents, %d requests in traps %v, %d pages, ended with %s, skipped %v",
				found, len(documents()), inTraps, site.requests, res.Progress.Fetched, res.Reason, res.Progress.Skipped)
			if budget := crawl.DefaultMaxPages; inTraps > budget/10 {
				t.Errorf("traps took %d of a budget of %d", inTraps, budget)
			}
			if res.Reason == crawl.StopPageLimit {
				t.Error("the crawl ended at its page limit")
			}
			checkCounters(t, res, recorder)
			for _, trap := range traps {
				reasons := map[crawl.SkipReason]int{}
				for at, reason := range recorder.Skips() {
					if strings.HasPrefix(at, "http://public.example/"+trap.name) {
						reasons[reason]++
					}
				}
				if len(reasons) == 0 {
					t.Errorf("no URL of %s has a reason", trap.name)
				}
			}
		})
	}
}
