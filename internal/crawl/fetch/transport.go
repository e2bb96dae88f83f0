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

// Config says how a Fetcher reaches sites.
type Config struct {
	Guard               *netguard.Guard // nil: the strict one
	ConnectTo           []ConnectTo
	CAFile              string // PEM, added to the system's authorities
	Proxy               string // URL
	UserAgent           string
	Timeout             time.Duration // of one request, its body included
	MaxBody             int64         // bytes after decompression
	MaxIdleConnsPerHost int           // kept a host
	// Resolver is for tests of changing answers; nil is the system's.
	Resolver *net.Resolver
	// Connecting, where set, is asked after the Guard before each connection is
	// made, with an address that the Guard let through; an error refuses it.
	OnConnect func(network, address string) error
}

func (c Config) withDefaults() Config {
	if c.Guard == nil {
		c.Guard = netguard.New(nil)
	}
	if c.UserAgent == "" {
		c.UserAgent = DefaultUserAgent
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxBody <= 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.MaxIdleConnsPerHost <= 0 {
		c.MaxIdleConnsPerHost = 16
	}
	return c
}

// ConnectTo sends connections for one host and port elsewhere, as curl's
// --connect-to does. An empty field matches any, or keeps what was asked for.
type ConnectTo struct{ Host, Port, ToHost, ToPort string }

// ParseConnectTo reads HOST1:PORT1:HOST2:PORT2.
func ParseConnectTo(s string) (ConnectTo, error) {
	f := strings.Split(s, ":")
	if len(f) != 4 {
		return ConnectTo{}, fmt.Errorf("connect-to %q: write it HOST1:PORT1:HOST2:PORT2; HOST1 and PORT1 may be empty", s)
	}
	return ConnectTo{strings.ToLower(f[0]), f[1], f[2], f[3]}, nil
}

func (c Config) redirect(hostPort string) string {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	for _, t := range c.ConnectTo {
		if (t.Host == "" || t.Host == strings.ToLower(host)) && (t.Port == "" || t.Port == port) {
			if t.ToHost != "" {
				host = t.ToHost
			}
			if t.ToPort != "" {
				port = t.ToPort
			}
			return net.JoinHostPort(host, port)
		}
	}
	return hostPort
}

// transport is the round tripper below colly: it decodes bodies itself, with the
// bound after decompression. colly gets the header and an empty body, because it
// would copy the body and decode its charset once more.
type transport struct {
	cfg   Config
	inner *http.Transport
}

// exchange carries one request's bounds down and its body up.
type exchange struct {
	maxBody  int64
	onlyText bool
	cut      bool                  // a body past maxBody is cut off, not refused
	read     func(io.Reader) error // takes the body of a 2xx in body's stead
	body     []byte
	location string
	sent     atomic.Int64 // when the request was written, in Unix nanoseconds
}

type exchangeKey struct{}

func newTransport(cfg Config) (*transport, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Control: cfg.control, Resolver: cfg.Resolver}
	inner := &http.Transport{
		DialContext: func(ctx context.Context, network, hostPort string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, cfg.redirect(hostPort))
		},
		TLSClientConfig:        &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(1024), MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  responseWaitTime,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    cfg.MaxIdleConnsPerHost,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ReadBufferSize:         16 << 10,
		// HTTP/1.1: HTTP/2 costs about a fifth more CPU a page in Go, and
		// politeness leaves nothing to multiplex.
		ForceAttemptHTTP2: false,
		TLSNextProto:      map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s holds no PEM certificate", cfg.CAFile)
		}
		inner.TLSClientConfig.RootCAs = pool
	}
	t := &transport{cfg: cfg, inner: inner}
	if cfg.Proxy != "" {
		return t, t.useProxy(cfg.Proxy)
	}
	return t, nil
}

// control decides on one connection.
func (c *Config) control(network, address string, raw syscall.RawConn) error {
	if err := c.Guard.Control(network, address, raw); err != nil {
		return err
	}
	if c.OnConnect != nil {
		return c.OnConnect(network, address)
	}
	return nil
}

// useProxy goes through a forward proxy. The proxy itself may be anywhere, the
// operator chose it; where it is sent is checked first.
func (t *transport) useProxy(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return fmt.Errorf("the proxy is no URL such as http://host:port") // its text may hold a password
	}
	t.inner.Proxy = http.ProxyURL(u)
	plain := &net.Dialer{Timeout: 5 * time.Second}
	t.inner.DialContext = plain.DialContext
	return nil
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		x = &exchange{maxBody: t.cfg.MaxBody}
	}
	if t.inner.Proxy != nil {
		if err := t.checkName(r.Context(), r.URL); err != nil {
			return nil, err
		}
	}
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { x.sent.Store(time.Now().UnixNano()) }}
	res, err := t.inner.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode < http.StatusOK { // 101: nobody asked for another protocol
		return nil, &reasoned{BadResponse, fmt.Errorf("status %d", res.StatusCode)}
	}
	if bodyless(res.StatusCode) {
		_, _ = io.CopyN(io.Discard, res.Body, 16<<10) // a small body is read so that the connection is kept
	} else {
		ct := res.Header.Get("Content-Type")
		pdf := x.onlyText && (isPDF(ct) || saysNothing(ct) && (namesPDF(res, r.URL.Path) || beginsPDF(res)))
		if x.onlyText && !pdf && !textual(ct) {
			return nil, &reasoned{ContentType, fmt.Errorf("%.60q", ct)}
		}
		if pdf {
			x.maxBody = max(x.maxBody, MaxPDF)
		}
		if res.StatusCode < 200 || res.StatusCode >= 300 {
			x.read = nil
		}
		if err = decode(res, x); err != nil {
			return nil, err
		}
	}
	out := *res
	if x.location = res.Header.Get("Location"); x.location != "" {
		// The client would refuse a Location that browsers take; where it leads is
		// for the caller to say.
		out.Header = res.Header.Clone()
		out.Header.Del("Location")
	}
	out.Body, out.Uncompressed, out.ContentLength = io.NopCloser(bytes.NewReader(nil)), true, 0
	return &out, nil
}

func bodyless(status int) bool { return status >= 300 && status < 400 }

// checkName resolves the name that a proxy would be asked for and refuses it if
// any of its addresses is forbidden. A bare address is refused unless it was
// allowed by name: it has no page that a company would link to, and every
// spelling of it would have to be understood as the proxy does.
func (t *transport) checkName(ctx context.Context, u *url.URL) error {
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
		return fmt.Errorf("%w: %s: a proxy is asked for names only", netguard.ErrBlocked, a)
	}
	if last := host[strings.LastIndexByte(strings.TrimSuffix(host, "."), '.')+1:]; last == "" || last[0] >= '0' && last[0] <= '9' {
		return fmt.Errorf("%w: %.80q is an address, not a name", netguard.ErrBlocked, host)
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
