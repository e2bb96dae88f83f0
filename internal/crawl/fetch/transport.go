package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

// Limits of a connection, chosen by hand.
const (
	dialTimeout           = 5 * time.Second
	tlsTimeout            = 5 * time.Second
	responseHeaderTimeout = 10 * time.Second
	idleTimeout           = 90 * time.Second
	keepAliveInterval     = 30 * time.Second
	maxHeaderBytes        = 64 << 10
	maxIdleConns          = 1024
	tlsSessions           = 1024 // cached for resumption
	readBufferSize        = 16 << 10
	// maxDiscarded is the length of the longest body, in bytes, that a redirect may have
	// without losing its connection.
	maxDiscarded = 16 << 10
)

// cipherSuites are those of Go's defaults for TLS 1.2 and the ones without forward secrecy, which
// some servers require. A crawl reads public pages and sends nothing secret.
var cipherSuites = func() []uint16 {
	var ids []uint16
	for _, s := range tls.CipherSuites() {
		ids = append(ids, s.ID)
	}
	return append(ids,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256)
}()

// transport is the round tripper below colly. It decodes bodies itself, with a limit after
// decompression. It passes colly the header and an empty body: colly would copy the body and
// decode its character encoding a second time.
type transport struct {
	cfg   Config
	inner *http.Transport
}

// requestExchange passes the options of a Request to the transport and the result back. It travels in
// the context of the HTTP request.
type requestExchange struct {
	// Options.
	maxBody  int64
	textOnly bool
	truncate bool
	readBody func(io.Reader) error

	// Result.
	body     []byte
	location string
	sentAt   atomic.Int64 // when the request was written, in Unix nanoseconds
	protocol string
	tls      *tls.ConnectionState
	connection
}

type exchangeKey struct{}

func newTransport(cfg Config) (*transport, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAliveInterval, Control: cfg.checkConnection, Resolver: cfg.Resolver}
	inner := &http.Transport{
		DialContext: func(ctx context.Context, network, hostPort string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, cfg.dialTarget(hostPort))
		},
		TLSClientConfig: &tls.Config{
			ClientSessionCache: tls.NewLRUClientSessionCache(tlsSessions), MinVersion: tls.VersionTLS12, CipherSuites: cipherSuites,
		},
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  responseHeaderTimeout,
		MaxIdleConns:           maxIdleConns,
		MaxIdleConnsPerHost:    cfg.MaxIdleConnsPerHost,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ReadBufferSize:         readBufferSize,
		// Use HTTP/1.1: in Go, HTTP/2 needs about a fifth more CPU per page, and polite
		// crawling has no concurrent requests to multiplex.
		ForceAttemptHTTP2: false,
		TLSNextProto:      map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s contains no PEM certificate", cfg.CAFile)
		}
		inner.TLSClientConfig.RootCAs = pool
	}
	t := &transport{cfg: cfg, inner: inner}
	if cfg.Proxy != "" {
		return t, t.useProxy(cfg.Proxy)
	}
	return t, nil
}

// checkConnection is the Control function of the dialer.
func (c *Config) checkConnection(network, addr string, raw syscall.RawConn) error {
	if err := c.Guard.Control(network, addr, raw); err != nil {
		return err
	}
	if c.OnConnect != nil {
		return c.OnConnect(network, addr)
	}
	return nil
}

// useProxy sends requests through a forward proxy. The operator chose the proxy, so the Guard
// does not check its address. checkProxyTarget checks the targets of requests.
func (t *transport) useProxy(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return fmt.Errorf("proxy is not a URL such as http://host:port") // the value may contain a password
	}
	t.inner.Proxy = http.ProxyURL(u)
	plain := &net.Dialer{Timeout: dialTimeout}
	t.inner.DialContext = plain.DialContext
	return nil
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, _ := r.Context().Value(exchangeKey{}).(*requestExchange)
	if x == nil {
		x = &requestExchange{maxBody: t.cfg.MaxBody}
	}
	if t.inner.Proxy != nil {
		if err := t.checkProxyTarget(r.Context(), r.URL); err != nil {
			return nil, err
		}
	}
	trace := x.trace()
	res, err := t.inner.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	x.protocol, x.tls = res.Proto, res.TLS
	if res.StatusCode < http.StatusOK { // 101 switches to a protocol that was not requested
		return nil, &reasonError{BadResponse, fmt.Errorf("status %d", res.StatusCode)}
	}
	if isRedirect(res.StatusCode) {
		_, _ = io.CopyN(io.Discard, res.Body, maxDiscarded) // to reuse the connection
	} else {
		ct := res.Header.Get("Content-Type")
		pdf := x.textOnly && (isPDF(ct) || isGenericType(ct) && (hasPDFName(res, r.URL.Path) || hasPDFSignature(res)))
		if x.textOnly && !pdf && !mayBeDocument(ct) {
			return nil, &reasonError{ContentType, fmt.Errorf("%.60q", ct)}
		}
		if pdf {
			x.maxBody = max(x.maxBody, MaxPDF)
		}
		if res.StatusCode < 200 || res.StatusCode >= 300 {
			x.readBody = nil
		}
		if err = readBody(res, x); err != nil {
			return nil, err
		}
	}
	out := *res
	if x.location = res.Header.Get("Location"); x.location != "" {
		// http.Client rejects some Locations that browsers accept. Hide the header from it.
		// Do interprets the Location.
		out.Header = res.Header.Clone()
		out.Header.Del("Location")
	}
	out.Body, out.Uncompressed, out.ContentLength = io.NopCloser(bytes.NewReader(nil)), true, 0
	return &out, nil
}

// isRedirect reports whether a status is 3xx.
func isRedirect(status int) bool { return status >= 300 && status < 400 }

// checkProxyTarget resolves the host name that the proxy would connect to and rejects it if any
// of its addresses is blocked. It rejects IP addresses outside the allowlist: companies do not
// link to them, and the proxy may interpret their spelling differently.
func (t *transport) checkProxyTarget(ctx context.Context, u *url.URL) error {
	host, port := u.Hostname(), uint16(80)
	if u.Scheme == "https" {
		port = 443
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return fmt.Errorf("%w: port %.8q", netguard.ErrBlocked, p)
		}
		port = uint16(n)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if t.cfg.Guard.IsAllowlisted(a) {
			return nil
		}
		return fmt.Errorf("%w: %s: requests through a proxy need a host name", netguard.ErrBlocked, a)
	}
	if last := host[strings.LastIndexByte(strings.TrimSuffix(host, "."), '.')+1:]; last == "" || last[0] >= '0' && last[0] <= '9' {
		return fmt.Errorf("%w: %.80q is an IP address, not a host name", netguard.ErrBlocked, host)
	}
	r := t.cfg.Resolver
	if r == nil {
		r = net.DefaultResolver
	}
	addrs, err := r.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	for _, a := range addrs {
		if err := t.cfg.Guard.CheckAddr(netip.AddrPortFrom(a, port)); err != nil {
			return err
		}
	}
	return nil
}
