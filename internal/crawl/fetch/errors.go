package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

// Reason says why a page could not be had. The set is bounded, so that it can be
// a metric's label.
type Reason string

// The reasons.
const (
	BlockedAddress   Reason = "blocked_address"
	DNS              Reason = "dns"
	Connect          Reason = "connect"
	TLS              Reason = "tls"
	Timeout          Reason = "timeout"
	TooLarge         Reason = "too_large"
	BadEncoding      Reason = "bad_encoding"
	ContentType      Reason = "content_type"
	TooManyRedirects Reason = "too_many_redirects"
	BadResponse      Reason = "bad_response"
	Canceled         Reason = "canceled"
)

// Error is every error of this package.
type Error struct {
	Reason Reason
	URL    string
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("fetch %s: %s", e.URL, e.Reason)
	}
	return fmt.Sprintf("fetch %s: %s: %v", e.URL, e.Reason, e.Err)
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// reasoned is an error of the transport that knows its reason.
type reasoned struct {
	reason Reason
	err    error
}

func (e *reasoned) Error() string { return fmt.Sprintf("%s: %v", e.reason, e.err) }
func (e *reasoned) Unwrap() error { return e.err }

func asError(ctx context.Context, at string, err error) *Error {
	e := &Error{Reason: Connect, URL: at, Err: err}
	var own *reasoned
	var dns *net.DNSError
	var netErr net.Error
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &own):
		e.Reason = own.reason
	case errors.Is(err, netguard.ErrBlocked):
		e.Reason = BlockedAddress
	case errors.Is(ctx.Err(), context.Canceled):
		e.Reason = Canceled
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Reason = Timeout
	case errors.As(err, &dns):
		e.Reason = DNS
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &unknown):
		e.Reason = TLS
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Reason = Timeout
	case !isDial(err):
		e.Reason = BadResponse
	}
	return e
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
