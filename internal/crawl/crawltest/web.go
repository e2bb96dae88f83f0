// Package crawltest provides fixtures for tests of the crawl engine: sites on loopback, a
// name server whose answers the test chooses, and an Observer that records its calls.
package crawltest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// Web serves any number of made-up hosts over HTTP from one loopback address. An unknown
// host answers 404.
type Web struct {
	server *httptest.Server
	port   string

	mu          sync.Mutex
	hosts       map[string]http.Handler
	requests    map[string][]string // paths and queries as sent, by host
	inFlight    map[string]int
	maxInFlight map[string]int
	dialed      []netip.AddrPort
}

// NewWeb starts a web without hosts that runs until the test ends.
func NewWeb(t testing.TB) *Web {
	t.Helper()
	w := &Web{hosts: map[string]http.Handler{}, requests: map[string][]string{}, inFlight: map[string]int{}, maxInFlight: map[string]int{}}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	_, w.port, _ = net.SplitHostPort(w.server.Listener.Addr().String())
	return w
}

// Handle serves a host; "*" serves all hosts that have no handler of their own.
func (w *Web) Handle(host string, h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[host] = h
}

// Site serves a host with pages by path. Any other path answers 404, /robots.txt
// included.
func (w *Web) Site(host string, pages map[string]string) {
	w.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.RequestURI()]
		if !ok {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(rw, body)
	}))
}

// ServeHTTP implements http.Handler.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	h := w.hosts[r.Host]
	if h == nil {
		h = w.hosts["*"]
	}
	w.requests[r.Host] = append(w.requests[r.Host], r.RequestURI)
	w.inFlight[r.Host]++
	w.maxInFlight[r.Host] = max(w.maxInFlight[r.Host], w.inFlight[r.Host])
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inFlight[r.Host]--
	}()
	if h == nil {
		http.NotFound(rw, r)
		return
	}
	h.ServeHTTP(rw, r)
}

// Requests returns the requests to a host, in order.
func (w *Web) Requests(host string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.requests[host]...)
}

// Hosts returns the hosts that received requests.
func (w *Web) Hosts() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for name := range w.requests {
		names = append(names, name)
	}
	return names
}

// MaxInFlight returns the highest number of requests that a host had in flight.
func (w *Web) MaxInFlight(host string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.maxInFlight[host]
}

// Port returns the loopback port that serves every host.
func (w *Web) Port() string { return w.port }

// Allowed is the one address that a Fetcher of a Web may reach.
var Allowed = netip.MustParsePrefix("127.0.0.1/32")

// Config returns the configuration of a Fetcher for this web: the address guard allows only
// 127.0.0.1, and connections to port 80 go to the server without resolving a name. Each
// connection that the guard allows is recorded. It is refused if it is not to a loopback
// address, so that a test with a broken guard reaches no other host.
func (w *Web) Config() fetch.Config {
	return fetch.Config{
		Guard:     netguard.New([]netip.Prefix{Allowed}),
		ConnectTo: []fetch.ConnectTo{{Port: "80", ToHost: "127.0.0.1", ToPort: w.port}},
		OnConnect: w.connecting,
	}
}

func (w *Web) connecting(_, at string) error {
	a, err := netip.ParseAddrPort(at)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.dialed = append(w.dialed, a)
	w.mu.Unlock()
	if !a.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("a test connects to %s", at)
	}
	return nil
}

// Dialed returns the addresses of the connections that the guard allowed.
func (w *Web) Dialed() []netip.AddrPort {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]netip.AddrPort(nil), w.dialed...)
}

// Fetcher returns a Fetcher that is closed when the test ends.
func Fetcher(t testing.TB, cfg fetch.Config) *fetch.Fetcher {
	t.Helper()
	f, err := fetch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Engine returns an Engine whose Fetcher is closed when the test ends.
func Engine(t testing.TB, cfg fetch.Config) *crawl.Engine {
	t.Helper()
	return crawl.New(Fetcher(t, cfg))
}
