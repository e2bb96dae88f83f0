package notify_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/store"
)

// pingURL sends a ping to a URL.
func pingURL(t *testing.T, c *notify.Client, url string) notify.Attempt {
	t.Helper()
	return c.Ping(t.Context(), store.Webhook{ID: "w", URL: url, Secrets: []store.Secret{secret}})
}

func TestRedirectsAreFailuresAndAreNotFollowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	target, r := newReceiver(t), newReceiver(t)
	for _, code := range []int{301, 302, 303, 307, 308, 300, 304} {
		r.answer(status(code, "Location", target.server.URL))
		if a := pingURL(t, f.client, r.server.URL); a.Delivered || a.Status != code || !strings.Contains(a.Error, "redirect") {
			t.Errorf("status %d: %+v", code, a)
		}
	}
	if n := len(target.received()); n != 0 {
		t.Errorf("the target of the redirects received %d requests", n)
	}
}

func TestAnEndlessResponseIsNotRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *notify.ClientOptions) { o.Timeout = 5 * time.Second })
	r := newReceiver(t)
	for code, delivered := range map[int]bool{200: true, 500: false} {
		r.answer(func(w http.ResponseWriter, _ message) {
			w.WriteHeader(code)
			block := []byte(strings.Repeat("x", 64<<10))
			for {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		})
		a := pingURL(t, f.client, r.server.URL)
		if a.Delivered != delivered || a.Status != code || len(a.Response) > store.MaxDeliveryResponse {
			t.Errorf("status %d with an endless body: %+v", code, a)
		}
	}
	r.answer(func(w http.ResponseWriter, _ message) {
		for range 100_000 {
			w.Header().Add("X-Flood", strings.Repeat("x", 100))
		}
	})
	if a := pingURL(t, f.client, r.server.URL); a.Delivered || a.Error == "" || len(a.Error) > 500 {
		t.Errorf("a header of 10 MB: %+v", a)
	}
}

func TestABodyThatStopsDoesNotHideTheStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *notify.ClientOptions) { o.Timeout = 300 * time.Millisecond })
	r := newReceiver(t)
	released := make(chan struct{})
	t.Cleanup(func() { close(released) })
	for code, delivered := range map[int]bool{202: true, 503: false} {
		r.answer(func(w http.ResponseWriter, _ message) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(code)
			_, _ = w.Write([]byte("busy"))
			_ = http.NewResponseController(w).Flush()
			<-released
		})
		if a := pingURL(t, f.client, r.server.URL); a.Delivered != delivered || a.Status != code {
			t.Errorf("status %d with a body that stops: %+v", code, a)
		}
	}
}

func TestRetryAfterIsSecondsOrADateAndBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "0": 0, "-5": 0, "soon": 0, "": 0, "99999999999999999999": 0, "1000000000": 24 * time.Hour,
		f.clock.Now().Add(time.Hour).UTC().Format(http.TimeFormat):  time.Hour,
		f.clock.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
	} {
		r.answer(status(http.StatusServiceUnavailable, "Retry-After", value))
		if a := pingURL(t, f.client, r.server.URL); a.RetryAfter > want || a.RetryAfter < want-time.Second {
			t.Errorf("Retry-After %q gives %s, want %s", value, a.RetryAfter, want)
		}
	}
}

// newClient returns a client that may connect to public addresses and to prefixes.
func newClient(t *testing.T, r *net.Resolver, allowed ...string) *notify.Client {
	t.Helper()
	o := notify.ClientOptions{CAFile: caFile(t), Resolver: r, Timeout: 5 * time.Second}
	for _, a := range allowed {
		o.AllowAddress = append(o.AllowAddress, netip.MustParsePrefix(a))
	}
	c, err := notify.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestSpecialPurposeAddressesAreUnreachable(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	_, port, err := net.SplitHostPort(r.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	canaries := crawltest.NewCanaries(t, port)
	special := append([]string{"127.0.0.1"}, crawltest.Special...)
	c := newClient(t, crawltest.Resolver(t, func(name string, _ bool, _ int) crawltest.Answer {
		if n, err := strconv.Atoi(strings.TrimSuffix(name, ".example")); err == nil {
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr(special[n])}}
		}
		return crawltest.Answer{}
	}))
	hosts := []string{"localhost"}
	for n, s := range special {
		if strings.Contains(s, ":") {
			s = "[" + s + "]"
		}
		hosts = append(hosts, s, fmt.Sprintf("%d.example", n)) // a name that resolves to it
	}
	for _, s := range crawltest.Spellings() {
		if u, err := url.Parse(s.Ref); err == nil && u.User == nil {
			hosts = append(hosts, u.Host)
		}
	}
	for _, host := range hosts {
		for _, target := range []string{"https://" + host + ":" + port + "/", "http://" + host + ":" + port + "/", "https://" + host + "/"} {
			if a := pingURL(t, c, target); a.Delivered || a.Status != 0 || a.Error == "" {
				t.Errorf("%s: %+v", target, a)
			} else if strings.HasSuffix(host, ".example") && strings.HasPrefix(target, "https:") && a.Error != "the IP address of the endpoint is not public" {
				t.Errorf("%s is rejected because %s", target, a.Error)
			}
		}
	}
	if n := len(r.received()); n != 0 || canaries.Hits() != 0 {
		t.Errorf("%d requests and %d connections reached special-purpose addresses", n, canaries.Hits())
	}
	t.Logf("%d hosts were rejected", len(hosts))
}

func TestANameThatChangesItsAddressIsCheckedAtEachConnection(t *testing.T) {
	t.Parallel()
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(r.Close)
	_, port, err := net.SplitHostPort(r.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	canaries := crawltest.NewCanaries(t, port)
	c := newClient(t, crawltest.Resolver(t, func(name string, six bool, n int) crawltest.Answer {
		switch {
		case six:
			return crawltest.Answer{CNAME: name + ".alias.example"}
		case n == 0:
			return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
		}
		return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")}}
	}), "127.0.0.1/32")
	target := "http://rebinding.example:" + port + "/"
	if a := pingURL(t, c, target); !a.Delivered {
		t.Fatalf("at its allowed address: %+v", a)
	}
	c.Close() // the next request needs a new connection
	if a := pingURL(t, c, target); a.Delivered || a.Status != 0 {
		t.Errorf("at another address: %+v", a)
	}
	if canaries.Hits() != 0 {
		t.Errorf("%d connections reached the other address", canaries.Hits())
	}
}

func TestPlainHTTPIsSentToAllowedAddressesOnly(t *testing.T) {
	t.Parallel()
	resolver := crawltest.Resolver(t, func(_ string, six bool, _ int) crawltest.Answer {
		if six {
			return crawltest.Answer{}
		}
		return crawltest.Answer{Addrs: []netip.Addr{netip.MustParseAddr("93.184.215.14")}}
	})
	if a := pingURL(t, newClient(t, resolver, "127.0.0.1/32"), "http://public.example/"); a.Delivered || a.Error != "the URL is not an https URL" {
		t.Errorf("http to a public address: %+v", a)
	}
	if err := newClient(t, nil).CheckURL("http://public.example/"); err == nil {
		t.Error("without allowed addresses, an http URL is accepted")
	}
}
