package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

// Reason is why a page could not be fetched. The set is bounded, so a Reason can be a metric
// label.
type Reason string

// The reasons.
const (
	BlockedAddress   Reason = "blocked_address"    // the Guard does not permit the IP address or port
	DNS              Reason = "dns"                // the host name could not be resolved
	Connect          Reason = "connect"            // no connection
	TLS              Reason = "tls"                // handshake or certificate
	Timeout          Reason = "timeout"            // Config.Timeout or another deadline
	TooLarge         Reason = "too_large"          // the body exceeds MaxBody or MaxPDF
	BadEncoding      Reason = "bad_encoding"       // unknown or malformed content coding
	ContentType      Reason = "content_type"       // rejected by Request.TextOnly
	TooManyRedirects Reason = "too_many_redirects" // more than five
	BadResponse      Reason = "bad_response"       // malformed or incomplete HTTP
	Canceled         Reason = "canceled"           // the caller's context ended
)

// Reasons returns every Reason.
func Reasons() []Reason {
	return []Reason{
		BlockedAddress, DNS, Connect, TLS, Timeout, TooLarge, BadEncoding, ContentType, TooManyRedirects, BadResponse, Canceled,
	}
}

// Error is the type of all errors of Fetcher.Do.
type Error struct {
	Reason Reason
	URL    string // the requested URL, or a URL to which it redirected
	Err    error  // never nil
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("fetch %s: %s: %v", e.URL, e.Reason, e.Err)
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// reasonError is an error of the transport with a known Reason.
type reasonError struct {
	reason Reason
	err    error
}

func (e *reasonError) Error() string { return fmt.Sprintf("%s: %v", e.reason, e.err) }
func (e *reasonError) Unwrap() error { return e.err }

// classifyError returns err as an *Error with its Reason.
func classifyError(ctx context.Context, at string, err error) *Error {
	e := &Error{Reason: Connect, URL: at, Err: err}
	var own *reasonError
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
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &unknown), isHandshakeError(err):
		e.Reason = TLS
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Reason = Timeout
	case !isDialError(err):
		e.Reason = BadResponse
	}
	return e
}

// isHandshakeError reports whether err is one of those of a TLS handshake that have no type of
// their own, such as that of a server with old protocol versions or cipher suites only.
func isHandshakeError(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if s := err.Error(); strings.HasPrefix(s, "tls: ") || strings.HasPrefix(s, "remote error: tls: ") {
			return true
		}
	}
	return false
}

// isDialError reports whether err occurred while dialing.
func isDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
