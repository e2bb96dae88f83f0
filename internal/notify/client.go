package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/store"
)

// Limits of a request. The timeout is the lower one of the 15 to 30 s that Standard Webhooks
// recommends; the others were chosen by hand.
const (
	// DefaultTimeout is the time that an endpoint has to respond.
	DefaultTimeout    = 15 * time.Second
	dialTimeout       = 5 * time.Second
	idleTimeout       = 30 * time.Second
	maxIdleConns      = 64
	maxResponseHeader = 64 << 10
	// maxDrained is the length of the longest response body, in bytes, that is read to reuse its
	// connection.
	maxDrained = 4 << 10
)

const (
	contentType = "application/cloudevents+json; charset=utf-8"
	userAgent   = "Clausea-Webhooks/1.0 (+https://clausea.co/bot)"
)

// ClientOptions configures a Client. The zero value is valid.
type ClientOptions struct {
	// AllowAddress lists prefixes of IP addresses that are permitted although they are not
	// public. For them, http URLs are permitted too.
	AllowAddress []netip.Prefix
	CAFile       string        // PEM file with certificate authorities in addition to the system's
	Timeout      time.Duration // of one request; 0: DefaultTimeout
	// Resolver serves tests with changing DNS answers. Nil is the default resolver.
	Resolver *net.Resolver
	// Now returns the time of a signature. Nil is time.Now.
	Now func() time.Time
}

// Client sends requests to the endpoints of webhooks. It is safe for concurrent use.
type Client struct {
	guard       *netguard.Guard
	allowsPlain bool
	timeout     time.Duration
	now         func() time.Time
	// secure and plain send requests to https and http URLs.
	secure, plain *http.Transport
}

// Attempt is the outcome of one request to an endpoint.
type Attempt struct {
	Delivered bool
	// Status is the HTTP status code, or 0 if there was no response.
	Status int
	// Error says why the endpoint did not accept the request. It contains no part of the URL
	// other than its host.
	Error string
	// Response is the beginning of the body of a response that did not accept the request, at
	// most store.MaxDeliveryResponse bytes.
	Response string
	// RetryAfter is the time that the endpoint asked to wait, or 0.
	RetryAfter time.Duration
	At         time.Time // when it ended
	Took       time.Duration
}

// NewClient returns a Client.
func NewClient(o ClientOptions) (*Client, error) {
	c := &Client{guard: netguard.NewAnyPort(o.AllowAddress), allowsPlain: len(o.AllowAddress) > 0, timeout: o.Timeout, now: o.Now}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	var roots *x509.CertPool
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read CA file: %w", err)
		}
		if roots, err = x509.SystemCertPool(); err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s contains no PEM certificate", o.CAFile)
		}
	}
	transport := func(control func(network, addr string, raw syscall.RawConn) error) *http.Transport {
		return &http.Transport{
			DialContext:            (&net.Dialer{Timeout: dialTimeout, Resolver: o.Resolver, Control: control}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    dialTimeout,
			MaxIdleConns:           maxIdleConns,
			MaxIdleConnsPerHost:    maxPerWebhook,
			IdleConnTimeout:        idleTimeout,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxResponseHeader,
		}
	}
	c.secure, c.plain = transport(c.guard.Control), transport(c.controlPlain)
	return c, nil
}

// errNeedsTLS reports that an http URL leads to an address outside the allowlist.
var errNeedsTLS = errors.New("the URL is not an https URL")

// controlPlain permits connections without TLS to addresses of the allowlist only.
func (c *Client) controlPlain(_, hostPort string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(hostPort)
	if err != nil || !c.guard.IsAllowlisted(ap.Addr()) {
		return errNeedsTLS
	}
	return nil
}

// Close closes the idle connections.
func (c *Client) Close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

// Ping sends a ping to a webhook, which may be new.
func (c *Client) Ping(ctx context.Context, w store.Webhook) Attempt {
	id, body, err := newPing(w, c.now())
	if err != nil {
		return Attempt{Error: err.Error(), At: c.now()}
	}
	return c.send(ctx, w, id, body)
}

// send sends a message to a webhook.
func (c *Client) send(ctx context.Context, w store.Webhook, id string, body []byte) Attempt {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	started := time.Now()
	a, err := c.exchange(ctx, w, id, body)
	if err != nil {
		a.Error = c.explain(ctx, err)
	}
	a.At, a.Took = c.now(), time.Since(started)
	return a
}

// exchange sends the request and reads the response.
func (c *Client) exchange(ctx context.Context, w store.Webhook, id string, body []byte) (a Attempt, err error) {
	if err := c.CheckURL(w.URL); err != nil {
		return a, fmt.Errorf("the URL %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return a, errors.New("the URL is invalid") // the error contains the URL
	}
	at := c.now()
	signed, err := signature(w, id, at, body)
	if err != nil {
		return a, err
	}
	req.Header = messageHeader(id)
	req.Header["Webhook-Timestamp"], req.Header["Webhook-Signature"] = []string{strconv.FormatInt(at.Unix(), 10)}, []string{signed}
	transport := c.secure
	if req.URL.Scheme == "http" {
		transport = c.plain
	}
	resp, err := transport.RoundTrip(req) // follows no redirect, and its errors do not contain the URL
	if err != nil {
		return a, err
	}
	defer func() { _ = resp.Body.Close() }()
	a.Status = resp.StatusCode
	if a.Delivered = resp.StatusCode >= 200 && resp.StatusCode < 300; a.Delivered {
		if resp.ContentLength >= 0 && resp.ContentLength <= maxDrained {
			_, _ = io.CopyN(io.Discard, resp.Body, maxDrained)
		}
		return a, nil
	}
	excerpt, _ := io.ReadAll(io.LimitReader(resp.Body, store.MaxDeliveryResponse)) // what arrived in time
	a.Response = plainText(excerpt)
	a.Error = fmt.Sprintf("the endpoint responded with status %d", resp.StatusCode)
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		a.Error += "; redirects are not followed"
	}
	a.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), c.now())
	return a, nil
}

// explain returns the text of an error of a request.
func (c *Client) explain(ctx context.Context, err error) string {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, netguard.ErrBlocked):
		return "the IP address of the endpoint is not public"
	case errors.Is(err, errNeedsTLS):
		return errNeedsTLS.Error()
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("the endpoint did not respond within %s", c.timeout)
	case ctx.Err() != nil:
		return "the request was interrupted"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host of the endpoint does not exist"
	case errors.As(err, &dns): // the text of the error names the name server
		return "the host of the endpoint could not be resolved"
	}
	return cut(plainText([]byte(err.Error())), maxError)
}

// maxError is the maximum length of the text of an error, in bytes.
const maxError = 500

// plainText returns text as valid UTF-8 without control characters.
func plainText(b []byte) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(b), ""))
}

// cut returns at most limit bytes of text.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

// maxRetryAfter bounds the time that an endpoint can ask to wait.
const maxRetryAfter = 24 * time.Hour

// retryAfter returns the time that a Retry-After header asks to wait (RFC 9110, 10.2.3), or 0.
func retryAfter(value string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
