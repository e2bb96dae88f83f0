// Package crawltest has what the tests of the crawl engine share: a web on
// loopback, a name server with answers of the test's own, and a Handler that notes
// what it is told.
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

// Web is an internet of made-up hosts, all of them served over HTTP at one address
// of loopback. An unknown host answers 404.
type Web struct {
	server *httptest.Server
	port   string

	mu       sync.Mutex
	hosts    map[string]http.Handler
	requests map[string][]string // paths and queries as they were sent, by host
	inFlight map[string]int
	most     map[string]int
	dialed   []netip.AddrPort
}

// NewWeb starts an empty one for the length of a test.
func NewWeb(t testing.TB) *Web {
	t.Helper()
	w := &Web{hosts: map[string]http.Handler{}, requests: map[string][]string{}, inFlight: map[string]int{}, most: map[string]int{}}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	_, w.port, _ = net.SplitHostPort(w.server.Listener.Addr().String())
	return w
}

// Handle serves a host.
func (w *Web) Handle(host string, h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[host] = h
}

// Site serves a host whose pages are given by path. A page that is not there is a
// 404, /robots.txt too.
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
	w.most[r.Host] = max(w.most[r.Host], w.inFlight[r.Host])
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

// Requests lists what a host was asked for, in order.
func (w *Web) Requests(host string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.requests[host]...)
}

// Hosts are those that were asked for anything.
func (w *Web) Hosts() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for name := range w.requests {
		names = append(names, name)
	}
	return names
}

// MostAtOnce is how many requests a host had in hand at once.
func (w *Web) MostAtOnce(host string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most[host]
}

// Port is the port of loopback that every host is served at.
func (w *Web) Port() string { return w.port }

// Allowed is the one address that a Fetcher of this web may reach.
var Allowed = netip.MustParsePrefix("127.0.0.1/32")

// Config is how a Fetcher reaches this web: the address guard lets 127.0.0.1
// through, names need no resolver, and port 80 is the server's. Each connection
// that the guard lets through is recorded, and refused where it is not loopback,
// so that a test of the guard reaches nobody even if the guard is broken.
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

// Dialed are the addresses of the connections that the guard let through.
func (w *Web) Dialed() []netip.AddrPort {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]netip.AddrPort(nil), w.dialed...)
}

// Fetcher makes one for the length of a test.
func Fetcher(t testing.TB, cfg fetch.Config) *fetch.Fetcher {
	t.Helper()
	f, err := fetch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Engine makes one for the length of a test.
func Engine(t testing.TB, cfg fetch.Config) *crawl.Engine {
	t.Helper()
	return crawl.New(Fetcher(t, cfg))
}
