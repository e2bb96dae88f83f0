package crawltest

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/crawl/fetch"
)

// Raw starts a server that passes each connection and its first request to serve, which
// may write any bytes. done is closed when the test ends. If serve is nil, the
// server accepts no connection. Raw returns the port of the server.
func Raw(t testing.TB, serve func(conn net.Conn, r *http.Request, done <-chan struct{})) (port string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	t.Cleanup(func() {
		close(done)
		_ = l.Close()
		wg.Wait()
	})
	_, port, _ = net.SplitHostPort(l.Addr().String())
	if serve == nil {
		return port
	}
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				serve(conn, r, done)
			})
		}
	})
	return port
}

// To returns the rule that directs the connections to a host to a loopback port.
func To(host, port string) fetch.ConnectTo {
	return fetch.ConnectTo{Host: host, Port: "80", ToHost: "127.0.0.1", ToPort: port}
}
