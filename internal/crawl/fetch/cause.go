package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

// maxCause is the maximum length of the text of a library in a cause, in bytes.
const maxCause = 200

// Cause describes an error of Fetcher.Do for people: a phrase without the URL that completes the
// sentence "Could not reach URL: ...". It is empty for any other error.
func Cause(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Reason {
	case TLS:
		return tlsCause(e.Err)
	case DNS:
		return dnsCause(e.Err)
	case Connect:
		return connectCause(e.Err)
	case BlockedAddress:
		if netguard.IsPort(e.Err) {
			return "the crawler requests only the ports 80 and 443, not " + blockedAddress(e.Err)
		}
		return "the crawler requests no internal IP address (" + blockedAddress(e.Err) + ")"
	case Timeout:
		return "the request timed out"
	case BadResponse:
		return "the server sent no valid HTTP response: " + innermost(e.Err)
	default:
		return innermost(e.Err)
	}
}

func tlsCause(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "TLS certificate not trusted: " + innermost(err)
	case errors.As(err, &host):
		return "TLS certificate of another host: " + innermost(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "TLS certificate expired or not yet valid: " + innermost(err)
	case errors.As(err, &invalid):
		return "TLS certificate not valid: " + innermost(err)
	}
	return "TLS handshake failed: " + innermost(err)
}

func dnsCause(err error) string {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return "DNS lookup failed: " + innermost(err)
	}
	if dns.IsNotFound {
		return fmt.Sprintf("the host name %s does not exist (DNS)", dns.Name)
	}
	return fmt.Sprintf("DNS lookup of %s failed: %s", dns.Name, bounded(dns.Err))
}

func connectCause(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "the connection timed out"
	}
	return "no connection: " + innermost(err)
}

// blockedAddress returns the address that a Guard did not permit.
func blockedAddress(err error) string {
	_, text, found := strings.Cut(err.Error(), netguard.ErrBlocked.Error()+": ")
	if !found {
		return innermost(err)
	}
	at, _, _ := strings.Cut(text, ": ")
	return bounded(at)
}

// innermost returns the text of the error that err wraps, without the operations and URLs that
// its wrappers add.
func innermost(err error) string {
	for {
		var several interface{ Unwrap() []error }
		next := errors.Unwrap(err)
		if next == nil && errors.As(err, &several) {
			all := several.Unwrap()
			next = all[len(all)-1]
		}
		if next == nil {
			return bounded(err.Error())
		}
		err = next
	}
}

// bounded returns a text in one line, of at most maxCause bytes.
func bounded(s string) string {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "x509: "), "\n")
	return strings.ToValidUTF8(s[:min(len(s), maxCause)], "")
}
