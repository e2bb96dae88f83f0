// Package heartbeat tells a monitoring service that crawls can run: it requests a URL of the
// service periodically. The service raises an alarm when the requests stop, which no alert inside
// the deployment can do if the whole deployment is down.
package heartbeat

import (
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
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/telemetry"
)

const (
	defaultInterval = time.Minute
	defaultTimeout  = 10 * time.Second // of the check and of the request, each
	maxBody         = 4 << 10          // bytes of the response that are read to reuse its connection
	userAgent       = "Clausea-Heartbeat/1.0"
)

// Options configures a Pinger.
type Options struct {
	// URL is requested with GET. It may contain a token and is never logged. An http URL, and a
	// URL of an IP address that is not public, need AllowAddress.
	URL string
	// AllowAddress lists prefixes of IP addresses that are permitted although they are not public.
	AllowAddress []netip.Prefix
	CAFile       string // PEM file with certificate authorities in addition to the system's
	// Check returns an error if crawls cannot run. The URL is not requested then.
	Check   func(ctx context.Context) error
	Metrics *telemetry.HeartbeatMetrics // may be nil
	Log     logr.Logger
	// Interval is the time between two requests (default 60 s), Timeout that of one (default
	// 10 s).
	Interval, Timeout time.Duration
}

// Pinger requests the URL while crawls can run. It is a Runnable of a Manager and runs on the
// leader.
type Pinger struct {
	Options
	transport *http.Transport
	guard     *netguard.Guard
	failing   bool // the last attempt failed, so that a failure is logged once
}

// New returns a Pinger.
func New(o Options) (*Pinger, error) {
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
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
	p := &Pinger{Options: o, guard: netguard.NewAnyPort(o.AllowAddress)}
	control := p.guard.Control
	if strings.HasPrefix(strings.ToLower(o.URL), "http:") {
		control = p.controlPlain
	}
	p.transport = &http.Transport{
		DialContext:         (&net.Dialer{Timeout: o.Timeout, Control: control}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: o.Timeout, MaxIdleConns: 1, DisableCompression: true,
	}
	return p, nil
}

// errNeedsTLS reports that an http URL leads to an IP address outside AllowAddress.
var errNeedsTLS = errors.New("the URL of the heartbeat is not an https URL")

// controlPlain permits connections without TLS to AllowAddress only.
func (p *Pinger) controlPlain(_, hostPort string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(hostPort)
	if err != nil || !p.guard.IsAllowlisted(ap.Addr()) {
		return errNeedsTLS
	}
	return nil
}

// Start implements manager.Runnable. It returns when ctx ends.
func (p *Pinger) Start(ctx context.Context) error {
	defer p.transport.CloseIdleConnections()
	tick := time.NewTicker(p.Interval)
	defer tick.Stop()
	for {
		p.attempt(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// attempt checks whether crawls can run, and requests the URL if so.
func (p *Pinger) attempt(ctx context.Context) {
	err := p.check(ctx)
	result := telemetry.HeartbeatWithheld
	if err == nil {
		result = telemetry.HeartbeatSent
		if err = p.send(ctx); err != nil {
			result = telemetry.HeartbeatFailed
		}
	}
	if ctx.Err() != nil {
		return
	}
	p.Metrics.Record(result)
	switch {
	case err == nil:
		p.failing = false
	case !p.failing:
		p.failing = true
		p.Log.Error(err, "failed to send the heartbeat", "result", result)
	}
}

func (p *Pinger) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	if err := p.Check(ctx); err != nil {
		return fmt.Errorf("crawls cannot run: %w", err)
	}
	return nil
}

// send requests the URL. Its errors do not contain the URL.
func (p *Pinger) send(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return errors.New("the URL of the heartbeat is invalid")
	}
	req.Header.Set("User-Agent", userAgent)
	resp, err := p.transport.RoundTrip(req) // follows no redirect
	if err != nil {
		if errors.Is(err, netguard.ErrBlocked) {
			return errors.New("the IP address of the heartbeat is not public; allow it by CLAUSEA_ALLOW_ADDRESS")
		}
		return fmt.Errorf("request the URL of the heartbeat: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxBody)
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		return fmt.Errorf("request the URL of the heartbeat: the status is %d", resp.StatusCode)
	}
	return nil
}
