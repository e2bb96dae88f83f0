package soak

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clausea/crawler/hack/bench/site"
)

// documents are the documents of each site, with words of their subject.
var documents = []struct{ title, matter string }{
	{"Privacy Policy", "personal data"},
	{"Terms of Service", "use of the service"},
	{"Cookie Policy", "cookies and trackers"},
	{"Acceptable Use Policy", "prohibited content"},
	{"Data Processing Agreement", "customer personal data"},
	{"Copyright Policy", "copyrighted works"},
}

// otherPages is the number of pages of a site that are no legal documents.
const otherPages = 12

// web serves the sites of all companies. A site can hang or fail for some time.
type web struct {
	mu        sync.Mutex
	edition   map[page]int  // the edition that is served
	served    map[page]int  // the last edition that was served completely
	disturb   map[int]fault // by company
	requests  int
	disturbed int // requests that a hung or failing site received
	padding   int // additional bytes of each document
}

// page identifies a document of a company.
type page struct{ company, document int }

// fault is how a site misbehaves.
type fault int

// The faults of sites.
const (
	none    fault = iota
	hanging       // accepts requests and does not respond
	failing       // responds with status 503
)

func newWeb(padding int) *web {
	return &web{edition: map[page]int{}, served: map[page]int{}, disturb: map[int]fault{}, padding: padding}
}

func domain(company int) string { return fmt.Sprintf("c%02d.%s", company, site.Domain) }

func (p page) path() string { return fmt.Sprintf("/legal/policy-%d", p.document) }

// publish changes the text of some documents of a company, at least one.
func (w *web) publish(company, random int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for d := range documents {
		if d == random%len(documents) || (random>>d)&3 == 0 {
			w.edition[page{company, d}]++
		}
	}
}

// setFault makes the site of a company misbehave, or respond again. What a crawl was served before is
// forgotten: if its process was killed too, it may have to fetch a page again and not receive it.
func (w *web) setFault(company int, f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disturb[company] = f
	w.forget(company)
}

// beginCrawl forgets what the site of a company has served.
func (w *web) beginCrawl(company int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(company)
}

func (w *web) forget(company int) {
	for d := range documents {
		delete(w.served, page{company, d})
	}
}

// servedInCrawl returns the edition of each document that was served since beginCrawl.
func (w *web) servedInCrawl(company int) map[page]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[page]int{}
	for d := range documents {
		if e, ok := w.served[page{company, d}]; ok {
			out[page{company, d}] = e
		}
	}
	return out
}

// hangTime is how long a hung site holds a request. The crawler gives up earlier.
const hangTime = 2 * time.Minute

// ServeHTTP serves the sites.
func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var company int
	if _, err := fmt.Sscanf(r.Host, "c%d.", &company); err != nil || r.Host != domain(company) {
		http.NotFound(rw, r)
		return
	}
	document, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/legal/policy-"))
	at := page{company, document}
	w.mu.Lock()
	w.requests++
	state, edition := w.disturb[company], w.edition[at]
	if state != none {
		w.disturbed++
	}
	w.mu.Unlock()
	switch state {
	case hanging:
		select {
		case <-r.Context().Done():
		case <-time.After(hangTime):
		}
		return
	case failing:
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case r.URL.Path == "/":
		_, _ = fmt.Fprint(rw, home(r.Host))
	case strings.HasPrefix(r.URL.Path, "/boats/"):
		_, _ = fmt.Fprint(rw, boat(r.URL.Path))
	case err != nil || document < 0 || document >= len(documents):
		http.NotFound(rw, r)
	default:
		if _, err := fmt.Fprint(rw, text(at, edition, w.padding)); err != nil {
			return
		}
		w.mu.Lock()
		w.served[at] = edition
		w.mu.Unlock()
	}
}

func home(host string) string {
	b := fmt.Appendf(nil, "<title>%[1]s</title><h1>%[1]s</h1>", host)
	for i, k := range documents {
		b = fmt.Appendf(b, `<p><a href="/legal/policy-%d">%s</a></p>`, i, k.title)
	}
	for i := range otherPages {
		b = fmt.Appendf(b, `<p><a href="/boats/%d">Legal notice %d</a></p>`, i, i)
	}
	return string(b)
}

// boat is a page whose link suggests a legal document, but that has none. All are different.
func boat(path string) string {
	b := []byte("<title>Boats</title><h1>A wooden boat</h1><p>It was built by hand and sails well in wind. Its planks are")
	for i := range 40 {
		b = fmt.Appendf(b, " plank%x", sha256.Sum256([]byte(path+strconv.Itoa(i))))
	}
	return string(b)
}

// text is one edition of a document. Its marker names the document and the edition.
func text(at page, edition, padding int) string {
	k := documents[at.document]
	b := fmt.Appendf(nil, "<title>%[1]s</title><main><h1>%[1]s</h1><p>This is edition number %[2]d of document %[3]d of company %[4]d.</p>", k.title, edition, at.document, at.company)
	for i, clause := range []string{
		"We collect, process and retain %s to perform the contract with you.",
		"You may object to the processing of %s at any time, and the law of Portugal governs these terms.",
		"Our liability for %s is limited to the fees that you paid in the last twelve months.",
		"Either party may terminate this agreement on %s with thirty days of written notice.",
		"We notify you of each change of these terms on %s by electronic mail without undue delay.",
	} {
		b = fmt.Appendf(b, "<h2>%d. Section on %s</h2><p>%s The amount in this edition is %d euros pursuant to the law.</p>",
			i+1, k.matter, strings.ReplaceAll(clause, "%s", k.matter), 100+edition*7+i)
	}
	for i := 0; len(b) < padding; i++ {
		b = fmt.Appendf(b, "<p>Annex %d to these terms has the reference %x, which you agree to retain.</p>", i, sha256.Sum256(fmt.Appendf(nil, "%d %d %d %d", at.company, at.document, edition, i)))
	}
	return string(append(b, "</main>"...))
}

var marker = regexp.MustCompile(`edition number (\d+) of document (\d+) of company (\d+)\.`)

// readMarker returns the document and the edition of a text.
func readMarker(text string) (at page, edition int, err error) {
	m := marker.FindStringSubmatch(text)
	if m == nil {
		return at, 0, fmt.Errorf("the text has no marker: %.200q", text)
	}
	var n [3]int
	for i := range n {
		if n[i], err = strconv.Atoi(m[i+1]); err != nil {
			return at, 0, fmt.Errorf("read the marker of a text: %w", err)
		}
	}
	return page{company: n[2], document: n[1]}, n[0], nil
}
