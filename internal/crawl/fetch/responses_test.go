package fetch_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// rawResponse is the output of a server and the expected result: a Response or a Reason.
type rawResponse struct {
	name, raw string
	status    int
	body      string
	want      fetch.Reason
}

const html = "Content-Type: text/html\r\n"

func ok(header, body string) string {
	return "HTTP/1.1 200 OK\r\n" + html + header + "\r\n" + body
}

func rawResponses() []rawResponse {
	big := strings.Repeat("a", 1<<20)
	return []rawResponse{
		{name: "plain", raw: ok("Content-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "no length", raw: ok("", "hi"), status: 200, body: "hi"},
		{name: "HTTP/1.0", raw: "HTTP/1.0 200 OK\r\n" + html + "\r\nhi", status: 200, body: "hi"},
		{name: "no reason phrase", raw: "HTTP/1.1 200\r\n" + html + "Content-Length: 2\r\n\r\nhi", status: 200, body: "hi"},
		{name: "LF line ends", raw: "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 2\n\nhi", status: 200, body: "hi"},
		{name: "chunks", raw: ok("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n"), status: 200, body: "hi"},
		{name: "chunk extensions", raw: ok("Transfer-Encoding: chunked\r\n", "2;a=b\r\nhi\r\n0\r\n\r\n"), status: 200, body: "hi"},
		{name: "trailers", raw: ok("Transfer-Encoding: chunked\r\nTrailer: X-A\r\n", "2\r\nhi\r\n0\r\nX-A: b\r\n\r\n"), status: 200, body: "hi"},
		{name: "same length twice", raw: ok("Content-Length: 2\r\nContent-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "folded header", raw: ok("X-A: b\r\n c\r\nContent-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "latin-1 in a header", raw: ok("X-A: \xe9\r\nContent-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "early hints", raw: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("Content-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "unsolicited 100 Continue", raw: "HTTP/1.1 100 Continue\r\n\r\n" + ok("Content-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "body longer than Content-Length", raw: ok("Content-Length: 2\r\n", "hi there"), status: 200, body: "hi"},
		{name: "empty body with a content coding", raw: ok("Content-Encoding: gzip\r\nContent-Length: 0\r\n", ""), status: 200},
		{name: "no content", raw: "HTTP/1.1 204 No Content\r\n\r\n", status: 204},
		{name: "status 999", raw: "HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno", status: 999, body: "no"},
		{name: "no status code", raw: "HTTP/1.1 OK\r\n\r\n", want: fetch.BadResponse},
		{name: "two-digit status", raw: "HTTP/1.1 20 OK\r\n\r\n", want: fetch.BadResponse},
		{name: "negative status", raw: "HTTP/1.1 -20 OK\r\n\r\n", want: fetch.BadResponse},
		{name: "HTTP/0.9", raw: "<html>hi</html>", want: fetch.BadResponse},
		{name: "another protocol", raw: "SSH-2.0-OpenSSH_9.2\r\n", want: fetch.BadResponse},
		{name: "no version", raw: "HTTP 200 OK\r\n\r\nhi", want: fetch.BadResponse},
		{name: "empty response", raw: "", want: fetch.BadResponse},
		{name: "truncated status line", raw: "HTTP/1.", want: fetch.BadResponse},
		{name: "truncated header", raw: "HTTP/1.1 200 OK\r\nContent-Ty", want: fetch.BadResponse},
		{name: "conflicting lengths", raw: ok("Content-Length: 2\r\nContent-Length: 3\r\n", "hi"), want: fetch.BadResponse},
		{name: "negative length", raw: ok("Content-Length: -2\r\n", "hi"), want: fetch.BadResponse},
		{name: "non-numeric length", raw: ok("Content-Length: two\r\n", "hi"), want: fetch.BadResponse},
		{name: "overflowing length", raw: ok("Content-Length: 99999999999999999999\r\n", "hi"), want: fetch.BadResponse},
		{name: "length of 1 TiB", raw: ok("Content-Length: 1099511627776\r\n", "hi"), want: fetch.TooLarge},
		{name: "body shorter than Content-Length", raw: ok("Content-Length: 10\r\n", "hi"), want: fetch.BadResponse},
		// RFC 9112 section 6.3: Transfer-Encoding overrides Content-Length.
		{name: "Content-Length and chunks", raw: ok("Content-Length: 100\r\nTransfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n"), status: 200, body: "hi"},
		{name: "unsupported transfer coding", raw: ok("Transfer-Encoding: gzip\r\n", "hi"), want: fetch.BadResponse},
		{name: "two transfer codings", raw: ok("Transfer-Encoding: gzip, chunked\r\n", "2\r\nhi\r\n0\r\n\r\n"), want: fetch.BadResponse},
		{name: "malformed chunk size", raw: ok("Transfer-Encoding: chunked\r\n", "zz\r\nhi\r\n0\r\n\r\n"), want: fetch.BadResponse},
		{name: "chunk shorter than its size", raw: ok("Transfer-Encoding: chunked\r\n", "5\r\nhi\r\n0\r\n\r\n"), want: fetch.BadResponse},
		{name: "chunk of 2^64 bytes", raw: ok("Transfer-Encoding: chunked\r\n", "10000000000000000\r\nhi\r\n"), want: fetch.BadResponse},
		{name: "no last chunk", raw: ok("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n"), want: fetch.BadResponse},
		{name: "endless chunk size line", raw: ok("Transfer-Encoding: chunked\r\n", strings.Repeat("0", 1<<16)), want: fetch.BadResponse},
		{name: "NUL in a header name", raw: ok("X\x00A: b\r\n", "hi"), want: fetch.BadResponse},
		{name: "NUL in a header value", raw: ok("X-A: b\x00c\r\n", "hi"), want: fetch.BadResponse},
		{name: "space before the colon", raw: ok("X-A : b\r\n", "hi"), status: 200, body: "hi"},
		{name: "header without a colon", raw: ok("X-A\r\n", "hi"), want: fetch.BadResponse},
		{name: "20 MB header", raw: ok("X-A: "+strings.Repeat(big, 20)+"\r\n", "hi"), want: fetch.BadResponse},
		{name: "20 MB of headers", raw: ok(strings.Repeat("X-A: "+big[:1000]+"\r\n", 20_000), "hi"), want: fetch.BadResponse},
		{name: "10,000 cookies", raw: ok(strings.Repeat("Set-Cookie: a=b; Path=/\r\n", 10_000), "hi"), want: fetch.BadResponse},
		{name: "100 early hints", raw: strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: <"+big[:1000]+">\r\n\r\n", 100) + ok("", "hi"), want: fetch.BadResponse},
		{name: "trailers of 20 MB", raw: ok("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n"+strings.Repeat("X-A: "+big[:1000]+"\r\n", 20_000)+"\r\n"), want: fetch.BadResponse},
		{name: "unregistered content coding", raw: ok("Content-Encoding: none\r\nContent-Length: 2\r\n", "hi"), status: 200, body: "hi"},
		{name: "page without the gzip coding that its header names", raw: ok("Content-Encoding: gzip\r\nContent-Length: 4\r\n", "<p>h"), status: 200, body: "<p>h"},
		{name: "content coding that is not supported", raw: ok("Content-Encoding: compress\r\nContent-Length: 2\r\n", "hi"), want: fetch.BadEncoding},
		{name: "malformed gzip", raw: ok("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "hi"), want: fetch.BadEncoding},
		{name: "malformed zlib", raw: ok("Content-Encoding: deflate\r\nContent-Length: 4\r\n", "\x78\x9c\xff\xff"), want: fetch.BadEncoding},
		{name: "malformed brotli", raw: ok("Content-Encoding: br\r\nContent-Length: 4\r\n", "\xff\xff\xff\xff"), want: fetch.BadEncoding},
		{name: "malformed zstd", raw: ok("Content-Encoding: zstd\r\nContent-Length: 4\r\n", "\xff\xff\xff\xff"), want: fetch.BadEncoding},
		{name: "truncated gzip", raw: ok("Content-Encoding: gzip\r\n", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), want: fetch.BadEncoding},
		{name: "image", raw: "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\nhi", want: fetch.ContentType},
		{name: "redirect to a malformed URL", raw: "HTTP/1.1 302 Found\r\nLocation: http://%zz/\r\nContent-Length: 0\r\n\r\n", status: 302},
		{name: "redirect with two targets", raw: "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", status: 302},
		{name: "redirect with a large body", raw: "HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n" + big, status: 302},
		{name: "switching protocols", raw: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", want: fetch.BadResponse},
	}
}

func TestEveryServerResponseIsReturnedOrFailsWithAReason(t *testing.T) {
	t.Parallel()
	all := rawResponses()
	if len(all) < 40 {
		t.Fatalf("only %d responses", len(all))
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			cfg := w.Config()
			port := crawltest.Raw(t, func(conn net.Conn, _ *http.Request, _ <-chan struct{}) {
				_, _ = conn.Write([]byte(r.raw))
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = conn.Read(make([]byte, 1)) // until the client closes the connection
			})
			cfg.ConnectTo = []fetch.ConnectTo{crawltest.To("", port)}
			f := crawltest.Fetcher(t, cfg)
			res, err := f.Do(t.Context(), fetch.Request{URL: "http://raw.example/", NoRedirects: true, TextOnly: true})
			f.Close()
			var fe *fetch.Error
			switch {
			case r.want != "" && (!errors.As(err, &fe) || fe.Reason != r.want):
				t.Errorf("%v, want %s", err, r.want)
			case r.want == "" && err != nil:
				t.Errorf("%v, want status %d", err, r.status)
			case r.want == "" && (res.Status != r.status || string(res.Body) != r.body):
				t.Errorf("status %d and %.20q, want %d and %q", res.Status, res.Body, r.status, r.body)
			}
			if fe != nil && len(fe.Error()) > 1000 {
				t.Errorf("the error has %d bytes: it repeats the response", len(fe.Error()))
			}
		})
	}
}

func TestRetryAfterAcceptsSecondsAndDates(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Retry-After", r.URL.Query().Get("after"))
		var status int
		_, _ = fmt.Sscan(r.URL.Query().Get("status"), &status)
		rw.WriteHeader(status)
	}))
	f := crawltest.Fetcher(t, w.Config())
	for _, c := range []struct {
		status          int
		after           string
		atLeast, atMost float64 // seconds
	}{
		{429, "120", 120, 120},
		{503, "7", 7, 7},
		{503, "0", 0, 0},
		{503, "-5", 0, 0},
		{429, "soon", 0, 0},
		{429, "1.5", 0, 0},
		{429, "99999999999999999999", 86400, 86400},
		{429, "Fri,+31+Dec+2100+23:59:59+GMT", 86400, 86400},
		{503, "Friday,+31-Dec-99+23:59:59+GMT", 0, 0},
		{503, "Sun,+06+Nov+1994+08:49:37+GMT", 0, 0},
		{200, "120", 0, 0},
		{404, "120", 0, 0},
	} {
		res, err := f.Do(t.Context(), fetch.Request{URL: fmt.Sprintf("http://public.example/?status=%d&after=%s", c.status, c.after)})
		if err != nil {
			t.Fatal(err)
		}
		if s := res.RetryAfter.Seconds(); s < c.atLeast || s > c.atMost {
			t.Errorf("%d with %q: %v, want %v to %v s", c.status, c.after, res.RetryAfter, c.atLeast, c.atMost)
		}
	}
}
