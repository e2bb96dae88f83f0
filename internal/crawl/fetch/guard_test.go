package fetch_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// rejections are the reasons for rejecting a reference to a special-purpose address. A
// reference may also fail before its address is known: it is malformed, or its host does
// not exist.
var rejections = map[fetch.Reason]bool{fetch.BlockedAddress: true, fetch.BadResponse: true, fetch.DNS: true}

// guardedWeb returns test sites whose hosts resolve to 127.0.0.1, the only permitted
// address, and a Config that also resolves internal names as in a cluster.
func guardedWeb(t *testing.T) (*crawltest.Web, fetch.Config) {
	w := crawltest.NewWeb(t)
	cfg := w.Config()
	cfg.ConnectTo = []fetch.ConnectTo{{Port: "80", ToPort: w.Port()}}
	cfg.Resolver = crawltest.Resolver(t, func(name string, six bool, _ int) crawltest.Answer {
		if name == "far.example" {
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("93.184.215.14")}}
		}
		if strings.HasSuffix(name, ".example") && crawltest.Internal[name] == "" {
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
		}
		if at, ok := crawltest.Internal[name]; ok {
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr(at)}}
		}
		return crawltest.Answer{}
	})
	return w, cfg
}

// checkNoForbiddenConnection fails the test if a forbidden connection was made.
func checkNoForbiddenConnection(t *testing.T, w *crawltest.Web, c *crawltest.Canaries) {
	t.Helper()
	for _, at := range w.Dialed() {
		if !crawltest.Allowed.Contains(at.Addr()) {
			t.Errorf("the guard permitted a connection to %s", at)
		}
	}
	if c.Hits() > 0 {
		t.Errorf("%d connections reached a forbidden address", c.Hits())
	}
}

func checkRejected(t *testing.T, what string, err error) {
	t.Helper()
	var fe *fetch.Error
	if !errors.As(err, &fe) || !rejections[fe.Reason] {
		t.Errorf("%s: %v, want it rejected", what, err)
	}
}

func TestSpecialPurposeAddressesAreUnreachableInAnySpelling(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	w.Site("public.example", map[string]string{"/": "hello"})
	f := crawltest.Fetcher(t, cfg)
	spelled := crawltest.Spellings()
	if len(spelled) < 250 {
		t.Fatalf("only %d spellings", len(spelled))
	}
	for _, s := range spelled {
		_, err := f.Do(t.Context(), fetch.Request{URL: s.Ref})
		checkRejected(t, s.Name+": "+s.Ref, err)
	}
	for name := range crawltest.Internal {
		_, err := f.Do(t.Context(), fetch.Request{URL: "http://" + name + "/"})
		if fe := (*fetch.Error)(nil); !errors.As(err, &fe) || fe.Reason != fetch.BlockedAddress {
			t.Errorf("%s: %v, want %s", name, err, fetch.BlockedAddress)
		}
	}
	for n := range 30 {
		if _, err := f.Do(t.Context(), fetch.Request{URL: fmt.Sprintf("http://host%d.public.example/", n)}); err != nil {
			t.Errorf("a public host is rejected: %v", err)
		}
	}
	checkNoForbiddenConnection(t, w, canaries)
	t.Logf("%d spellings and %d names rejected", len(spelled), len(crawltest.Internal))
}

func TestRedirectsDoNotReachSpecialPurposeAddresses(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	spelled := crawltest.Spellings()
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.URL.Query().Get("code"))
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		to := strings.NewReplacer("\n", "", "\t", "").Replace(spelled[n].Ref) // not permitted in a header
		rw.Header().Set("Location", to)
		rw.WriteHeader(code)
	}))
	f := crawltest.Fetcher(t, cfg)
	for _, code := range []int{301, 302, 303, 307, 308} {
		for n, s := range spelled {
			at := "http://public.example/?" + url.Values{"code": {strconv.Itoa(code)}, "n": {strconv.Itoa(n)}}.Encode()
			_, err := f.Do(t.Context(), fetch.Request{URL: at})
			checkRejected(t, fmt.Sprintf("%d to %s", code, s.Ref), err)
		}
	}
	checkNoForbiddenConnection(t, w, canaries)
}

func TestChangingDNSAnswersDoNotReachSpecialPurposeAddresses(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	w.Handle("*", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Connection", "close") // each request needs a new connection and a new lookup
		_, _ = fmt.Fprint(rw, "hello")
	}))
	addr := netip.MustParseAddr
	good, bad := addr("127.0.0.1"), addr("127.0.0.2")
	// The second DNS answer of a name.
	second := []crawltest.Answer{
		{Addrs: []netip.Addr{bad}},
		{Addrs: []netip.Addr{bad, addr("127.0.0.3"), addr("10.0.0.1")}},
		{CNAME: "internal.example", Addrs: []netip.Addr{addr("127.0.0.4")}},
		{Addrs: []netip.Addr{addr("169.254.169.254")}},
		{Addrs: []netip.Addr{addr("::1")}},
		{Addrs: []netip.Addr{addr("fd00:ec2::254"), addr("127.0.0.5")}},
		{Addrs: []netip.Addr{addr("::ffff:127.0.0.6")}},
		{Addrs: []netip.Addr{addr("64:ff9b::7f00:2"), addr("2002:7f00:2::1")}},
	}
	const names = 200
	cfg := w.Config()
	cfg.ConnectTo = []fetch.ConnectTo{{Port: "80", ToPort: w.Port()}}
	cfg.Resolver = crawltest.Resolver(t, func(name string, six bool, n int) crawltest.Answer {
		var i int
		if _, err := fmt.Sscanf(name, "name%d.example", &i); err != nil {
			return crawltest.Answer{}
		}
		switch {
		case i >= names: // permitted and blocked addresses together
			return crawltest.Answer{Addrs: []netip.Addr{bad, good, addr("::1")}}
		case n == 0:
			return crawltest.Answer{Addrs: []netip.Addr{good}}
		default:
			return second[i%len(second)]
		}
	})
	f := crawltest.Fetcher(t, cfg)
	blocked := 0
	for i := range names {
		at := fmt.Sprintf("http://name%d.example/", i)
		if _, err := f.Do(t.Context(), fetch.Request{URL: at}); err != nil {
			t.Fatalf("first request to %s: %v", at, err)
		}
		_, err := f.Do(t.Context(), fetch.Request{URL: at})
		if fe := (*fetch.Error)(nil); errors.As(err, &fe) && fe.Reason == fetch.BlockedAddress {
			blocked++
		} else {
			t.Errorf("request to %s after the DNS answer changed: %v, want it blocked", at, err)
		}
	}
	for i := range 20 {
		at := fmt.Sprintf("http://name%d.example/", names+i)
		if _, err := f.Do(t.Context(), fetch.Request{URL: at}); err != nil {
			t.Errorf("%s has one permitted address: %v", at, err)
		}
	}
	checkNoForbiddenConnection(t, w, canaries)
	t.Logf("%d of %d blocked", blocked, names)
}

// forwardProxy starts a proxy that counts its requests.
func forwardProxy(t *testing.T) (url string, requests *atomic.Int64) {
	requests = &atomic.Int64{}
	p := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Method == http.MethodConnect {
			http.Error(rw, "no", http.StatusForbidden)
			return
		}
		_, _ = fmt.Fprint(rw, "by proxy: ", r.URL)
	}))
	t.Cleanup(p.Close)
	return p.URL, requests
}

func TestRequestsForSpecialPurposeAddressesDoNotReachTheProxy(t *testing.T) {
	t.Parallel()
	w, cfg := guardedWeb(t)
	canaries := crawltest.NewCanaries(t, w.Port())
	var requests *atomic.Int64
	cfg.Proxy, requests = forwardProxy(t)
	f := crawltest.Fetcher(t, cfg)
	res, err := f.Do(t.Context(), fetch.Request{URL: "http://public.example/"})
	if err != nil || string(res.Body) != "by proxy: http://public.example/" {
		t.Fatalf("a public host through the proxy: %v, %v", res, err)
	}
	cases := 0
	check := func(what, at string) {
		cases++
		_, err := f.Do(t.Context(), fetch.Request{URL: at})
		checkRejected(t, what, err)
	}
	for _, s := range crawltest.Spellings() {
		check(s.Name, s.Ref)
		check(s.Name+" over TLS", strings.Replace(strings.ToLower(s.Ref), "http:", "https:", 1))
	}
	for name := range crawltest.Internal {
		check(name, "http://"+name+"/")
		check(name, "https://"+name+"/")
	}
	check("a public address", "http://93.184.215.14/")
	check("a port other than 80 and 443", "http://far.example:22/")
	if n := requests.Load(); n != 1 {
		t.Errorf("the proxy received %d forbidden requests", n-1)
	}
	checkNoForbiddenConnection(t, w, canaries)
	t.Logf("%d requests rejected before they reached the proxy", cases)
}
