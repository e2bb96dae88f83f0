package fetch

import (
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/exchange"
)

// connection is what is known of the connection of a request. The callbacks of httptrace can run
// after the request has ended, in the goroutines of the dialer.
type connection struct {
	mu       sync.Mutex
	address  string
	resolved []string
}

// trace returns the callbacks that record the connection and when the request was written.
func (x *requestExchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { x.sentAt.Store(time.Now().UnixNano()) },
		GotConn: func(i httptrace.GotConnInfo) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.address = i.Conn.RemoteAddr().String()
		},
		DNSDone: func(i httptrace.DNSDoneInfo) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.resolved = nil
			for _, a := range i.Addrs[:min(len(i.Addrs), maxResolved)] {
				x.resolved = append(x.resolved, a.String())
			}
		},
	}
}

// maxResolved bounds how many IP addresses of an answer of a name server are recorded.
const maxResolved = 16

// sentRequest is the request of a response.
type sentRequest struct {
	method   string
	header   http.Header
	viaProxy bool
	exchange *requestExchange
}

// Exchange returns the facts of the exchange with the URL that responded. Each call computes them
// anew, because few responses are stored.
func (r *Response) Exchange() exchange.Exchange {
	out := exchange.Exchange{
		URL: r.FinalURL, SentAt: r.SentAt.UTC(), Received: r.FetchedAt.UTC(), Method: r.sent.method, Status: r.Status, ViaProxy: r.sent.viaProxy,
		RequestHeaders: exchange.Fields(r.sent.header), ResponseHeaders: exchange.Fields(r.Header),
	}
	x := r.sent.exchange
	if x == nil {
		return out
	}
	out.Protocol, out.TLS = x.protocol, exchange.TLSOf(x.tls)
	x.mu.Lock()
	defer x.mu.Unlock()
	if !out.ViaProxy {
		out.RemoteAddress, out.ResolvedAddresses = x.address, x.resolved
	}
	return out
}
