package oidc

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// maxResponse limits a response of the provider, in bytes.
const maxResponse = 1 << 20

// requestTimeout limits one request to the provider.
const requestTimeout = 8 * time.Second

// NewClient returns the client of requests to the provider. It follows no redirect, because requests
// contain the secret of the client. caFile has certificate authorities in addition to those of the
// system, or is empty.
func NewClient(caFile string) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	t.MaxResponseHeaderBytes = maxResponse
	t.MaxConnsPerHost = maxExchanges
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, fmt.Errorf("read CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read the certificate authorities of the system: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s contains no PEM certificate", caFile)
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{
		Transport: limited{t}, Timeout: requestTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// limited limits the bodies of responses.
type limited struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := l.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(w.Body, maxResponse), w.Body}
	return w, nil
}
