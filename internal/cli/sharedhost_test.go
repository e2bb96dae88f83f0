package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/store"
)

const (
	sharedHostName  = "help-shared.example" // serves the documents of all companies
	sharedHostPages = 6                     // per company
	sharedHostDelay = 250 * time.Millisecond
)

// sharedHost serves the documents of several companies on one host and records the requests.
type sharedHost struct {
	mu                    sync.Mutex
	inFlight, maxInFlight int
	arrivals              []time.Time
	requested             map[string]int
	// Requests after the first requestsBeforeHold wait until release is closed.
	release chan struct{}
}

// requestsBeforeHold is the number of requests that the host serves before the test has
// determined which process holds the host lease.
const requestsBeforeHold = 8

func (h *sharedHost) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	company, _, _ := strings.Cut(r.Host, ".")
	if r.Host == sharedHostName {
		if h.requests() >= requestsBeforeHold {
			select {
			case <-h.release:
			case <-r.Context().Done():
				return
			}
		}
		h.begin(r)
		defer h.end()
		company, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	}
	if r.URL.Path == "/robots.txt" || strings.HasPrefix(r.URL.Path, "/sitemap") {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, "<title>Terms of Service</title><main><h1>Terms of Service of %s%s</h1>", company, r.URL.Path)
	for i, text := range documentTexts[1] {
		fmt.Fprintf(rw, "<h2>%d. %s</h2><p>%s This part applies to %s pursuant to the law.</p>", i+1, strings.Join(strings.Fields(text)[:4], " "), text, r.URL.Path)
	}
	for n := range sharedHostPages {
		fmt.Fprintf(rw, `<p><a href="https://%s/%s/legal/%s-%d">Legal terms %d</a></p>`, sharedHostName, company, documentTitles[n%siteDocuments][:4], n, n)
	}
}

func (h *sharedHost) begin(r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.arrivals = append(h.arrivals, time.Now())
	h.inFlight++
	h.maxInFlight = max(h.maxInFlight, h.inFlight)
	h.requested[r.URL.Path]++
}

func (h *sharedHost) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
}

// requests returns the number of requests to the shared host.
func (h *sharedHost) requests() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.requested {
		n += a
	}
	return n
}

func TestProcessesShareTheHostDelayAndAKilledOneReleasesTheHostLease(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	uri := strings.Replace(set.URI, "/?", "/shared?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })

	const companies = 3
	h := &sharedHost{requested: map[string]int{}, release: make(chan struct{})}
	release := sync.OnceFunc(func() { close(h.release) })
	t.Cleanup(release)
	w := &testSites{}
	for n := range companies {
		w.names = append(w.names, fmt.Sprintf("c%d.example", n))
	}
	w.addr, w.caFile = serveTLS(t, append([]string{sharedHostName}, w.names...), h)
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	k := kubestore.NewClient(s, scheme)
	for _, name := range w.names {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "j-" + name}}
		j.Spec.Company = &v1alpha1.Target{
			Domains: []v1alpha1.Domain{v1alpha1.Domain(name), sharedHostName}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: sharedHostDelay}},
			ExpectedTypes: []v1alpha1.DocumentType{"terms_of_service"},
		}
		if err := k.Create(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	var processes [2]killableProcess
	for i := range processes {
		processes[i].start(t, w, uri, "--max-concurrent-crawls", "2")
		t.Cleanup(processes[i].kill)
	}
	victim := leaseHolderAfter(t, s, h, 6, processes[:])
	victim.kill()
	release()
	victim.start(t, w, uri, "--max-concurrent-crawls", "2")
	waitForCompletion(t, k, companies)
	h.mu.Lock()
	defer h.mu.Unlock()
	const window = 8
	shortest := time.Hour
	for i := window; i < len(h.arrivals); i++ {
		shortest = min(shortest, h.arrivals[i].Sub(h.arrivals[i-window]))
	}
	t.Logf("%d concurrent requests, at least %s for %d consecutive requests, %d pages", h.maxInFlight, shortest, window, len(h.requested))
	if h.maxInFlight != 1 {
		t.Errorf("the host had %d concurrent requests, want 1", h.maxInFlight)
	}
	// The server may notice a request late on a busy machine; the margin is two delays.
	// Without host leases, two crawls would take half the time.
	if shortest < (window-2)*sharedHostDelay {
		t.Errorf("%d consecutive requests arrived within %s, the delay of the host is %s", window, shortest, sharedHostDelay)
	}
	for _, name := range w.names {
		company, _, _ := strings.Cut(name, ".")
		n := 0
		for path := range h.requested {
			if strings.HasPrefix(path, "/"+company+"/legal/") {
				n++
			}
		}
		if n != sharedHostPages {
			t.Errorf("%d pages of %s were fetched, want %d", n, name, sharedHostPages)
		}
	}
}

// leaseHolderAfter waits until the host has had more than the given number of requests, and
// returns the process that holds the host lease.
func leaseHolderAfter(t *testing.T, s store.Store, h *sharedHost, after int, processes []killableProcess) *killableProcess {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		if h.requests() > after {
			l, err := s.AcquireLease(t.Context(), hostlease.LeaseName(sharedHostName), "test", time.Millisecond)
			if err != nil && !errors.Is(err, store.ErrConflict) {
				t.Fatal(err)
			}
			for i := range processes {
				if strings.Contains(l.Holder, fmt.Sprintf("/%d/", processes[i].cmd.Process.Pid)) {
					return &processes[i]
				}
			}
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("no process holds the host lease")
	return nil
}
