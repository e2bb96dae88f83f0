package crawl_test

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// tarpit is a host that keeps connections open, and how a request to it ends.
type tarpit struct {
	name  string
	serve func(conn net.Conn, done <-chan struct{})
	want  fetch.Reason
}

// drip writes one byte at a time until the client closes the connection.
func drip(conn net.Conn, done <-chan struct{}, bytes string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if _, err := conn.Write([]byte{bytes[n%len(bytes)]}); err != nil {
			return
		}
	}
}

func write(conn net.Conn, s string) { _, _ = conn.Write([]byte(s)) }

// hold keeps a connection open and silent until the client closes it.
func hold(conn net.Conn, done <-chan struct{}) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = conn.Read(make([]byte, 1))
	}()
	select {
	case <-done:
		_ = conn.Close()
		<-gone
	case <-gone:
	}
}

var tarpits = []tarpit{
	{"never accepts", nil, fetch.Timeout},
	{"sends nothing", hold, fetch.Timeout},
	{"drips its header", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nX-A: ")
		drip(conn, done, "abc")
	}, fetch.Timeout},
	{"drips headers", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\n")
		drip(conn, done, "X-A: b\r\n")
	}, fetch.Timeout},
	{"drips its body", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
		drip(conn, done, "<p>")
	}, fetch.Timeout},
	{"drips chunks", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
		drip(conn, done, "1\r\na\r\n")
	}, fetch.Timeout},
	{"stalls within its body", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>")
		hold(conn, done)
	}, fetch.Timeout},
	{"sends endless chunks", func(conn net.Conn, _ <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", 64<<10, make([]byte, 64<<10))
		for {
			if _, err := conn.Write(chunk); err != nil {
				return
			}
		}
	}, fetch.TooLarge},
	{"closes its half early", func(conn net.Conn, done <-chan struct{}) {
		write(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>")
		_ = conn.(*net.TCPConn).CloseWrite()
		hold(conn, done)
	}, fetch.BadResponse},
	{"closes before its header", func(conn net.Conn, done <-chan struct{}) {
		_ = conn.(*net.TCPConn).CloseWrite()
		hold(conn, done)
	}, fetch.BadResponse},
	{"resets", func(conn net.Conn, _ <-chan struct{}) {
		_ = conn.(*net.TCPConn).SetLinger(0)
	}, fetch.BadResponse},
}

// TestTarpitsDelayNoOtherHost is not parallel because it counts goroutines.
func TestTarpitsDelayNoOtherHost(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	const (
		hostile      = 64
		healthyHosts = 10
		pagesEach    = 20
	)
	before := goleak.IgnoreCurrent()
	t.Run("crawl", func(t *testing.T) {
		w := crawltest.NewWeb(t)
		cfg := w.Config()
		cfg.Timeout = 6 * time.Second // enough for a healthy host on a busy machine
		cfg.ConnectTo = nil
		want := map[string]fetch.Reason{}
		plan := crawl.Plan{Options: options(10_000)}
		for n := range hostile {
			pit := tarpits[n%len(tarpits)]
			var serve func(net.Conn, *http.Request, <-chan struct{})
			if pit.serve != nil {
				// Every other one serves robots.txt, so that its page hangs.
				polite := n/len(tarpits)%2 == 0
				serve = func(conn net.Conn, r *http.Request, done <-chan struct{}) {
					if polite && r.URL.Path == "/robots.txt" {
						write(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
						return
					}
					pit.serve(conn, done)
				}
			}
			host := fmt.Sprintf("tarpit%d.example", n)
			cfg.ConnectTo = append(cfg.ConnectTo, crawltest.To(host, crawltest.Raw(t, serve)))
			plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://" + host + "/", Pinned: true})
			want["http://"+host+"/"] = pit.want
		}
		cfg.ConnectTo = append(cfg.ConnectTo, crawltest.To("", w.Port()))
		for n := range healthyHosts {
			host := fmt.Sprintf("healthy%d.example", n)
			pages := map[string]string{}
			var links []string
			for p := range pagesEach {
				at := fmt.Sprintf("/page/%s", crawltest.Prose(fmt.Sprint(p), 1))
				at = at[:len(at)-1]
				links = append(links, at)
				pages[at] = crawltest.HTML(host + at)
			}
			pages["/"] = crawltest.HTML(host, links...)
			w.Site(host, pages)
			plan.Domains = append(plan.Domains, host)
			plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://" + host + "/"})
		}
		f, err := fetch.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		recorder := &crawltest.Recorder{}
		start := time.Now()
		crawltest.Crawl(t, crawl.New(f), plan, recorder)
		t.Logf("%d pages and %d tarpits in %v", len(recorder.Pages()), hostile, time.Since(start))
		if got := len(recorder.Pages()); got != healthyHosts*(pagesEach+1) {
			t.Errorf("%d healthy pages were fetched, want %d", got, healthyHosts*(pagesEach+1))
		}
		skips := recorder.Skips()
		for at, reason := range want {
			// On a busy machine, the timeout may end a response before it exceeds its limit.
			if got := skips[at]; got != crawl.SkipReason(reason) && got != crawl.SkipReason(fetch.Timeout) {
				t.Errorf("%s is skipped for %q, want %s", at, skips[at], reason)
			}
		}
	})
	// An abandoned dial ends by its own timeout, 5 s.
	var left error
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		if left = goleak.Find(before); left == nil {
			return
		}
	}
	t.Errorf("%d goroutines: %v", runtime.NumGoroutine(), left)
}
