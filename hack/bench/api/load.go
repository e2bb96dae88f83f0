package api

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// connections is the number of connections of a load. Each sends a request after the response
// to the previous one, so that the server always has requests and never a queue.
const connections = 16

// load sends the same request on connections that it keeps.
type load struct {
	conns  []net.Conn
	raw    [][]byte // the request of each connection
	status []byte   // the beginning of the expected response
}

// newLoad connects to a server. The connections use the keys in turn.
func newLoad(ctx context.Context, address string, keys []string, path string, status int, header ...string) (*load, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept: application/json\r\n", path, address)
	for i := 0; i+1 < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	l := &load{status: fmt.Appendf(nil, "HTTP/1.1 %d ", status)}
	for i := range connections {
		c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address)
		if err != nil {
			l.close()
			return nil, fmt.Errorf("connect to %s: %w", address, err)
		}
		l.conns, l.raw = append(l.conns, c), append(l.raw, fmt.Appendf(nil, "%sAuthorization: Bearer %s\r\n\r\n", b.String(), keys[i%len(keys)]))
	}
	return l, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		_ = c.Close()
	}
}

// run sends requests for a time. It returns their number.
func (l *load) run(ctx context.Context, d time.Duration) (requests int, err error) {
	g, ctx := errgroup.WithContext(ctx)
	counts := make([]int, len(l.conns))
	end := time.Now().Add(d)
	for i, c := range l.conns {
		g.Go(func() error {
			if err := c.SetDeadline(end.Add(10 * time.Second)); err != nil {
				return err
			}
			r := bufio.NewReaderSize(c, 64<<10)
			for ctx.Err() == nil && time.Now().Before(end) {
				if err := l.exchange(c, r, l.raw[i]); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	err = g.Wait()
	for _, n := range counts {
		requests += n
	}
	return requests, err
}

// exchange sends one request and reads its response.
func (l *load) exchange(c net.Conn, r *bufio.Reader, raw []byte) error {
	if _, err := c.Write(raw); err != nil {
		return fmt.Errorf("send a request: %w", err)
	}
	line, err := r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("read a response: %w", err)
	}
	if !bytes.HasPrefix(line, l.status) {
		return fmt.Errorf("the response is %.60q, want %s", line, l.status)
	}
	length, chunked := 0, false
	for len(line) > 2 {
		if line, err = r.ReadSlice('\n'); err != nil {
			return fmt.Errorf("read a response: %w", err)
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return fmt.Errorf("read a response: %w", err)
			}
		}
		chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked"))
	}
	if chunked {
		return discardChunks(r)
	}
	if length > 0 {
		if _, err := r.Discard(length); err != nil {
			return fmt.Errorf("read a response: %w", err)
		}
	}
	return nil
}

// discardChunks reads a body in chunks, without trailers.
func discardChunks(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("read a chunk: %w", err)
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return fmt.Errorf("read a chunk: %w", err)
		}
		if _, err := r.Discard(int(n) + 2); err != nil {
			return fmt.Errorf("read a chunk: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}
